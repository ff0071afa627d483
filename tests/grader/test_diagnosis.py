"""Which misconception is named, where several could be meant, and where none should be."""

import io
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from grader.catalog import load_catalog
from grader.compare import unlike
from grader.report import Report
from grader.reports.grids import draw_counterexample
from grader.reports.terminal import print_report
from grader.runner import grade_source
from grader.session import Grading
from grader.sheet import DOES_NOT_FIT, wrong_answer
from grader.stubs import render_alternative, render_stub
from grader.training import what_is_odd
from grader.verdict import Counterexample, ExerciseVerdict, PropertyVerdict, Status


def changed(name: str, before: str, after: str) -> ExerciseVerdict:
    """Grade the first right way of an exercise with a change."""
    entry = load_catalog()[name]
    source = render_alternative(entry, entry.exercise.alternatives[0])
    assert before in source
    return grade_source(entry, source.replace(before, after).encode(), Grading())


def printed(verdict: ExerciseVerdict) -> str:
    out = io.StringIO()
    print_report(Report("exercises", 0, "", (verdict,)), Console(file=out, width=300))
    return out.getvalue()


def test_what_explains_all_failures_is_named_before_what_explains_some() -> None:
    """With a filter of one row, turning the rows alone turns nothing: cases of other properties tell."""
    verdict = changed("convolve2d", "kernel[::-1, ::-1]", "kernel[::-1]")
    first, *_ = [prop.counterexample for prop in verdict.properties if prop.counterexample is not None]
    assert 1 in first.case["kernel"].shape
    assert "the order of the rows only" in first.diagnosis


def test_of_a_case_in_which_it_raised_nothing_is_said_of_values() -> None:
    verdict = changed("conv2d", "in range(out_h)", "in range(out_w)")
    raised = [p.counterexample for p in verdict.properties if "it raised" in p.message and p.counterexample is not None]
    assert raised
    assert {seen.diagnosis for seen in raised} == {""}


def test_a_message_is_not_said_twice() -> None:
    said = [line.strip() for line in printed(changed("conv2d", "    return out\n", "")).splitlines()]
    (message,) = {line for line in said if line.startswith("it returned None")}
    assert said.count(message) == 1
    assert said.count("as above") > 5


def test_each_wrong_answer_of_a_sheet_is_explained() -> None:
    entry = load_catalog()["mlp_parameters"]
    source = render_stub(entry)
    wrong = {mutant.diagnosis: mutant.change for mutant in entry.exercise.mutants if isinstance(mutant.change, dict)}
    answers = {next(iter(change)): diagnosis for diagnosis, change in wrong.items()}
    assert len(answers) > 2
    for name, diagnosis in answers.items():
        source = source.replace(f"{name} = ...", f"{name} = {wrong[diagnosis][name]!r}")
    out = printed(grade_source(entry, source.encode(), Grading()))
    assert all(out.count(diagnosis) == 1 for diagnosis in answers.values()), out
    assert out.count("as above") == 0


@pytest.mark.parametrize(
    ("right", "got", "says"),
    [
        (260, "260", "numbers are written without quotes"),
        (2.5, " -2,5", "numbers are written without quotes"),
        (260, "two", "a number is asked for"),
        (5, (5, 5), "one number is asked for, not a list of them"),
        (5, [5], "one number is asked for, not a list of them"),
        ((1, 2, 3), 5, "3 numbers are asked for, such as [0, 0, 0]"),
        (((1, 2), (3, 4), (5, 6)), 5, "3 rows of 2 numbers are asked for, such as [[0, 0], [0, 0], [0, 0]]"),
        (DOES_NOT_FIT, "No, it doesn't fit.", ""),
        (DOES_NOT_FIT, "it fits", "that is not it"),
        (DOES_NOT_FIT, 2, "that is not it"),
        ("left", "left, it does not fit", "that is not it"),
    ],
)
def test_what_is_said_of_an_answer_in_another_form(right: Any, got: Any, says: str) -> None:
    assert wrong_answer(right, got) == says


def test_what_comes_next_is_said_when_all_is_right() -> None:
    names = list(load_catalog())
    entry = load_catalog()[names[0]]
    passed = ExerciseVerdict(entry.name, entry.unit, entry.exercise.title, Status.PASSED, 1)
    following = load_catalog()[names[1]]
    out = printed(passed)
    assert "All done." not in out
    assert f"{following.exercise.title}, in {following.path}" in out
    last = load_catalog()[names[-1]]
    assert "Done." in printed(ExerciseVerdict(last.name, last.unit, last.exercise.title, Status.PASSED, 1))


def test_how_to_make_floating_elements_is_said_only_where_they_are_asked_for() -> None:
    whole = np.ones(3, int)
    assert unlike(np.ones(3), whole).endswith("floating ones are right: make the array with dtype=float")
    assert unlike(np.ones(3, bool), whole).endswith("bool ones are right")


@pytest.mark.parametrize(
    ("answers", "right", "says"),
    [
        ([8] * 95 + [1] * 5, 0.1, "it says 8 for nearly all"),
        (list(range(10)) * 10, 0.0, "is the loss the one for what this network puts out?"),
        (list(range(10)) * 10, 0.1, "one in ten is what guessing gives"),
        (list(range(10)) * 10, 0.7, "a smaller learning rate"),
    ],
)
def test_what_a_training_lacks(answers: list[int], right: float, says: str) -> None:
    assert says in what_is_odd(np.array(answers), right)


def test_what_a_network_was_trained_on_is_not_drawn_as_a_case() -> None:
    seen = Counterexample({"data": "glyphs"}, "it classifies 50%")
    lost = PropertyVerdict("classify", Status.FAILED, 0, 4, seen.message, seen)
    entry = load_catalog()["train_mlp"]
    out = printed(ExerciseVerdict(entry.name, entry.unit, "t", Status.FAILED, 4, (lost,)))
    assert "it classifies 50%" in out
    assert "smallest case" not in out


@pytest.mark.parametrize("size", [(3, 3), (1, 10), (2, 40)])
def test_a_table_fits_the_terminal(size: tuple[int, int]) -> None:
    """Every number that is shown is shown whole, with its star."""
    got = np.arange(size[0] * size[1]).reshape(size) * 1000 + 1 / 3
    console = Console(file=(out := io.StringIO()), width=80)
    console.print(draw_counterexample(Counterexample({}, "", got + 1, got)))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    shown = [cell.strip() for line in lines for cell in line.split("\u2502") if cell.strip()]
    wrong = [cell for cell in shown if cell.endswith("*")]
    assert len(wrong) >= min(3, got.size)
    assert wrong == [f"{value:.6g}*" for value in got[:, : len(wrong) // size[0]].ravel()]
    assert not [cell for cell in shown if cell[0].isdigit() and cell.endswith("\u2026")]
