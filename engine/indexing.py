"""What may stand between the brackets of x[...], brought into one form for reading and for writing."""

import operator
from collections.abc import Sequence
from types import EllipsisType
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from engine.arrays import Array
from engine.autograd import Variable
from engine.errors import DTypeError, ParameterError, PositionError

# A part of an index: a whole number, a slice, None, ..., or an array of positions or of bool.
Part: TypeAlias = int | slice | EllipsisType | Array | None


class Index(NamedTuple):
    """An index taken apart into what gives a view and what picks from it.

    Attributes
    ----------
    basic : tuple
        Whole numbers, slices, None and a last ``...``: NumPy makes a view of them.
    picks : dict of int to ndarray
        By axis of that view: the positions to pick, int64 and not negative. They broadcast together.

    Notes
    -----
    Whole numbers come off first. Where they stand beside arrays, the order of the result's axes is then
    PyTorch's; NumPy counts them among the arrays.
    """

    basic: tuple[Any, ...]
    picks: dict[int, Array]

    def of_view(self) -> tuple[Array | slice, ...]:
        """Return `picks` as an index of the view."""
        return tuple(self.picks.get(axis, slice(None)) for axis in range(max(self.picks, default=-1) + 1))


def take_apart(who: str, index: Any, shape: tuple[int, ...]) -> Index:
    """Check an index against the shape of what it is for.

    Parameters
    ----------
    who : str
        Complains in errors.
    index : int, slice, None, Ellipsis, bool, array_like or Tensor, or tuple of them
    shape : tuple of int

    Returns
    -------
    Index

    Raises
    ------
    PositionError
        If a position does not exist, there are too many indices, a mask has another shape, or arrays of
        positions do not broadcast.
    ParameterError
        If the step of a slice is not positive.
    DTypeError
        If something else stands in the index.
    """
    parts = [_part(who, part) for part in (index if isinstance(index, tuple) else (index,))]
    used = sum(_axes_used(part) for part in parts)
    ellipses = sum(part is ... for part in parts)
    if used > len(shape) or ellipses > 1:
        got = f"indices for {used} axes" + (f" and {ellipses} times '...'" if ellipses > 1 else "")
        raise PositionError(who, f"at most {len(shape)} indices for shape {shape}, and '...' once", got)
    basic: list[Any] = []
    picks: dict[int, Array] = {}
    axis = place = 0  # the next axis of the tensor, and of the view
    for part in parts:
        chosen: list[Any] = [part]
        if part is ...:
            chosen = [slice(None)] * (len(shape) - used)
        elif isinstance(part, int):
            _check_positions(who, np.asarray(part), axis, shape[axis])
        elif isinstance(part, np.ndarray):
            positions = _positions(who, part, axis, shape)
            picks |= {place + i: array for i, array in enumerate(positions)}
            chosen = [slice(None) if part.ndim else None] * len(positions)
        basic += chosen
        axis += sum(one is not None for one in chosen)
        place += sum(not isinstance(one, int) for one in chosen)
    try:
        np.broadcast_shapes(*[array.shape for array in picks.values()])
    except ValueError:
        got = " and ".join(str(array.shape) for array in picks.values())
        raise PositionError(who, "arrays of positions that broadcast", f"shapes {got}") from None
    return Index((*basic, ...), picks)


def _part(who: str, part: Any) -> Part:
    """Convert one part: tensors, lists and bool to arrays, NumPy's numbers to Python's; check its type."""
    if part is None or part is ...:
        return part
    if isinstance(part, slice):
        start, stop, step = (None if v is None else _whole(who, v) for v in (part.start, part.stop, part.step))
        if step is not None and step < 1:
            raise ParameterError(who, "slices with a step of at least 1", f"step {step}", "use flip to go backwards")
        return slice(start, stop, step)
    if isinstance(part, Variable):
        part = part.array
    elif isinstance(part, Sequence) and not isinstance(part, str):
        try:
            part = np.asarray(part) if len(part) else np.empty(0, np.int64)
        except ValueError as error:
            raise DTypeError(who, "lists of whole numbers or of bool in an index", str(error)) from None
    elif isinstance(part, bool | np.bool_):
        part = np.asarray(part)
    if not isinstance(part, np.ndarray):
        return _whole(who, part)
    if part.dtype.kind not in "iub":
        raise DTypeError(who, "positions of whole numbers, or a mask of bool", str(part.dtype))
    if part.dtype == np.uint8:
        fix = "convert it: PyTorch would read uint8 as a mask, NumPy as positions"
        raise DTypeError(who, "positions int64 or int32, or a mask of bool", "uint8", fix)
    return int(part) if part.ndim == 0 and part.dtype != np.bool_ else part


def _whole(who: str, value: Any) -> int:
    try:
        return operator.index(value)
    except (TypeError, ValueError):
        expected = "whole numbers, slices, None, ..., arrays of positions or masks as index"
        raise DTypeError(who, expected, type(value).__name__) from None


def _axes_used(part: Part) -> int:
    if isinstance(part, np.ndarray):
        return part.ndim if part.dtype == np.bool_ else 1
    return 0 if part is None or part is ... else 1


def _positions(who: str, part: Array, axis: int, shape: tuple[int, ...]) -> list[Array]:
    """Return an array of positions, or the positions along every axis of a mask, all from 0 upwards."""
    if part.dtype != np.bool_:
        _check_positions(who, part, axis, shape[axis])
        return [np.where(part < 0, part + shape[axis], part).astype(np.int64)]
    if part.ndim == 0:  # a new axis, of which the only element is taken or not
        return [np.zeros(int(part), np.int64)]
    covered = shape[axis : axis + part.ndim]
    if part.shape != covered:
        raise PositionError(who, f"a mask of shape {covered} at axis {axis}", f"shape {part.shape}")
    return [positions.astype(np.int64) for positions in part.nonzero()]


def _check_positions(who: str, positions: Array, axis: int, length: int) -> None:
    wrong = positions[(positions < -length) | (positions >= length)]
    if wrong.size:
        expected = f"positions within -{length} … {length - 1} for axis {axis} of length {length}"
        raise PositionError(who, expected if length else f"no position for axis {axis} of length 0", str(wrong[0]))
