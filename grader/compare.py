"""Is the student's value the right one? Accepts only what is shown to be close; NaN never is."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from grader.wire import Array

KINDS = {"f": "floating", "i": "whole-number", "u": "whole-number", "b": "bool", "c": "complex"}
# Small integers, the usual drawn values, are exact in float32; rounding shows only in long sums. What is
# allowed is 1e-5 of the largest value: float32 through an FFT passes, a value off by 1 in 1000 does not.
RELATIVE = 1e-5
ABSOLUTE = 1e-6
# A whole number is right or wrong, however large: 357,503 parameters are not 357,504.
OF_WHOLE_NUMBERS = 1e-2
NOTHING = "it returned None: is there a return statement?"


def difference(expected: Any, got: Any) -> str:
    """Say in a sentence how a value differs from the right one; "" if it does not.

    Parameters
    ----------
    expected : ndarray, number, or dict, list or tuple of these
        The right value, in float64 where it is floating.
    got : Any
        What the worker sent.

    Returns
    -------
    str
        Type, shape and kind of dtype are judged before values.

    Examples
    --------
    >>> difference(np.zeros((3, 1)), np.zeros(3))
    'it has shape (3,), but (3, 1) is right'
    >>> difference(5, 5.0)
    ''
    >>> difference({"x": 2.0, "y": 0.0}, {"x": 2.0, "y": 1.0})
    "for 'y': it returned 1, but 0 is right"
    >>> difference([(2.0, 0.0)], [(2.0, 1.0)])
    '[0][1]: it returned 1, but 0 is right'
    >>> difference(357504, 357503)
    'it returned 357503, but 357504 is right'
    >>> difference(np.array([1.0]), np.array([np.nan]))
    'it holds NaN (not a number)'
    """
    if got is None:
        return NOTHING
    if isinstance(expected, np.ndarray):
        return _array_difference(expected, got)
    if isinstance(expected, Mapping):
        return _dict_difference(expected, got)
    if isinstance(expected, list | tuple):
        return _list_difference(expected, got)
    number = number_of(got)
    if number is None:
        return f"it returned {kind_of(got)}, but a number is right"
    if not np.isfinite(number):
        return f"it returned {'NaN (not a number)' if np.isnan(number) else number}"
    allowed = RELATIVE * max(1.0, abs(expected))
    if isinstance(expected, int | np.integer):
        allowed = min(allowed, OF_WHOLE_NUMBERS)
    close = bool(abs(number - expected) <= allowed)
    return "" if close else f"it returned {number:.7g}, but {expected:.7g} is right"


def _dict_difference(expected: Mapping[str, Any], got: Any) -> str:
    if not isinstance(got, dict):
        return f"it returned {kind_of(got)}, but a dict is right"
    missing = [repr(key) for key in expected if key not in got]
    spare = [repr(key) for key in got if key not in expected]
    for what, keys in (("lacks", missing), ("has, but should not have,", spare)):
        if keys:
            return f"its dict {what} {', '.join(keys)}"
    problems = ((key, difference(value, got[key])) for key, value in expected.items())
    return next((f"for {key!r}: {problem}" for key, problem in problems if problem), "")


def _list_difference(expected: Sequence[Any], got: Any) -> str:
    if not isinstance(got, list | tuple):
        return f"it returned {kind_of(got)}, but {kind_of(expected)} is right"
    if len(got) != len(expected):
        return f"its {type(got).__name__} has length {len(got)}, but {len(expected)} is right"
    for i, (right, theirs) in enumerate(zip(expected, got, strict=True)):
        problem = difference(right, theirs)
        if problem:
            return f"[{i}]{problem}" if problem.startswith("[") else f"[{i}]: {problem}"
    return ""


def unlike(expected: Array, got: Any) -> str:
    """Say in a sentence how an array's type, shape or kind of elements is not the right one; "" if they are.

    Examples
    --------
    >>> unlike(np.zeros(2), [0.0, 0.0])
    'it returned a list, but an array is right: np.array(…) makes one of a list'
    """
    if got is None:
        return NOTHING
    if not isinstance(got, np.ndarray):
        make = f": np.array({'…'}) makes one of a list" if isinstance(got, list) else ""
        return f"it returned {kind_of(got)}, but an array is right{make}"
    if got.shape != expected.shape:
        return f"it has shape {got.shape}, but {expected.shape} is right"
    if _family(got) != _family(expected):
        kind, right = KINDS[got.dtype.kind], KINDS[expected.dtype.kind]
        make = ": make the array with dtype=float" if expected.dtype.kind == "f" else ""
        return f"its elements are {kind} ({got.dtype}), but {right} ones are right{make}"
    return ""


def _array_difference(expected: Array, got: Any) -> str:
    if expected.ndim == 0 and number_of(got) is not None:
        return difference(float(expected), got)
    problem = unlike(expected, got)
    if problem:
        return problem
    wrong = wrong_elements(expected, got)
    if not wrong.any():
        return ""
    if np.isnan(got.astype(np.float64)).any():
        return "it holds NaN (not a number)"
    return f"{int(wrong.sum())} of {got.size} values are wrong"


def wrong_elements(expected: Array, got: Array) -> Array:
    """Mark the elements that are not close; both of the same shape."""
    right, theirs = expected.astype(np.float64), got.astype(np.float64)
    scale = max(1.0, float(np.max(np.abs(right), initial=0.0)))
    with np.errstate(invalid="ignore"):
        close = np.abs(theirs - right) <= ABSOLUTE + RELATIVE * scale
    wrong: Array = ~close
    return wrong


def _family(array: Array) -> str:
    return KINDS[array.dtype.kind]


def number_of(value: Any) -> float | None:
    """Return a real number given as a Python or NumPy scalar or a 0-d array, else None.

    Examples
    --------
    >>> number_of(Fraction(1, 2)), number_of("1"), number_of(True)
    (0.5, None, None)
    """
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "fiu":
        return float(value)
    if isinstance(value, int | float | Fraction | np.integer | np.floating):
        try:
            return float(value)
        except OverflowError:
            return float("inf")
    return None


def kind_of(value: Any) -> str:
    """Name a value's kind for a sentence: "a list", "an array of shape (2, 3)".

    Examples
    --------
    >>> kind_of([1])
    'a list'
    """
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if value is None:
        return "None"
    if number_of(value) is not None:
        return "a number"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
