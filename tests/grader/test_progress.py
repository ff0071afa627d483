"""What the last grading found is kept and shown, whatever became of the file that keeps it."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from grader.catalog import load_catalog
from grader.choice import locate
from grader.cli import main
from grader.export import mutant_files, solution_files, stub_files, write_files
from grader.parallel import Task, run_tasks
from grader.progress import FILE, Reached, load_progress, save_progress, version_of
from grader.verdict import ExerciseVerdict, PropertyVerdict, Status

CATALOG = load_catalog()
RIGHT, WRONG, FRESH = (CATALOG[name] for name in ("output_size", "same_padding", "receptive_field"))
UNIT = RIGHT.unit


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """Make a folder with a right file, a wrong one and a stub."""
    mutant = next(iter(mutant_files([WRONG]).values()))
    write_files({**solution_files([RIGHT]), WRONG.path: mutant, **stub_files([FRESH])}, tmp_path)
    return tmp_path


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, str]:
    """Return what is said of each exercise, and by "" what is said at the end."""
    capsys.readouterr()
    assert main([*arguments, "--list"]) == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    said = {line.split()[1]: " ".join(line.split()) for line in lines if len(line.split()) > 1}
    return said | {"": "\n".join(lines)}


def kept(folder: Path, verdict: Status = Status.PASSED, points: int = 8, version: str = "missing") -> None:
    """Keep a verdict on the right file."""
    property_ = PropertyVerdict("a", verdict, points, 8)
    save_progress(folder, [ExerciseVerdict(RIGHT.name, UNIT, "", verdict, 8, (property_,))], {RIGHT.name: version})


def test_the_list_shows_what_grading_found(begun: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = listed(capsys, str(begun), "--only", UNIT)
    assert before[RIGHT.name].startswith(f"· {RIGHT.name} -/{RIGHT.exercise.points} not graded yet")
    assert main([str(begun), "--only", RIGHT.name, "--only", WRONG.name, "--only", FRESH.name, "--jobs", "1"]) == 1
    said = listed(capsys, str(begun), "--only", UNIT)
    points = RIGHT.exercise.points
    assert said[RIGHT.name].startswith(f"✓ {RIGHT.name} {points}/{points} passed {RIGHT.exercise.title}")
    assert f"/{WRONG.exercise.points} failed " in said[WRONG.name]
    assert f" 0/{FRESH.exercise.points} not started " in said[FRESH.name]
    assert "not graded yet" in said["zero_pad"]
    assert f"of {sum(e.exercise.points for e in CATALOG.values() if e.unit == UNIT)} points, 1 of 6 passed" in said[""]
    assert "changed" not in said[""]
    assert f"Next: {CATALOG['zero_pad'].exercise.title}, in {begun / CATALOG['zero_pad'].path}" in said[""]
    assert "conv2d" not in said


def test_a_file_that_changed_is_marked_until_it_is_graded(begun: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(begun), "--only", RIGHT.name, "--json"])
    file = begun / RIGHT.path
    source = file.read_text()
    file.write_text(source + "# more\n")
    said = listed(capsys, str(begun))
    assert " passed* " in said[RIGHT.name]
    assert "* the file has changed since: grade it again" in said[""]
    file.write_text(source)
    assert " passed " in listed(capsys, str(begun))[RIGHT.name]
    file.unlink()
    file.mkdir()
    assert " passed* " in listed(capsys, str(begun))[RIGHT.name]
    main([str(begun), "--only", RIGHT.name])
    assert " refused " in listed(capsys, str(begun))[RIGHT.name]


def test_what_is_saved_while_it_is_graded_is_newer_than_the_verdict(
    begun: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run_and_save(tasks: Sequence[Task], jobs: int) -> list[ExerciseVerdict]:
        verdicts = list(run_tasks(tasks, jobs))
        (begun / RIGHT.path).write_text("x = 1\n")
        return verdicts

    monkeypatch.setattr("grader.cli.run_tasks", run_and_save)
    main([str(begun), "--only", RIGHT.name])
    assert " passed* " in listed(capsys, str(begun))[RIGHT.name]


def test_grading_some_leaves_what_is_known_of_others(tmp_path: Path) -> None:
    kept(tmp_path)
    other = ExerciseVerdict(WRONG.name, UNIT, "", Status.FAILED, 6)
    save_progress(tmp_path, [other], {WRONG.name: "abc"})
    assert load_progress(tmp_path) == {
        RIGHT.name: Reached(Status.PASSED, 8, "missing"),
        WRONG.name: Reached(Status.FAILED, 0, "abc"),
    }


def test_the_list_marks_what_can_be_looked_at(
    begun: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    drawn, other = CATALOG["zero_pad"], CATALOG["same_padding"]
    assert drawn.exercise.show is not None
    assert other.exercise.show is None
    said = listed(capsys, str(begun), "--only", drawn.name, "--only", other.name)
    assert said[drawn.name].endswith("images ▣")
    assert "▣" not in said[other.name]
    assert "▣ what it computes can be looked at: --show NAME" in said[""]


def test_where_the_grader_failed_the_last_verdict_stands(tmp_path: Path) -> None:
    kept(tmp_path)
    kept(tmp_path, Status.GRADER_ERROR, 0)
    assert load_progress(tmp_path)[RIGHT.name].status is Status.PASSED


LINE = {"status": "passed", "points": 8, "version": "missing"}
DAMAGED = {
    "empty": b"",
    "cut off": b'{"output_size": {"status": "pas',
    "no text": b"\xff\xfe\x00",
    "a list": b"[1, 2]",
    "too deep": b"[" * 100_000,
    "no such status": json.dumps({RIGHT.name: LINE | {"status": "\x1b[31mbest"}}).encode(),
    "points below 0": json.dumps({RIGHT.name: LINE | {"points": -1}}).encode(),
    "points no number": json.dumps({RIGHT.name: LINE | {"points": True}}).encode(),
    "more points than there are": json.dumps({RIGHT.name: LINE | {"points": 10**4000}}).encode(),
    "no version": json.dumps({RIGHT.name: {"status": "passed", "points": 8}}).encode(),
    "not even a line": json.dumps({RIGHT.name: 3}).encode(),
    "too large": json.dumps({RIGHT.name: LINE}).encode() + b" " * 2_000_000,
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_says_nothing(damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / FILE).write_bytes(DAMAGED[damage])
    said = listed(capsys, str(tmp_path))
    assert "not graded yet" in said[RIGHT.name]
    assert "0 of " in said[""]
    kept(tmp_path)
    assert load_progress(tmp_path)[RIGHT.name] == Reached(Status.PASSED, 8, "missing")


def test_one_damaged_line_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(json.dumps({RIGHT.name: LINE, WRONG.name: None}))
    assert list(load_progress(tmp_path)) == [RIGHT.name]


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as on Unix")
def test_a_link_or_a_pipe_in_its_place_is_neither_followed_nor_waited_for(tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "folder"
    elsewhere.write_text(json.dumps({RIGHT.name: LINE}))
    folder.mkdir()
    (folder / FILE).symlink_to(elsewhere)
    assert load_progress(folder) == {}
    kept(folder, Status.FAILED, 1)
    assert json.loads(elsewhere.read_text()) == {RIGHT.name: LINE}
    assert load_progress(folder)[RIGHT.name].points == 1
    (folder / FILE).unlink()
    os.mkfifo(folder / FILE)
    assert load_progress(folder) == {}
    kept(folder)
    assert load_progress(folder)[RIGHT.name].points == 8


def test_where_nothing_can_be_kept_grading_goes_on(begun: Path) -> None:
    (begun / FILE).mkdir()
    assert main([str(begun), "--only", RIGHT.name]) == 0
    assert load_progress(begun) == {}


def test_it_is_never_scored_by(begun: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdict = {"status": "passed", "points": WRONG.exercise.points, "version": version_of(begun / WRONG.path)}
    (begun / FILE).write_text(json.dumps({WRONG.name: verdict}))
    assert " passed " in listed(capsys, str(begun))[WRONG.name]
    assert main([str(begun), "--only", WRONG.name]) == 1
    assert load_progress(begun)[WRONG.name].status is Status.FAILED


def test_a_unit_a_file_and_no_folder(
    begun: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main([str(begun / RIGHT.path)])
    for path in (begun / UNIT, begun / RIGHT.path):
        said = listed(capsys, str(path))
        assert " passed " in said[RIGHT.name]
        assert "unroll" not in said
    said = listed(capsys, str(begun / "nowhere"))
    assert "there is no folder or file" in said[""]
    assert all("not graded yet" in said[name] for name in CATALOG)
    monkeypatch.chdir(begun / UNIT)
    assert " passed " in listed(capsys, ".")[RIGHT.name]
    assert " passed " in listed(capsys, RIGHT.path.name)[RIGHT.name]


def test_the_folder_of_a_single_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / UNIT).mkdir()
    (tmp_path / "mine").mkdir()
    for folder in (UNIT, "mine"):
        (tmp_path / folder / RIGHT.path.name).touch()
    assert locate(tmp_path / RIGHT.path, [RIGHT])[0] == tmp_path
    assert locate(tmp_path / "mine" / RIGHT.path.name, [RIGHT])[0] == tmp_path / "mine"
    for folder, root in ((UNIT, tmp_path), ("mine", tmp_path / "mine")):
        monkeypatch.chdir(tmp_path / folder)
        assert locate(Path(RIGHT.path.name), [RIGHT])[0].resolve() == root


@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_the_terminal(
    columns: int, begun: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    kept(begun)
    said = listed(capsys, str(begun))
    assert set(CATALOG) <= set(said)
    body = said[""].split("Next:")[0].splitlines()
    assert max(map(len, body)) <= columns
