"""Mistakes made by rule: what is made, and that the score counts what it says."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from grader import selfcheck
from grader.catalog import Entry, load_catalog
from grader.exercise import Equivalent, Exercise, Property
from grader.mutation import made_mutants
from grader.parallel import Task
from grader.session import Grading
from grader.verdict import ExerciseVerdict, PropertyVerdict, Status


def total(values: object, start: int = 0) -> float:
    """Add the values up, from a start."""
    raise NotImplementedError


def by_loop(values: list[float], start: float = 0) -> float:
    result = start
    for i in range(0, len(values)):
        if i < len(values):
            result += values[i]
    return result


def made(*checks: Property) -> Entry:
    return Entry("total", "99_made_up", Exercise("t", 1, total, None, checks, ("h",), (by_loop,), ()))


def test_every_kind_of_mistake_is_made_once() -> None:
    found = list(made_mutants(made()))
    kinds = {mutant.kind for mutant in found}
    assert {"comparison", "operator", "number", "dropped statement", "= for +=", "exchanged arguments"} <= kinds
    texts = [mutant.source for mutant in found]
    assert len(set(texts)) == len(texts)
    for mutant in found:
        ast.parse(mutant.source)
        assert mutant.before != mutant.after
    changes = {(mutant.before, mutant.after) for mutant in found}
    assert ("result += values[i]", "result -= values[i]") in changes
    assert ("result += values[i]", "result = values[i]") in changes
    assert ("if i < len(values):", "if i <= len(values):") in changes
    assert ("for i in range(0, len(values)):", "for i in range(1, len(values)):") in changes


def annotated(values: list[float], *more: tuple[int, float], start: dict[int, float] | None = None) -> float:
    return sum(values)


def test_an_annotation_is_no_place_for_a_mistake() -> None:
    entry = Entry("total", "99_made_up", Exercise("t", 1, total, None, (), ("h",), (annotated,), ()))
    assert [mutant.before for mutant in made_mutants(entry) if mutant.before.startswith("def")] == []


def test_every_exercise_has_mutants_of_every_way() -> None:
    for entry in load_catalog().values():
        for way in entry.exercise.alternatives:
            alone = replace(entry, exercise=replace(entry.exercise, alternatives=(way,)))
            assert next(made_mutants(alone), None) is not None, f"{entry.name}, {way}"


def test_score_counts_survivors_and_what_is_listed_as_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = load_catalog()["seven_by_seven"]
    mutants = list(made_mutants(entry))
    full = PropertyVerdict("p", Status.PASSED, entry.exercise.points, entry.exercise.points)
    none = replace(full, status=Status.FAILED, points=0)

    def graded(tasks: Sequence[Task], jobs: int) -> Iterator[ExerciseVerdict]:
        """Say that the first three go unnoticed."""
        for number, task in enumerate(tasks):
            assert task.submission == mutants[number].source
            found = full if number < 3 else none
            yield ExerciseVerdict(entry.name, entry.unit, "", found.status, entry.exercise.points, (found,))

    monkeypatch.setattr(selfcheck, "run_tasks", graded)
    first = mutants[0]
    listed = Equivalent(first.before, first.after, "for this test"), Equivalent("never", "there", "for this test")
    known = replace(entry, exercise=replace(entry.exercise, equivalents=listed))
    (score,) = selfcheck.score_mutants([known], Grading(), jobs=1)
    assert (score.made, score.killed, score.equivalent) == (len(mutants), len(mutants) - 3, 1)
    assert score.survivors == tuple(mutants[1:3])
    assert score.stale == listed[1:]


def test_nearly_all_mistakes_in_a_hand_sheet_are_noticed() -> None:
    (score,) = selfcheck.score_mutants([load_catalog()["seven_by_seven"]], Grading(), jobs=1)
    assert score.killed >= 0.97 * (score.made - score.equivalent), score.survivors


def test_right_ways_are_tried_under_other_seeds() -> None:
    entry = load_catalog()["seven_by_seven"]
    assert list(selfcheck.check_seeds([entry], Grading(), 3, jobs=1)) == []
    answers = dict(cast(Mapping[str, Any], entry.exercise.alternatives[0])) | {"padded": 8}
    wrong = replace(entry, exercise=replace(entry.exercise, alternatives=(answers,)))
    found = list(selfcheck.check_seeds([wrong], Grading(seed=5), 3, jobs=1))
    assert [defect.split(":")[1].split(" scores")[0] for defect in found] == [
        " alternative 1 under seed 6",
        " alternative 1 under seed 7",
    ]
