"""Links and pipes that came with a submission, where the grader keeps something: none is followed or waited for."""

import os
import sys
from pathlib import Path

import pytest

from grader.cases import FOLDER, CaseError, load_case, save_cases
from grader.catalog import load_catalog
from grader.choice import locate
from grader.export import solution_files, write_files
from grader.hints import FILE, next_hint
from grader.runner import grade_file
from grader.session import Grading
from grader.verdict import Counterexample, ExerciseVerdict, PropertyVerdict, Status

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as on Unix")

ENTRY = load_catalog()["output_size"]
SEEN = Counterexample({"n": 5, "f": 3}, "it is wrong")
WRONG = ExerciseVerdict(
    ENTRY.name, ENTRY.unit, "", Status.FAILED, 1, (PropertyVerdict("a", Status.FAILED, 0, 1, "", SEEN),)
)
RIGHT = ExerciseVerdict(ENTRY.name, ENTRY.unit, "", Status.PASSED, 1)


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    """Make a file that is not the student's, in a folder with other such files."""
    folder = tmp_path / "precious"
    folder.mkdir()
    file = folder / f"{ENTRY.name}.case"
    file.write_text("precious")
    return file


@pytest.fixture
def student(tmp_path: Path) -> Path:
    folder = tmp_path / "student"
    folder.mkdir()
    return folder


@pytest.fixture
def kept(student: Path) -> Path:
    """Return where the student's case is kept."""
    path = student / FOLDER / f"{ENTRY.name}.case"
    path.parent.mkdir()
    return path


def test_a_case_is_not_written_through_a_link(student: Path, kept: Path, precious: Path) -> None:
    kept.symlink_to(precious)
    with pytest.raises(CaseError, match="is a link"):
        load_case(student, ENTRY.name)
    save_cases(student, [WRONG])
    assert precious.read_text() == "precious"
    assert load_case(student, ENTRY.name).case == SEEN.case


@pytest.mark.parametrize("verdict", [WRONG, RIGHT], ids=["written", "deleted"])
def test_a_folder_of_cases_that_is_a_link_is_left_alone(
    verdict: ExerciseVerdict, student: Path, precious: Path
) -> None:
    (student / FOLDER).symlink_to(precious.parent)
    save_cases(student, [verdict])
    assert precious.read_text() == "precious"
    with pytest.raises(CaseError, match="is a link"):
        load_case(student, ENTRY.name)


def test_a_case_is_not_waited_for(student: Path, kept: Path) -> None:
    os.mkfifo(kept)
    with pytest.raises(CaseError, match="not a regular file"):
        load_case(student, ENTRY.name)
    save_cases(student, [WRONG])
    assert load_case(student, ENTRY.name).case == SEEN.case


def test_hints_are_not_counted_through_a_link(student: Path, precious: Path) -> None:
    (student / FILE).symlink_to(precious)
    assert next_hint(student, ENTRY, None)[0] == 1
    assert precious.read_text() == "precious"
    assert next_hint(student, ENTRY, None)[0] == min(2, len(ENTRY.exercise.hints))


def test_hints_are_not_waited_for(student: Path) -> None:
    os.mkfifo(student / FILE)
    assert next_hint(student, ENTRY, None)[0] == 1
    assert next_hint(student, ENTRY, None)[0] == min(2, len(ENTRY.exercise.hints))


def test_the_folder_of_a_unit_is_not_followed(student: Path, tmp_path: Path) -> None:
    write_files(solution_files([ENTRY]), tmp_path / "neighbour")
    (student / ENTRY.unit).symlink_to(tmp_path / "neighbour" / ENTRY.unit)
    verdict = grade_file(ENTRY, locate(student, [ENTRY])[1][ENTRY.name], Grading())
    assert (verdict.status, verdict.points) == (Status.REFUSED, 0)
    assert f"{student / ENTRY.unit} is a link" in verdict.message


def test_links_above_the_exercises_are_the_users_own(student: Path, tmp_path: Path) -> None:
    write_files(solution_files([ENTRY]), student)
    (tmp_path / "home").symlink_to(student)
    verdict = grade_file(ENTRY, locate(tmp_path / "home", [ENTRY])[1][ENTRY.name], Grading())
    assert verdict.status is Status.PASSED
