"""The student's function as a picture calls it: in the worker, and nothing of what it returns is believed."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.compare import difference, number_of, unlike
from grader.session import Session
from grader.trial import Trial

# Sums of some thousands of such numbers can still be drawn.
LARGEST = 1e100


class Student:
    """Calls the function of a session's file; returns what can be drawn, and notes what is not right.

    Parameters
    ----------
    session : Session
        With the file loaded.

    Attributes
    ----------
    mistake : str
        How the first answer that was wrong differs from the right one; empty as long as all were right.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.mistake = ""

    def __call__(self, **case: Any) -> Any:
        """Call it; see :data:`grader.show.picture.Call`.

        Raises
        ------
        FalsifiedError
            If it raised, or returned what has not the type, the shape or the kind of elements of the right value, or
            is larger than can be drawn.
        NotStartedError
            If it raised NotImplementedError.
        """
        trial = self.session.trial(case)
        if trial.oracle is None:
            return trial.call()
        theirs, right = trial.named_outputs(trial.call()), trial.named_outputs(trial.reference())
        drawn = [self._drawable(trial, name, right[name], theirs[name]) for name in right]
        return tuple(drawn) if len(drawn) > 1 else drawn[0]

    def _drawable(self, trial: Trial, output: str, expected: Any, got: Any) -> Any:
        about = f"{output}: " if len(trial.outputs) > 1 else ""
        problem = undrawable(expected, got)
        if problem:
            trial.fail(f"{about}{problem}")
        wrong = difference(expected, got)
        if wrong and not self.mistake:
            self.mistake = f"{about}{wrong}"
        return in_floats(got)


def undrawable(expected: Any, got: Any) -> str:
    """Say in a sentence why a value cannot be drawn where `expected` is right; "" if it can.

    Parameters
    ----------
    expected : ndarray, number, or dict of these
    got : Any
        What the worker sent.

    Examples
    --------
    >>> undrawable(np.zeros(2), np.array([3.0, -1.0]))
    ''
    >>> undrawable(np.zeros(2), np.array([3.0, np.inf]))
    'it holds inf, NaN or numbers of more than 100 digits, which cannot be drawn'
    """
    too_large = "it holds inf, NaN or numbers of more than 100 digits, which cannot be drawn"
    if isinstance(expected, np.ndarray):
        problem = unlike(expected, got)
        return problem or ("" if (np.abs(got.astype(np.float64)) <= LARGEST).all() else too_large)
    if isinstance(expected, Mapping):
        if not isinstance(got, dict) or got.keys() != expected.keys():
            return difference(expected, got)
        problems = ((key, undrawable(value, got[key])) for key, value in expected.items())
        return next((f"for {key!r}: {problem}" for key, problem in problems if problem), "")
    number = number_of(got)
    if number is None:
        return difference(expected, got)
    return "" if abs(number) <= LARGEST else too_large


def in_floats(value: Any) -> Any:
    """Return a value that can be drawn with every number in float64."""
    if isinstance(value, np.ndarray):
        return value.astype(np.float64)
    if isinstance(value, dict):
        return {key: in_floats(item) for key, item in value.items()}
    return number_of(value)
