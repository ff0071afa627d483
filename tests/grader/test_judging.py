"""Comparison, hand-sheet answers, simplification, counterexamples, reproducible verdicts."""

import io
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from grader.catalog import load_catalog
from grader.compare import difference
from grader.exercise import Exercise, Property
from grader.report import Report, mark_blocked
from grader.reports.grids import draw_counterexample
from grader.reports.json import render_json
from grader.reports.terminal import print_report
from grader.runner import grade_source
from grader.session import Grading
from grader.sheet import DOES_NOT_FIT, wrong_answer
from grader.stubs import render_alternative, render_mutant, render_stub
from grader.trial import Trial
from grader.verdict import Counterexample, ExerciseVerdict, PropertyVerdict, Status
from tests.grader.test_wire import values


@pytest.mark.parametrize(
    ("expected", "got", "says"),
    [
        (np.zeros(2), np.zeros(2, np.float32), ""),
        (np.ones(2), np.ones(2) + 1e-7, ""),
        (np.ones(2), np.ones(2) + 1e-3, "2 of 2 values"),
        (np.array([1e8, 1.0]), np.array([1e8, 2.0]), ""),  # within rounding of the largest value
        (np.zeros(2), np.zeros((2, 1)), "it has shape (2, 1)"),
        (np.zeros(2), np.zeros(2, int), "whole-number"),
        (np.zeros(2, int), np.zeros(2, np.uint8), ""),
        (np.zeros(2), np.array([np.inf, 0]), "1 of 2 values"),
        (np.zeros(2), np.array([np.nan, 0]), "NaN"),
        (np.zeros((0, 2)), np.zeros((0, 2)), ""),
        (np.zeros(()), 0.0, ""),
        (np.zeros(2), None, "return statement"),
        (5, 5, ""),
        (5, np.int64(5), ""),
        (5, np.array(5.0), ""),
        (5, Fraction(5), ""),
        (5, True, "a bool, but a number"),
        (1, True, "a bool, but a number"),
        (5, "5", "a str, but a number"),
        (5, [5], "a list, but a number"),
        (5, float("nan"), "NaN"),
        (5, float("inf"), "inf"),
        (5, 10**400, "inf"),
        (5, 4, "it returned 4, but 5 is right"),
        ([(np.ones(2), 1)], [[np.ones(2), 1.0]], ""),
        ([(np.ones(2), 1)], ((np.ones(2), 1),), ""),
        ([], [], ""),
        ([(np.ones(2), 1), (np.ones(1), 2)], [(np.ones(2), 1), (np.zeros(1), 2)], "[1][0]: 1 of 1 values"),
        ([(np.ones(2), 1)], [np.ones(2)], "[0]: it returned an array of shape (2,), but a tuple of 2 is right"),
        ([np.ones(2)], np.ones((1, 2)), "it returned an array of shape (1, 2), but a list is right"),
        ([np.ones(2)], [], "its list has length 0, but 1 is right"),
        ([np.ones(2)], None, "return statement"),
    ],
)
def test_difference(expected: Any, got: Any, says: str) -> None:
    found = difference(expected, got)
    assert bool(found) == bool(says)
    assert says in found


@settings(deadline=None, derandomize=True, database=None, max_examples=100)
@given(values, st.sampled_from([5, 0.5, DOES_NOT_FIT, (1, 2), ((1, 2), (3, 4))]))
def test_nothing_that_can_be_sent_breaks_the_judge(got: Any, right: Any) -> None:
    wrong_answer(right, got)
    for expected in (5, np.zeros(2), np.zeros((2, 2)), np.zeros(())):
        difference(expected, got)
    seen = Counterexample({"x": np.zeros(1)}, str(got), np.zeros(2), got)
    verdict = PropertyVerdict("p", Status.FAILED, 0, 1, str(got), seen)
    report = Report("f", 0, "", (ExerciseVerdict("e", "u", "t", Status.FAILED, 1, (verdict,), "", str(got)),))
    render_json(report).encode()
    print_report(report, Console(file=io.TextIOWrapper(io.BytesIO(), encoding="utf-8")))


@pytest.mark.parametrize("got", [10**400, [10**400, 1], "\ud800", {"a": (1,)}, np.array(1j), [[1, 2], [3]]])
def test_odd_answers_are_wrong_not_fatal(got: Any) -> None:
    for right in (5, (1, 2), DOES_NOT_FIT):
        assert wrong_answer(right, got)


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([Status.PASSED], 0),
        ([Status.PASSED, Status.NOT_STARTED], 1),
        ([Status.REFUSED], 1),
        ([Status.FAILED, Status.GRADER_ERROR], 3),
    ],
)
def test_exit_codes(statuses: list[Status], code: int) -> None:
    report = Report("f", 0, "", tuple(ExerciseVerdict(s.value, "u", "t", s, 4) for s in statuses))
    assert report.exit_code == code
    judged = [s for s in statuses if s is not Status.GRADER_ERROR]
    assert report.max_points == 4 * len(judged)


@pytest.mark.parametrize("got", [DOES_NOT_FIT, "Doesn't fit!", "doesn\u2019t  FIT", "DOES NOT FIT."])
def test_does_not_fit_may_be_written_freely(got: str) -> None:
    assert wrong_answer(DOES_NOT_FIT, got) == ""


@pytest.mark.parametrize(
    ("right", "got", "good"),
    [
        (0.5, Fraction(1, 2), True),
        (2, 2.0, True),
        ((28, 28, 6), [28, 28, 6], True),
        ((28, 28, 6), np.array([28, 28, 6]), True),
        (((2, -2), (-1, 1)), [[2, -2], [-1, 1]], True),
        ((28, 28, 6), [28, 28], False),
        ((28, 28, 6), 4704, False),
        ((1, 2), ["1", "two"], False),
        ((1, 2), [[1], 2], False),
        (5, DOES_NOT_FIT, False),
        (5, None, False),
        (DOES_NOT_FIT, 2, False),
        (DOES_NOT_FIT, "fits", False),
    ],
)
def test_hand_answers(right: Any, got: Any, good: bool) -> None:
    assert (wrong_answer(right, got) == "") == good


def test_wrong_answers_do_not_give_the_right_one_away() -> None:
    entry = load_catalog()["seven_by_seven"]
    for mutant in entry.exercise.mutants:
        verdict = grade_source(entry, render_mutant(entry, mutant).encode(), Grading())
        for prop in verdict.properties:
            if prop.status is Status.FAILED:
                assert prop.counterexample is not None
                assert prop.counterexample.expected is None


def flipped() -> ExerciseVerdict:
    entry = load_catalog()["cross_correlate2d"]
    (mutant,) = [m for m in entry.exercise.mutants if m.name == "kernel flipped"]
    return grade_source(entry, render_mutant(entry, mutant).encode(), Grading())


def test_counterexample_is_small_and_diagnosed() -> None:
    for prop in flipped().properties:
        seen = prop.counterexample
        assert seen is not None
        assert "your kernel is flipped" in seen.diagnosis
        for array in seen.case.values():
            assert array.size <= 4
            assert np.count_nonzero(array) == 1


def test_same_seed_same_report() -> None:
    assert str(flipped()) == str(flipped())


def test_every_exercise_diagnoses_its_misconceptions() -> None:
    """At least one mutant of each function is named by its own diagnosis (all are tried by the self-check)."""
    entry = load_catalog()["max_pool2d"]
    for mutant in entry.exercise.mutants:
        verdict = grade_source(entry, render_mutant(entry, mutant).encode(), Grading())
        found = [p.counterexample.diagnosis for p in verdict.properties if p.counterexample]
        raised = any("it raised" in prop.message for prop in verdict.properties)
        assert mutant.diagnosis in found or raised, (mutant.name, found)


def test_a_property_without_cases_is_a_defect_of_the_grader() -> None:
    entry = load_catalog()["cross_correlate2d"]
    prop = Property("never", 1, st.integers().filter(lambda n: False).map(lambda n: {}), lambda trial: None)
    exercise = Exercise("t", 1, entry.exercise.stub, None, (prop,), ("h",), (), ())
    source = render_alternative(entry, entry.exercise.alternatives[0]).encode()
    verdict = grade_source(type(entry)(entry.name, entry.unit, exercise), source, Grading())
    assert verdict.status is Status.GRADER_ERROR


def test_a_property_that_holds_may_say_how_well() -> None:
    entry = load_catalog()["zero_pad"]
    source = render_alternative(entry, entry.exercise.alternatives[0]).encode()

    def graded(wrong_at: float) -> ExerciseVerdict:
        def check(trial: Trial) -> str:
            if trial.case["x"][0, 0] == wrong_at:
                trial.fail("it is wrong")
            return "97% right"

        cases = st.just({"x": np.zeros((1, 1)), "padding": 1})
        prop = Property("do well", 1, cases, check, examples=1, shrink=False)
        return grade_source(replace(entry, exercise=replace(entry.exercise, properties=(prop,))), source, Grading())

    def shown(verdict: ExerciseVerdict) -> str:
        console = Console(file=io.StringIO(), width=80, highlight=False)
        print_report(Report("f", 0, "", (verdict,)), console)
        assert isinstance(console.file, io.StringIO)
        return console.file.getvalue()

    well, badly = graded(1.0), graded(0.0)
    assert (well.remark, badly.remark) == ("97% right", "")
    assert "passed: 97% right\n" in shown(well)
    assert badly.properties[0].message == "it is wrong"
    assert "97%" not in shown(badly)


def test_blocked_shows_the_cause_and_takes_nothing_that_passed() -> None:
    catalog = load_catalog()
    entries = [catalog["conv2d"], catalog["conv2d_backward"]]

    def verdict(name: str, status: Status) -> ExerciseVerdict:
        return ExerciseVerdict(name, "u", "t", status, 5)

    for second, shown in (
        (Status.FAILED, Status.BLOCKED),
        (Status.PASSED, Status.PASSED),
        (Status.NOT_STARTED, Status.NOT_STARTED),
    ):
        marked = mark_blocked([verdict("conv2d", Status.FAILED), verdict("conv2d_backward", second)], entries)
        assert marked[1].status is shown
    assert (
        "finish conv2d first"
        in mark_blocked([verdict("conv2d", Status.FAILED), verdict("conv2d_backward", Status.FAILED)], entries)[
            1
        ].message
    )


REFUSING = """
class Unfit(ValueError):
    pass

def output_size(n, f, stride=1, padding=0):
    free = n + 2 * padding - f
    if free < 0 or free % stride:
        raise KIND("no")
    return free // stride + 1
"""


@pytest.mark.parametrize(("kind", "points"), [("ValueError", 8), ("Unfit", 8), ("KeyError", 5)])
def test_a_subclass_of_the_exception_asked_for_will_do(kind: str, points: int) -> None:
    verdict = grade_source(load_catalog()["output_size"], REFUSING.replace("KIND", kind).encode(), Grading())
    assert verdict.points == points, [prop.message for prop in verdict.properties]
    if points < 8:
        assert "it raised KeyError: 'no' in line 8" in verdict.properties[-1].message
        assert "ValueError is asked for" in verdict.properties[-1].message


def test_a_changed_argument_is_not_taken_for_a_wrong_output() -> None:
    source = "import numpy as np\ndef zero_pad(x, padding):\n    p = padding\n"
    source += "    out = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))\n    x[:] = 0\n    return out\n"
    verdict = grade_source(load_catalog()["zero_pad"], source.encode(), Grading())
    (failed,) = [prop for prop in verdict.properties if prop.status is Status.FAILED]
    assert failed.counterexample is not None
    assert (failed.counterexample.diagnosis, failed.counterexample.output) == ("", "x after the call")


def test_nor_for_an_output_of_the_same_name() -> None:
    known = load_catalog()["train_softmax"]
    leaves = next(prop for prop in known.exercise.properties if prop.name == "leave its arguments unchanged")
    (changing,) = [mutant for mutant in known.exercise.mutants if mutant.name == "caller's weights changed"]
    entry = replace(known, exercise=replace(known.exercise, properties=(leaves,)))
    (failed,) = grade_source(entry, render_mutant(known, changing).encode(), Grading()).properties
    assert failed.counterexample is not None
    assert "it changed its argument" in failed.message
    assert failed.counterexample.diagnosis == ""


def test_lists_of_arrays_are_drawn() -> None:
    right, short = [(np.eye(2), np.array([3])), (np.eye(2), np.array([4]))], [(np.eye(2), np.zeros((0, 1)))]
    wrong = [right[0], (np.eye(2), np.array([5]))]
    drawn = {}
    for name, got in (("wrong", wrong), ("short", short)):
        console = Console(file=io.StringIO(), record=True, width=100)
        console.print(draw_counterexample(Counterexample({}, "", right, got)))
        drawn[name] = console.export_text()
    assert "[1][1], expected" in drawn["wrong"]
    assert "5*" in drawn["wrong"]
    assert "[0]" not in drawn["wrong"]
    assert all(f"expected[{i}][{j}]" in drawn["short"] for i in (0, 1) for j in (0, 1))
    assert "yours[0][1]: nothing in it, shape (0, 1)" in drawn["short"]


@pytest.mark.parametrize(("name", "student"), [("conv2d", ""), ("seven_by_seven", "ada"), ("train_lenet5", "")])
def test_a_file_as_it_was_given_out_is_not_run(name: str, student: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = load_catalog()[name].of(student)
    stub = render_stub(entry)
    begun = grade_source(load_catalog()[name], f"{stub}# begun\n".encode(), Grading())

    def refuse(*arguments: object) -> None:
        raise AssertionError("a worker was started")

    monkeypatch.setattr("grader.session.WorkerProcess", refuse)
    given = grade_source(load_catalog()[name], stub.replace("\n", "\r\n").encode(), Grading())
    assert given.status is begun.status is Status.NOT_STARTED
    kept = [(p.name, p.status, p.points, p.max_points, p.message) for p in given.properties]
    assert kept == [(p.name, p.status, p.points, p.max_points, p.message) for p in begun.properties]
    assert begun.message.startswith("its answers are still ..." if student else "it still comes to raise NotImpl")
    assert given.message == ""


def test_a_sheet_that_is_answered_in_part_is_neither_failed_nor_not_started() -> None:
    entry = load_catalog()["seven_by_seven"]
    lines = render_alternative(entry, entry.exercise.alternatives[0]).splitlines()
    names = [prop.name for prop in entry.exercise.properties]
    answers = [i for i, line in enumerate(lines) if line.split(" = ")[0] in names]
    for i in answers[1:]:
        lines[i] = f"{lines[i].split(' = ')[0]} = ..."
    begun = grade_source(entry, "\n".join(lines).encode(), Grading())
    assert (begun.status, begun.points) == (Status.UNFINISHED, begun.properties[0].max_points)
    assert begun.message == "some of its answers are still ...: replace them, one by one"
    lines[answers[1]] = f"{lines[answers[1]].split(' = ')[0]} = 1234"
    assert grade_source(entry, "\n".join(lines).encode(), Grading()).status is Status.FAILED


def test_judging_may_end_with_the_first_property_that_loses_points() -> None:
    entry = load_catalog()["zero_pad"]
    mutant = entry.exercise.mutants[0]
    wrong = render_mutant(entry, mutant).encode()
    every = grade_source(entry, wrong, Grading(shrink=False))
    first = grade_source(entry, wrong, Grading(shrink=False, until_failure=True))
    assert len(every.properties) == len(entry.exercise.properties) > len(first.properties)
    named = [verdict.name for verdict in first.properties]
    assert named == [verdict.name for verdict in every.properties[: len(named)]]
    lost = [verdict.points < verdict.max_points for verdict in first.properties]
    assert lost == [False] * (len(lost) - 1) + [True]
    # Nor does it look for the reason: for networks that takes longer than all else.
    seen = [graded.properties[len(lost) - 1].counterexample for graded in (every, first)]
    assert [case and case.diagnosis for case in seen] == [mutant.diagnosis, ""]
    right = render_alternative(entry, entry.exercise.alternatives[0]).encode()
    assert grade_source(entry, right, Grading(until_failure=True)).points == entry.exercise.points


@pytest.mark.parametrize("name", ["output_size", "same_padding", "parse_idx"])
def test_to_refuse_everything_earns_nothing(name: str) -> None:
    entry = load_catalog()[name]
    source = f"def {name}(*arguments):\n    raise ValueError('no')\n".encode()
    verdict = grade_source(entry, source, Grading(shrink=False))
    assert verdict.points == 0
    messages = [prop.message for prop in verdict.properties if prop.name.startswith("raise ValueError")]
    assert all("ValueError is right here, but where there is an answer" in message for message in messages)
