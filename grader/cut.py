"""Values of a student's that are too large to be kept and reported: what they are, and how they begin."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.replies import shortened
from grader.wire import Array

# Elements, texts and numbers. No case that is drawn has so many, nor has what is right for it.
MOST = 10_000
# Of those of an array that is too large.
SHOWN = 20


@dataclass(frozen=True)
class CutArray:
    """An array that is too large.

    Attributes
    ----------
    shape : tuple of int
    first : ndarray
        Its first elements, in one row, of its dtype.
    """

    shape: tuple[int, ...]
    first: Array

    def __repr__(self) -> str:
        """Say what it is, and how it begins."""
        begins = ", ".join(str(value) for value in self.first.tolist())
        return f"an array of shape {self.shape}, too large to be shown: {begins}, …"


def cut(value: Any) -> Any:
    """Return a value as it is, or as much of it as can be kept.

    Of an array that is too large, what it is and how it begins is left; lists, tuples and dicts end with a "…" where
    no more has room; a text is cut in its middle.

    Parameters
    ----------
    value : Any
        Of a worker, or the right one.

    Examples
    --------
    >>> one, large = cut([1, np.zeros((200, 100), np.int8)])
    >>> large.shape, large.first.size
    ((200, 100), 20)
    """
    return _within(value, [MOST])


def _within(value: Any, room: list[int]) -> Any:
    """Cut a value; what room is left goes down by what it takes."""
    if isinstance(value, np.ndarray):
        if value.size > room[0]:
            # As when it is cut already: what is cut again stays as it is.
            room[0] -= 1
            # Copied, or all of it would be kept.
            return CutArray(value.shape, value.reshape(-1)[:SHOWN].copy())
        room[0] -= value.size
        return value
    room[0] -= 1
    if isinstance(value, str):
        return shortened(value)
    if isinstance(value, dict):
        kept: dict[str, Any] = {}
        for key, item in value.items():
            if room[0] <= 0:
                return kept | {"…": "…"}
            kept[shortened(key)] = _within(item, room)
        return kept
    if isinstance(value, list | tuple):
        return type(value)(_listed(value, room))
    return value


def _listed(values: list[Any] | tuple[Any, ...], room: list[int]) -> Iterator[Any]:
    for item in values:
        if room[0] <= 0:
            yield "…"
            return
        yield _within(item, room)
