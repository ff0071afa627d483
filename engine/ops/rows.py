"""Any axes of an array as rows: kernels of reductions and of the softmax only see (R, L)."""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.op import Context


def to_rows(ctx: Context, x: Array, axes: Sequence[int]) -> Array:
    """Move `axes` to the end: (R, L), where a row has the L elements along them."""
    kept = _others(x.shape, axes)
    row_count, length = (int(np.prod([x.shape[axis] for axis in part])) for part in (kept, axes))
    return ctx.contiguous(x.transpose([*kept, *axes])).reshape(row_count, length)


def from_rows(ctx: Context, rows: Array, axes: Sequence[int], shape: Sequence[int]) -> Array:
    """Undo :func:`to_rows`, given the shape of the array that it was called with."""
    order = [*_others(shape, axes), *axes]
    return ctx.contiguous(rows.reshape([shape[axis] for axis in order]).transpose(np.argsort(order)))


def reduced_shape(shape: Sequence[int], axes: Sequence[int], keepdim: bool) -> list[int]:
    """Return the shape without `axes`, or with length 1 there."""
    if keepdim:
        return [1 if axis in axes else n for axis, n in enumerate(shape)]
    return [shape[axis] for axis in _others(shape, axes)]


def _others(shape: Sequence[int], axes: Sequence[int]) -> list[int]:
    return [axis for axis in range(len(shape)) if axis not in axes]
