"""Sums and means over any axes."""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.errors import DTypeError, ShapeError
from engine.op import Context, Operand, op
from engine.ops.checks import axes_of


def sum_over(ctx: Context, x: Array, axes: Sequence[int], divisor: int) -> Array:
    """Sum `x` over `axes` and divide; returns the shape without those axes."""
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    shape = [x.shape[axis] for axis in kept]
    length = int(np.prod([x.shape[axis] for axis in axes]))
    rows = np.asarray(x.transpose([*kept, *axes]), order="C").reshape(int(np.prod(shape)), length)
    out = ctx.empty((rows.shape[0],), x.dtype)
    ctx.kernels.sum_rows(out, rows, divisor)
    return out.reshape(shape)


def _reduce(ctx: Context, who: str, input: Array, dim: int | Sequence[int] | None, keepdim: bool, mean: bool) -> Array:
    if input.dtype.kind != "f":
        raise DTypeError(who, "float32 or float64", str(input.dtype))
    axes = axes_of(who, dim, input.ndim)
    divisor = int(np.prod([input.shape[axis] for axis in axes])) if mean else 1
    if divisor == 0:
        raise ShapeError(who, "at least one element to average", f"shape {input.shape}, dim {dim}")
    ctx.save(input.shape, axes, divisor)
    out = sum_over(ctx, input, axes, divisor)
    if not keepdim:
        return out
    return out.reshape([1 if axis in axes else n for axis, n in enumerate(input.shape)])


def _reduce_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    shape, axes, divisor = ctx.saved
    kept = [axis for axis in range(len(shape)) if axis not in axes]
    length = int(np.prod([shape[axis] for axis in axes]))
    rows = ctx.empty((dy.size, length), dy.dtype)
    ctx.kernels.sum_rows_backward(rows, dy.reshape(dy.size), divisor)
    moved = rows.reshape([shape[axis] for axis in (*kept, *axes)])
    return (np.asarray(moved.transpose(np.argsort([*kept, *axes])), order="C"),)


@op
def sum(ctx: Context, input: Operand, dim: int | Sequence[int] | None = None, keepdim: bool = False) -> Array:
    """Add up the elements along some axes.

    Parameters
    ----------
    input : Tensor, any shape
        float32 or float64; summed in float64.
    dim : int or sequence of int, optional
        The axes to sum over; all of them by default.
    keepdim : bool
        Keep each summed axis with length 1.

    Returns
    -------
    Tensor
        Without the axes `dim`.

    Raises
    ------
    ParameterError
        If an axis does not exist or is named twice.
    DTypeError
        If the elements are not floating.

    Examples
    --------
    >>> import engine
    >>> engine.sum(engine.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=0)
    tensor([4., 6.])
    """
    return _reduce(ctx, "sum", input, dim, keepdim, mean=False)


@sum.vjp
def sum_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    return _reduce_vjp(ctx, dy)


@op
def mean(ctx: Context, input: Operand, dim: int | Sequence[int] | None = None, keepdim: bool = False) -> Array:
    """Average the elements along some axes.

    Parameters
    ----------
    input : Tensor, any shape
        float32 or float64; summed in float64.
    dim : int or sequence of int, optional
        The axes to average over; all of them by default.
    keepdim : bool
        Keep each averaged axis with length 1.

    Returns
    -------
    Tensor
        Without the axes `dim`.

    Raises
    ------
    ParameterError
        If an axis does not exist or is named twice.
    ShapeError
        If there is nothing to average.
    DTypeError
        If the elements are not floating.

    Examples
    --------
    >>> import engine
    >>> engine.mean(engine.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
    tensor([1.5, 3.5])
    """
    return _reduce(ctx, "mean", input, dim, keepdim, mean=True)


@mean.vjp
def mean_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    return _reduce_vjp(ctx, dy)
