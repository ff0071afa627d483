"""Reading by index: x[...]. engine/inplace.py writes."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.indexing import take_apart
from engine.op import Context, Operand, op


@op
def getitem(ctx: Context, input: Operand, index: Any) -> Array:
    """Take the elements that an index names: what ``x[index]`` calls.

    Parameters
    ----------
    input : Tensor, any shape
    index : int, slice, None, Ellipsis, bool, list, Tensor, or tuple of them
        A whole number takes one position of an axis and drops the axis; a slice takes some; None puts in an
        axis of length 1; ``...`` stands for all axes not named. Lists, tensors and ndarrays of whole numbers
        pick positions; they broadcast together, and their axes stand where the first of them stood, or in
        front if others lie between. Such arrays of bool are masks over as many axes as they have.

    Returns
    -------
    Tensor
        May share memory with `input` where slices name neighbours, and does not elsewhere; to change
        elements write ``x[index] = value``. The gradient of an element picked several times is the sum.

    Raises
    ------
    PositionError
        If a position does not exist, there are too many indices, a mask has another shape, or arrays of
        positions do not broadcast. It is an IndexError, too.
    ParameterError
        If the step of a slice is not positive; :func:`engine.flip` goes backwards.
    DTypeError
        If something else stands in the index, such as a fraction, or uint8, which PyTorch and NumPy read
        differently.

    Notes
    -----
    As in PyTorch, and unlike NumPy, a whole number beside arrays is taken off before they pick:
    ``x[0, :, [1, 2]]`` of shape (A, B, C) has shape (B, 2), in NumPy (2, B).

    Examples
    --------
    >>> import engine
    >>> x = engine.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> x[1, ::2]
    tensor([4., 6.])
    >>> x[:, [0, 0]]
    tensor([[1., 1.],
            [4., 4.]])
    """
    taken = take_apart("getitem", index, input.shape)
    view = input[taken.basic]
    ctx.save(input.shape, view.shape, taken)
    return ctx.contiguous(view[taken.of_view()] if taken.picks else view)


@getitem.vjp
def getitem_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    shape, view_shape, taken = ctx.saved
    if taken.picks:
        dy = _unpick(ctx, dy, view_shape, taken.picks)
    if dy.size == math.prod(shape):  # nothing was left out
        return (dy.reshape(shape),)
    dx = ctx.empty(shape, dy.dtype)
    dx[...] = 0
    dx[taken.basic] = dy
    return (dx,)


def _unpick(ctx: Context, dy: Array, shape: Sequence[int], picks: dict[int, Array]) -> Array:
    """Return the gradient of what was picked from: an array of `shape`.

    The axes picked along are moved to the front and made one, so that the others are rows to add up.
    """
    axes, arrays = list(picks), np.broadcast_arrays(*picks.values())
    others = [axis for axis in range(len(shape)) if axis not in picks]
    lengths, rest = [shape[axis] for axis in axes], [shape[axis] for axis in others]
    positions = np.zeros(arrays[0].shape, np.int64)
    for length, array in zip(lengths, arrays, strict=True):
        positions = positions * length + array
    neighbours = axes[-1] - axes[0] + 1 == len(axes)
    stood = axes[0] if neighbours else 0
    moved = np.moveaxis(dy, range(stood, stood + positions.ndim), range(positions.ndim))
    rows = ctx.empty((math.prod(lengths), math.prod(rest)), dy.dtype)
    picked = ctx.contiguous(moved).reshape(positions.size, rows.shape[1])
    ctx.kernels.scatter_add(rows, positions.reshape(-1), picked)
    return ctx.contiguous(rows.reshape(*lengths, *rest).transpose(np.argsort([*axes, *others])))
