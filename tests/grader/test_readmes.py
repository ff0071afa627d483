"""The exercises' READMEs say what the catalog says, and what somebody else wrote in them stays."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.catalog import load_catalog
from grader.catalog.units import UNITS
from grader.cli import main
from grader.course import chapters, kind_of_exercise
from grader.exercise import Sheet
from grader.readme import BEGIN, END, readme_defects, with_part
from grader.workplace import CUDA_SIMULATOR, MODEL, NUMBA, TRAINING

ROOT = Path(__file__).parents[2]
ENTRIES = list(load_catalog().values())
UNIT = "06_pooling"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    assert main(["--write-stubs", str(tmp_path / "exercises")]) == 0
    return tmp_path / "exercises"


def test_the_committed_ones_are_those_of_the_catalog() -> None:
    assert readme_defects(ENTRIES, ROOT / "exercises") == []


def test_a_table_has_every_exercise_in_order_and_its_points(written: Path) -> None:
    for chapter in chapters(ENTRIES):
        text = (written / chapter.unit.name / "README.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| \d+ \| \[`(\w+)`\]\((\w+\.py)\) \| .* \| ([\w ]+) \| (\d+) \|", text, re.MULTILINE)
        expected = [(e.name, e.path.name, e.exercise.points) for e in chapter.entries]
        assert [(name, file, int(points)) for name, file, _, points in rows] == expected
        assert [kind == "by hand" for _, _, kind, _ in rows] == [
            isinstance(e.exercise.stub, Sheet) for e in chapter.entries
        ]
        assert text.startswith(f"# Unit {chapter.number}: {chapter.unit.title}\n")
        assert f"grade exercises/{chapter.unit.name} " in text


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("function", {}),
        ("Numba kernel", {"workplace": NUMBA, "decorator": "@njit"}),
        ("CUDA kernel", {"workplace": CUDA_SIMULATOR, "decorator": "@cuda.jit"}),
        ("model", {"workplace": MODEL}),
        ("training", {"workplace": TRAINING}),
    ],
)
def test_the_kind_is_what_is_handed_in(kind: str, changes: dict[str, Any]) -> None:
    entry = load_catalog()["max_pool2d"]
    assert kind_of_exercise(replace(entry, exercise=replace(entry.exercise, **changes))) == kind


def test_every_link_leads_somewhere(written: Path) -> None:
    readmes = [*written.rglob("README.md"), ROOT / "exercises" / "README.md"]
    links = [(file, link) for file in readmes for link in re.findall(r"\]\(([^)]+)\)", file.read_text("utf-8"))]
    assert len(links) > len(ENTRIES)
    assert [(file, link) for file, link in links if not (file.parent / link).is_file()] == []


def test_the_map_says_what_each_unit_builds_on(written: Path) -> None:
    text = (written / "README.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| \[(\d+): .*\]\((\w+)/README.md\) \|[^|]*\| ([\d, ]*) \|[^|]*\| (\d+) \|", text, re.MULTILINE
    )
    assert [(unit, int(count)) for _, unit, _, count in rows] == [
        (chapter.unit.name, len(chapter.entries)) for chapter in chapters(ENTRIES)
    ]
    builds_on = {unit: set(needs.replace(" ", "").split(",")) for _, unit, needs, _ in rows}
    for entry in ENTRIES:
        for name in entry.exercise.requires:
            other = load_catalog()[name].unit
            assert other == entry.unit or str(int(other[:2])) in builds_on[entry.unit]


def test_every_unit_is_declared_and_the_declarations_hold() -> None:
    assert [unit.name for unit in UNITS] == sorted({unit.name for unit in UNITS})
    assert {entry.unit for entry in ENTRIES} <= {unit.name for unit in UNITS}
    for unit in UNITS:
        assert 2 <= len(re.findall(r"[.!?](?= |$)", unit.about)) <= 4, unit.about
        assert unit.question.endswith("?")
        assert unit.able
        assert not unit.able.endswith(".")
        assert all(name < unit.name and name in {other.name for other in UNITS} for name in unit.needs)


def test_a_unit_that_nobody_described_is_shown_and_is_a_defect(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("grader.course.UNITS", tuple(unit for unit in UNITS if unit.name != UNIT))
    assert f"unit {UNIT} does not say what it is about" in "\n".join(readme_defects(ENTRIES, written))
    assert main(["--write-stubs", str(tmp_path / "new"), "--only", UNIT]) == 0
    text = (tmp_path / "new" / UNIT / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# Unit 6: pooling\n")
    assert "max_pool2d.py" in text
    assert not re.search(r"question|Then you can", text)
    assert main(["--list", "--only", UNIT]) == 0
    assert "6 pooling" in capsys.readouterr().out


def test_notes_stay_and_what_is_made_is_brought_up_to_date(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written / UNIT / "README.md"
    fresh = file.read_text(encoding="utf-8")
    noted = "my heading\n" + fresh.replace("max_pool2d", "old_name") + "\nmy notes: é\n"
    file.write_bytes(noted.encode() + b"\xff\n")
    capsys.readouterr()
    assert main(["--write-stubs", str(written)]) == 0
    assert "brought up to date: 1" in capsys.readouterr().out
    assert file.read_bytes() == ("my heading\n" + fresh + "\nmy notes: é\n").encode() + b"\xff\n"
    assert main(["--write-stubs", str(written)]) == 0
    assert "README" not in capsys.readouterr().out


def test_somebodys_own_readme_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / UNIT / "README.md").mkdir(parents=True)
    (tmp_path / "README.md").write_text("the README of my repository\n")
    assert main(["--write-stubs", str(tmp_path)]) == 0
    assert (tmp_path / "README.md").read_text() == "the README of my repository\n"
    assert (tmp_path / UNIT / "README.md").is_dir()


def test_a_part_of_the_course_gets_the_readmes_that_are_true_of_it(tmp_path: Path) -> None:
    main(["--write-stubs", str(tmp_path), "--only", "max_pool2d"])
    assert list(tmp_path.rglob("README.md")) == []
    main(["--write-stubs", str(tmp_path), "--only", UNIT])
    assert list(tmp_path.rglob("README.md")) == [tmp_path / UNIT / "README.md"]
    (tmp_path / "README.md").write_text(with_part(None, "Exercises", "an old map"))
    main(["--write-stubs", str(tmp_path), "--only", UNIT])
    assert UNIT in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_the_self_check_sees_what_is_missing_changed_strange_or_without_marks(written: Path) -> None:
    assert readme_defects(ENTRIES, written) == []
    first, second, third = ((written / chapter.unit.name / "README.md") for chapter in chapters(ENTRIES)[:3])
    first.unlink()
    second.write_text(second.read_text(encoding="utf-8").replace("| 1 |", "| 7 |"), encoding="utf-8")
    third.write_text(third.read_text(encoding="utf-8").replace(END, ""), encoding="utf-8")
    (written / "16_gone").mkdir()
    (written / "16_gone" / "README.md").write_text(BEGIN)
    course = (written / "README.md").read_text(encoding="utf-8")
    (written / "README.md").write_text(course.replace("| 1, 3", "| 2, 3"), encoding="utf-8")
    found = "\n".join(readme_defects(ENTRIES, written))
    assert f"{first} is missing" in found
    assert f"{second} differs" in found
    assert f"{third} has not the marks" in found
    assert f"{Path('16_gone/README.md')} is of no unit" in found
    assert f"{written / 'README.md'} differs" in found
    assert len(found.splitlines()) == 5


def test_titles_are_no_markdown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    catalog = load_catalog()
    entry = catalog["max_pool2d"]
    odd = replace(entry, exercise=replace(entry.exercise, title="a | b * c"))
    changed = {name: odd if name == odd.name else other for name, other in catalog.items()}
    monkeypatch.setattr("grader.choice.load_catalog", lambda: changed)
    main(["--write-stubs", str(tmp_path), "--only", UNIT])
    assert r"| a \| b \* c |" in (tmp_path / UNIT / "README.md").read_text(encoding="utf-8")
