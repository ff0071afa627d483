"""A failing case is kept, and can be tried again alone."""

from pathlib import Path

import pytest

from grader.catalog import load_catalog
from grader.cli import main
from grader.export import mutant_files, solution_files, write_files

ENTRY = load_catalog()["cross_correlate2d"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an exercises folder with a flipped filter in it, graded."""
    flipped = next(text for path, text in mutant_files([ENTRY]).items() if "flipped" in str(path))
    write_files({ENTRY.path: flipped}, tmp_path)
    assert main([str(tmp_path), "--only", ENTRY.name]) == 1
    return tmp_path


def test_a_failing_case_is_tried_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder), "--only", ENTRY.name]) == 1
    assert f"--replay {ENTRY.name}" in capsys.readouterr().out
    assert main([str(folder), "--replay", ENTRY.name]) == 1
    shown = capsys.readouterr().out
    assert "the smallest case found" in shown
    assert "flipped" in shown
    (folder / ENTRY.path).write_text(next(iter(solution_files([ENTRY]).values())))
    assert main([str(folder), "--replay", ENTRY.name]) == 0


def test_what_passes_has_no_case(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ENTRY.path).write_text(next(iter(solution_files([ENTRY]).values())))
    assert main([str(folder), "--only", ENTRY.name]) == 0
    with pytest.raises(SystemExit):
        main([str(folder), "--replay", ENTRY.name])
    assert "no failing case of cross_correlate2d is kept" in capsys.readouterr().err


@pytest.mark.parametrize("damage", [b"", b"\x00" * 40, b"PK\x03\x04", b"\xff" * 8])
def test_a_damaged_case(folder: Path, damage: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".cases" / f"{ENTRY.name}.case").write_bytes(damage)
    with pytest.raises(SystemExit):
        main([str(folder), "--replay", ENTRY.name])
    assert "again" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_to_is_graded_all_the_same(tmp_path: Path) -> None:
    write_files(solution_files([ENTRY]), tmp_path)
    (tmp_path / ".cases").write_text("a file where the folder would be")
    assert main([str(tmp_path), "--only", ENTRY.name]) == 0


def test_an_exercise_that_does_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(tmp_path), "--replay", "nothing"])
    assert "no exercise is named 'nothing'" in capsys.readouterr().err
