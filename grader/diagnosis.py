"""Names the misconception behind wrong outputs, or else says where the errors lie."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.catalog import Entry
from grader.compare import difference
from grader.exercise import Sheet
from grader.locate import where_errors_lie
from grader.mutants import Misconceptions
from grader.sheet import wrong_answer
from grader.verdict import Counterexample
from grader.wire import each_array, parts

# A misconception must agree with the student on all of these; one small case alone may be an accident.
MOST_CASES = 40


def diagnose(known: Misconceptions, falsified: Sequence[Counterexample], shown: Counterexample) -> str:
    """Return what is said of the misconception that gives the student's output in every case, or of the errors.

    Parameters
    ----------
    known : Misconceptions
        Of the exercise.
    falsified : sequence of Counterexample
        Every case on which the property failed, in the order in which they were found.
    shown : Counterexample
        The one that is drawn. If the function raised there, nothing is said of where values are wrong elsewhere.

    Returns
    -------
    str
        Empty if no known misconception does, and the errors have nothing in common; or if the function did not
        return a value.
    """
    compared = _compared(known.entry, falsified)
    named = _named(known, compared)
    if named or not compared or isinstance(known.entry.exercise.stub, Sheet) or shown.got is None:
        return named
    return _where(compared)


def misconception(known: Misconceptions, falsified: Sequence[Counterexample]) -> str:
    """Return the diagnosis of the misconception that gives the student's output in every case; empty if none does."""
    return _named(known, _compared(known.entry, falsified))


def _named(known: Misconceptions, compared: Sequence[Counterexample]) -> str:
    if not compared:
        return ""
    exercise = known.entry.exercise
    if isinstance(exercise.stub, Sheet):
        return next(
            (
                mutant.diagnosis
                for mutant in exercise.mutants
                if isinstance(mutant.change, Mapping)
                and all(_answers_the_same(mutant.change, seen) for seen in compared)
            ),
            "",
        )
    cases = [exercise.expand(seen.case) for seen in compared]
    for mutant, function in known:
        if all(
            _computes_the_same(function, exercise.outputs, seen, case)
            for seen, case in zip(compared, cases, strict=True)
        ):
            return mutant.diagnosis
    return ""


def _compared(entry: Entry, falsified: Sequence[Counterexample]) -> Sequence[Counterexample]:
    """Return the cases with a value of the function: an argument that it changed, say, tells nothing here."""
    outputs = entry.exercise.outputs
    names = ("",) if len(outputs) == 1 else outputs
    by_hand = isinstance(entry.exercise.stub, Sheet)
    compared = [seen for seen in falsified if seen.got is not None and (by_hand or seen.output in names)]
    # The first ones differ most; those from shrinking are all alike.
    return compared[: MOST_CASES // 2] + compared[MOST_CASES // 2 :][-MOST_CASES // 2 :]


def _where(compared: Sequence[Counterexample]) -> str:
    """Say where errors lie in the output that is wrong in the smallest case."""
    shown = compared[-1].output
    pairs = [(seen.expected, seen.got) for seen in compared if seen.output == shown]
    if any(not isinstance(array, np.ndarray) or array.dtype.kind not in "fiub" for pair in pairs for array in pair):
        return ""
    sentence = where_errors_lie(pairs)
    return f"{shown}: {sentence}" if sentence and shown else sentence


def _answers_the_same(answers: Mapping[str, Any], seen: Counterexample) -> bool:
    return seen.output in answers and not wrong_answer(answers[seen.output], seen.got)


def _computes_the_same(
    function: Callable[..., Any], outputs: Sequence[str], seen: Counterexample, case: Mapping[str, Any]
) -> bool:
    arguments = [each_array(value, np.copy) for value in case.values()]
    try:
        with np.errstate(all="ignore"):
            value = function(*arguments)
            if len(outputs) > 1:
                value = value[outputs.index(seen.output)]
            return value is not None and _alike(value, seen.got)
    except Exception:
        # A misconception that breaks on this case is not what the student has.
        return False


def _alike(value: Any, got: Any) -> bool:
    """Whether a misconception's value is the student's, infinities and NaN included."""
    if all(np.isfinite(part).all() for part in parts(value)):
        return not difference(value, got)
    if isinstance(value, dict):
        return isinstance(got, dict) and value.keys() == got.keys() and all(_alike(value[key], got[key]) for key in got)
    return np.shape(value) == np.shape(got) and np.allclose(value, got, rtol=1e-5, atol=1e-5, equal_nan=True)
