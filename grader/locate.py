"""Says where errors lie, or what they have in common, when no known misconception explains them."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np

from grader.compare import difference, wrong_elements
from grader.wire import Array

# The right values and the student's.
Pair: TypeAlias = tuple[Array, Array]

AXES = {4: ("image", "channel"), 3: ("map",)}
SIDES = {
    "the first row": np.s_[..., 1:, :],
    "the last row": np.s_[..., :-1, :],
    "the first column": np.s_[..., 1:],
    "the last column": np.s_[..., :-1],
    "the border (first and last rows and columns)": np.s_[..., 1:-1, 1:-1],
}
FLIPS = {
    "upside down: its rows stand in reverse order": (-2,),
    "mirrored: its columns stand in reverse order": (-1,),
    "turned by half a turn: rows and columns stand in reverse order": (-2, -1),
}


def where_errors_lie(pairs: Sequence[Pair]) -> str:
    """Return a sentence that is true of all wrong answers, and of some of them not by accident.

    Parameters
    ----------
    pairs : sequence of (ndarray, ndarray)
        For each failing case the right value and the student's; floating, whole numbers or bool.

    Returns
    -------
    str
        Empty if there is nothing simple to say.

    Examples
    --------
    >>> right = np.arange(12.0).reshape(3, 4)
    >>> where_errors_lie([(right, -right)])
    'every value is -1 times the right one: the sign is turned around'
    """
    pairs = [(right.astype(np.float64), got.astype(np.float64)) for right, got in pairs]
    if any(not difference(*pair) for pair in pairs):
        # Not the values are wrong then, but their type.
        return ""
    if all(right.shape == got.shape for right, got in pairs):
        kinds: tuple[Callable[[Sequence[Pair]], str], ...] = (
            _one_factor,
            _one_difference,
            _changed_values,
            _only_the_first,
            _moved_values,
            _some_places,
            _other_places,
        )
        return next((sentence for kind in kinds if (sentence := kind(pairs))), "")
    if all(min(right.ndim, got.ndim) >= 2 and not difference(right, np.swapaxes(got, -1, -2)) for right, got in pairs):
        return "rows and columns have changed places: your output is the transpose of the right one"
    return ""


def _one_factor(pairs: Sequence[Pair]) -> str:
    if all(not got.any() for _, got in pairs):
        return "every value is 0"
    factors = []
    for right, got in pairs:
        largest = np.unravel_index(np.argmax(np.abs(right)), right.shape)
        factor = got[largest] / right[largest] if right[largest] else np.nan
        if not np.isfinite(factor) or difference(right * factor, got):
            return ""
        factors.append(float(factor))
    if not any(len(np.unique(np.abs(right))) > 2 for right, _ in pairs):
        return ""
    if np.ptp(factors) > 1e-5 * max(1.0, abs(factors[0])):
        shown = ", ".join(f"{factor:.4g}" for factor in factors[:3])
        return f"all values are off by one factor, another in each case ({shown}): what do you divide or multiply by?"
    about = ": the sign is turned around" if abs(factors[0] + 1) < 1e-5 else ""
    return f"every value is {factors[0]:.6g} times the right one{about}"


def _one_difference(pairs: Sequence[Pair]) -> str:
    offsets = [float((got - right).flat[0]) for right, got in pairs]
    same = all(not difference(right + offset, got) for (right, got), offset in zip(pairs, offsets, strict=True))
    if not same or not any(len(np.unique(right)) > 2 for right, _ in pairs):
        return ""
    if np.ptp(offsets) <= 1e-5 * max(1.0, abs(offsets[0])):
        return f"every value is too {'large' if offsets[0] > 0 else 'small'} by {abs(offsets[0]):.6g}"
    return "all values of an answer are off by the same amount, another in each case"


def _changed_values(pairs: Sequence[Pair]) -> str:
    changes: dict[str, Callable[[Array], Array]] = {
        "negative values have become 0": lambda right: np.maximum(right, 0.0),
        "negative values have lost their sign": np.abs,
        "the digits behind the point are lost: is something made a whole number on the way?": np.trunc,
        "values are rounded down to whole numbers: is there // for /, or something made a whole number?": np.floor,
        "values are rounded to whole numbers": np.rint,
    }
    for sentence, change in changes.items():
        if all(not difference(change(right), got) for right, got in pairs) and any(got.any() for _, got in pairs):
            return sentence
    return ""


def _only_the_first(pairs: Sequence[Pair]) -> str:
    """Notice a return inside a loop: after some right values there are zeros only."""
    counts = []
    for right, got in pairs:
        wrong = np.flatnonzero(wrong_elements(right, got))
        if not wrong.size or got.reshape(-1)[wrong[0] :].any():
            return ""
        counts.append(int(wrong[0]))
    if min(counts) == 0 or not any(right.size > 2 for right, _ in pairs):
        return ""
    return "the first values are right, and all after them are 0: is the return inside a loop?"


def _moved_values(pairs: Sequence[Pair]) -> str:
    if any(right.ndim < 2 for right, _ in pairs):
        return ""
    for sentence, axes in FLIPS.items():
        if all(not difference(np.flip(right, axes), got) for right, got in pairs):
            return f"your output is {sentence}"
    if all(
        right.shape[-1] == right.shape[-2] and not difference(np.swapaxes(right, -1, -2), got) for right, got in pairs
    ):
        return "rows and columns have changed places: your output is the transpose of the right one"
    for down, aside in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1)):
        overlaps = [(_part(right, -down, -aside), _part(got, down, aside)) for right, got in pairs]
        if all(not difference(*both) for both in overlaps) and any(len(np.unique(right)) > 3 for right, _ in overlaps):
            steps = (("row down", down), ("row up", -down), ("column right", aside), ("column left", -aside))
            ways = [f"one {way}" for way, by in steps if by == 1]
            return f"your output is the right one, moved {' and '.join(ways)}"
    return ""


def _part(array: Array, down: int, aside: int) -> Array:
    """Cut off what has no partner where one array is moved against the other."""
    rows = slice(max(down, 0), min(down, 0) or None)
    columns = slice(max(aside, 0), min(aside, 0) or None)
    return array[..., rows, columns]


def _some_places(pairs: Sequence[Pair]) -> str:
    wrongs = [wrong_elements(*pair) for pair in pairs]
    for axis in range(max(wrong.ndim for wrong in wrongs)):
        sentence = _along(axis, wrongs)
        if sentence:
            return sentence
    for side, rest in SIDES.items():
        rests = [wrong[rest] for wrong in wrongs if wrong.ndim >= 2]
        if len(rests) == len(wrongs) and not any(part.any() for part in rests) and any(part.size for part in rests):
            return f"only {side} {'is' if 'border' not in side else 'of each map is'} wrong"
    return ""


def _along(axis: int, wrongs: Sequence[Array]) -> str:
    """Say which of several images or channels are wrong, if it is the same everywhere."""
    named = AXES.get(wrongs[0].ndim, ())
    if axis >= len(named) or any(wrong.ndim != wrongs[0].ndim for wrong in wrongs):
        return ""
    rows = [np.moveaxis(wrong, axis, 0).reshape(wrong.shape[axis], -1) for wrong in wrongs]
    bad = [np.asarray(row.any(axis=1)) for row in rows]
    several = [places for places in bad if len(places) > 1]
    if not several:
        return ""
    for which, place in (("first", 0), ("last", -1)):
        others = [np.delete(places, place) for places in several]
        if all(places[place] for places in several) and not any(rest.any() for rest in others):
            return f"only the {which} {named[axis]} is wrong"
        if not any(places[place] for places in several) and all(rest.all() for rest in others):
            return f"only the {which} {named[axis]} is right"
    return ""


def _other_places(pairs: Sequence[Pair]) -> str:
    found = list(_sorted(pairs))
    if all(not difference(*both) for both in found) and any(len(np.unique(right)) > 3 for right, _ in found):
        return (
            "all the right numbers are there, but in the wrong places: is there a reshape where axes should change "
            "places (transpose)?"
        )
    return ""


def _sorted(pairs: Sequence[Pair]) -> Iterator[Pair]:
    for right, got in pairs:
        yield np.sort(right, axis=None), np.sort(got, axis=None)
