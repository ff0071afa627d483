"""Numbers of one's own: the same for the same student, others for others, right answers right and wrong ones wrong."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.catalog import Entry, load_catalog
from grader.cli import main
from grader.exercise import Sheet
from grader.export import solution_files
from grader.runner import grade_source
from grader.session import Grading
from grader.sheet import DOES_NOT_FIT, personal_sheet, student_named_in, wrong_answer
from grader.store import Store
from grader.stubs import render_alternative, render_mutant, render_stub
from grader.verdict import Status

SHEETS = [entry for entry in load_catalog().values() if isinstance(entry.exercise.stub, Sheet)]
NAMES = [f"student{i}" for i in range(60)]
KNOWN = load_catalog()["seven_by_seven"]


def questions(entry: Entry) -> dict[str, tuple[str, int]]:
    sheet = entry.exercise.stub
    assert isinstance(sheet, Sheet)
    return {question.name: (question.text, question.points) for question in sheet.questions}


def answers(given: Any) -> dict[str, Any]:
    assert isinstance(given, Mapping)
    return dict(given)


@pytest.mark.parametrize("entry", SHEETS, ids=[entry.name for entry in SHEETS])
def test_every_sheet_has_numbers_for_each_student(entry: Entry) -> None:
    texts = set()
    for name in NAMES:
        own, again = entry.of(name), entry.of(name)
        assert render_stub(own) == render_stub(again) != render_stub(entry)
        assert student_named_in(render_stub(own).encode()) == name
        assert student_named_in(render_stub(own).replace("\n", "\r\n").encode()) == name
        assert list(questions(own)) == list(questions(entry))
        assert own.exercise.points == entry.exercise.points
        right, *others = (answers(alternative) for alternative in own.exercise.alternatives)
        lecture = answers(entry.exercise.alternatives[0])
        assert list(right.values()).count(DOES_NOT_FIT) == list(lecture.values()).count(DOES_NOT_FIT)
        for other in others:
            assert not any(wrong_answer(right[question], value) for question, value in other.items())
        for mutant in own.exercise.mutants:
            assert all(wrong_answer(right[question], value) for question, value in answers(mutant.change).items())
        assert len(own.exercise.hints) == len(entry.exercise.hints)
        texts.add(render_stub(own).replace(name, ""))
    assert len(texts) > len(NAMES) / 2


@pytest.mark.parametrize("entry", SHEETS, ids=[entry.name for entry in SHEETS])
def test_a_sheet_is_graded_by_the_numbers_it_names(entry: Entry) -> None:
    own = entry.of("anna")
    source = render_alternative(own, own.exercise.alternatives[0]).encode()
    assert grade_source(entry, source, Grading()).status is Status.PASSED
    assert grade_source(entry, source, Grading(student="anna_123")).status is Status.PASSED
    theirs = grade_source(entry, source, Grading(student="ben"))
    assert theirs.points < entry.exercise.points
    assert theirs.message == "the sheet has the numbers of anna, and is graded by the numbers of ben"
    lecture = grade_source(entry, source, Grading(student=""))
    assert lecture.message == "the sheet has the numbers of anna, and is graded by the lecture's numbers"
    mutant = grade_source(entry, render_mutant(own, own.exercise.mutants[0]).encode(), Grading())
    told = [prop.counterexample.diagnosis for prop in mutant.properties if prop.counterexample]
    assert own.exercise.mutants[0].diagnosis in told


def test_numbers_that_cannot_be_told_apart_are_a_defect() -> None:
    numbers = iter(range(10_000))
    exercise = personal_sheet(lambda n: KNOWN.exercise, -1, lambda rng: next(numbers))
    assert exercise.for_student is not None
    assert exercise.for_student("anna") is KNOWN.exercise
    same = personal_sheet(lambda n: KNOWN.exercise, 0, lambda rng: 0)
    assert same.for_student is not None
    with pytest.raises(ValueError, match="no numbers for 'anna'"):
        same.for_student("anna")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only = ["--only", "seven_by_seven"]
    assert main(["--write-stubs", str(tmp_path / "stubs"), "--student", "anna", *only]) == 0
    assert main(["--write-solutions", str(tmp_path / "own"), "--student", "anna", *only]) == 0
    assert main([str(tmp_path / "own"), *only]) == 0
    assert main([str(tmp_path / "own"), *only, "--student", "anna"]) == 0
    capsys.readouterr()
    assert main([str(tmp_path / "own"), *only, "--student", "ben"]) == 1
    assert "the sheet has the numbers of anna, and is graded by the numbers of ben" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="2"):
        main([str(tmp_path), "--student", 'an"na'])
    assert "--student takes up to 64 letters, digits, blanks" in capsys.readouterr().err


def test_a_class_with_numbers_of_its_own(tmp_path: Path) -> None:
    """Anna has hers; ben copied them; cleo kept the lecture's."""
    own = [KNOWN.of("anna")]
    sources = {"anna_77": solution_files(own), "ben_78": solution_files(own), "cleo_79": solution_files([KNOWN])}
    for student, files in sources.items():
        for path, text in files.items():
            place = tmp_path / "class" / student / path
            place.parent.mkdir(parents=True)
            place.write_text(text)
    command = ["--class", str(tmp_path / "class"), "--out", str(tmp_path / "out"), "--only", "seven_by_seven"]
    assert main([*command, "--own-numbers"]) == 0
    with Store(tmp_path / "out" / "results.sqlite") as store:
        status = {row.student: row.status for row in store.rows()}
    assert status == {"anna_77": "passed", "ben_78": "failed", "cleo_79": "failed"}
    assert main([*command, "--regrade"]) == 0
    with Store(tmp_path / "out" / "results.sqlite") as store:
        status = {row.student: row.status for row in store.rows()}
    assert status == {"anna_77": "failed", "ben_78": "failed", "cleo_79": "passed"}


def test_names_have_letters_of_all_languages(tmp_path: Path) -> None:
    apart, together = "Jose\u0301 Garci\u0301a O'Neil", "Jos\u00e9 Garc\u00eda O'Neil"
    written = []
    for number, name in enumerate((apart, together)):
        assert main(["--write-stubs", str(tmp_path / str(number)), "--student", name, "--only", KNOWN.name]) == 0
        written.append((tmp_path / str(number) / KNOWN.path).read_bytes())
    assert written[0] == written[1]
    assert student_named_in(written[0]) == together
    own = KNOWN.of(together)
    source = render_alternative(own, own.exercise.alternatives[0]).encode()
    assert grade_source(KNOWN, source, Grading(student=f"{apart}_12")).status is Status.PASSED


def test_a_sheet_with_numbers_of_its_own_is_noticed_in_a_class(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = KNOWN.of("anna")
    path = tmp_path / "all" / "anna" / KNOWN.path
    path.parent.mkdir(parents=True)
    path.write_text(render_alternative(own, own.exercise.alternatives[0]))
    command = ["--class", str(tmp_path / "all"), "--only", KNOWN.name, "--out"]
    assert main([*command, str(tmp_path / "r")]) == 0
    expected = "anna: seven_by_seven has numbers drawn for anna, and is graded by the lecture's: see --own-numbers"
    assert expected in capsys.readouterr().out
    assert main([*command, str(tmp_path / "own"), "--own-numbers"]) == 0
    assert "to look at" not in capsys.readouterr().out
