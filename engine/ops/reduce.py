"""Sums, means, variances and standard deviations over any axes."""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.errors import DTypeError, ShapeError
from engine.kernels import formulas
from engine.op import Context, Operand, op
from engine.ops.checks import axes_of, require_floating
from engine.ops.rows import from_rows, reduced_shape, to_rows


def sum_over(ctx: Context, x: Array, axes: Sequence[int], divisor: int) -> Array:
    """Sum `x` over `axes` and divide; returns the shape without those axes."""
    rows = to_rows(ctx, x, axes)
    out = ctx.empty((rows.shape[0],), x.dtype if x.dtype.kind == "f" else np.dtype(np.int64))
    ctx.kernels.sum_rows(out, rows, divisor)
    return out.reshape(reduced_shape(x.shape, axes, keepdim=False))


def _sum_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    shape, axes, divisor = ctx.saved
    rows = ctx.empty((dy.size, _length(shape, axes)), dy.dtype)
    ctx.kernels.sum_rows_backward(rows, dy.reshape(dy.size), divisor)
    return (from_rows(ctx, rows, axes, shape),)


def _length(shape: Sequence[int], axes: Sequence[int]) -> int:
    return int(np.prod([shape[axis] for axis in axes]))


@op
def sum(ctx: Context, input: Operand, dim: int | Sequence[int] | None = None, keepdim: bool = False) -> Array:
    """Add up the elements along some axes.

    Parameters
    ----------
    input : Tensor, any shape
        float32 and float64 are summed in float64, whole numbers and bool in int64.
    dim : int or sequence of int, optional
        The axes to sum over; all of them by default.
    keepdim : bool
        Keep each summed axis with length 1.

    Returns
    -------
    Tensor
        Without the axes `dim`; of the dtype of `input` if that is floating, else int64.

    Raises
    ------
    ParameterError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> import engine
    >>> engine.sum(engine.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=0)
    tensor([4., 6.])
    """
    axes = axes_of("sum", dim, input.ndim)
    ctx.save(input.shape, axes, 1)
    return sum_over(ctx, input, axes, 1).reshape(reduced_shape(input.shape, axes, keepdim))


sum.vjp(_sum_vjp)


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
    if input.dtype.kind != "f":
        raise DTypeError("mean", "float32 or float64", str(input.dtype), "convert it: tensor.float()")
    axes = axes_of("mean", dim, input.ndim)
    length = _length(input.shape, axes)
    if length == 0:
        raise ShapeError("mean", "at least one element to average", f"shape {input.shape}, dim {dim}")
    ctx.save(input.shape, axes, length)
    return sum_over(ctx, input, axes, length).reshape(reduced_shape(input.shape, axes, keepdim))


mean.vjp(_sum_vjp)


def _variance(
    ctx: Context, who: str, input: Array, dim: int | Sequence[int] | None, correction: float
) -> tuple[Array, tuple[Array, Array, tuple[int, ...], float]]:
    """Return the variance of each row, and what its gradient needs."""
    require_floating(who, input=input)
    axes = axes_of(who, dim, input.ndim)
    rows = to_rows(ctx, input, axes)
    divisor = float(rows.shape[1] - correction)
    if divisor <= 0:
        got = f"{rows.shape[1]} along dim {dim} of shape {input.shape}"
        raise ShapeError(who, f"more than {correction} elements (correction={correction})", got)
    out = ctx.empty((rows.shape[0],), input.dtype)
    # float64 where that can be: rounded to float32, a large mean would spoil the small differences from it.
    means = ctx.empty((rows.shape[0],), ctx.statistics_dtype(input.dtype))
    ctx.kernels.variance_rows(out, means, rows, divisor)
    return out, (input, means, axes, divisor)


def _variance_vjp(ctx: Context, dy: Array, needed: tuple[Array, Array, tuple[int, ...], float]) -> Array:
    input, means, axes, divisor = needed
    rows = to_rows(ctx, input, axes)
    dx = ctx.empty(rows.shape, rows.dtype)
    ctx.kernels.variance_rows_backward(dx, dy.reshape(dy.size), means, rows, divisor)
    return from_rows(ctx, dx, axes, input.shape)


@op
def var(
    ctx: Context,
    input: Operand,
    dim: int | Sequence[int] | None = None,
    *,
    correction: float = 1,
    keepdim: bool = False,
) -> Array:
    """Take the variance of the elements along some axes: the mean squared distance from their mean.

    Parameters
    ----------
    input : Tensor, any shape
        float32 or float64.
    dim : int or sequence of int, optional
        The axes to go over; all of them by default.
    correction : float
        Subtracted from the number of elements L: 1 estimates the variance of what the elements were drawn
        from (Bessel), 0 gives that of the elements themselves.
    keepdim : bool
        Keep each of these axes with length 1.

    Returns
    -------
    Tensor
        sum((input - mean(input)) ** 2) / (L - correction), without the axes `dim`. The mean is taken first,
        and both sums are kept in float64, so that it is accurate for a mean of any size.

    Raises
    ------
    ParameterError
        If an axis does not exist or is named twice.
    ShapeError
        If there are no more elements than `correction` (PyTorch warns and returns NaN).
    DTypeError
        If the elements are not floating.

    References
    ----------
    Chan, Golub and LeVeque, "Algorithms for computing the sample variance", 1983: the two-pass algorithm.

    Examples
    --------
    >>> import engine
    >>> engine.var(engine.tensor([[1.0, 3.0], [5.0, 9.0]]), dim=1)
    tensor([2., 8.])
    """
    out, needed = _variance(ctx, "var", input, dim, correction)
    ctx.save(*needed)
    return out.reshape(reduced_shape(input.shape, needed[2], keepdim))


@var.vjp
def var_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    return (_variance_vjp(ctx, dy, ctx.saved),)


@op
def std(
    ctx: Context,
    input: Operand,
    dim: int | Sequence[int] | None = None,
    *,
    correction: float = 1,
    keepdim: bool = False,
) -> Array:
    """Take the standard deviation of the elements along some axes: the root of their variance.

    Parameters
    ----------
    input : Tensor, any shape
        float32 or float64.
    dim : int or sequence of int, optional
        The axes to go over; all of them by default.
    correction : float
        Subtracted from the number of elements; see :func:`var`.
    keepdim : bool
        Keep each of these axes with length 1.

    Returns
    -------
    Tensor
        sqrt(var(input)), without the axes `dim`. Where it is 0, its gradient is taken to be 0.

    Raises
    ------
    ParameterError
        If an axis does not exist or is named twice.
    ShapeError
        If there are no more elements than `correction` (PyTorch warns and returns NaN).
    DTypeError
        If the elements are not floating.

    Examples
    --------
    >>> import engine
    >>> engine.std(engine.tensor([[1.0, 3.0], [5.0, 9.0]]), dim=1, correction=0)
    tensor([1., 2.])
    """
    variance, needed = _variance(ctx, "std", input, dim, correction)
    out = ctx.empty(variance.shape, variance.dtype)
    ctx.kernels.elementwise(out, formulas.sqrt, variance)
    ctx.save(out, needed)
    return out.reshape(reduced_shape(input.shape, needed[2], keepdim))


@std.vjp
def std_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    out, needed = ctx.saved
    dvar = ctx.empty(out.shape, out.dtype)
    ctx.kernels.elementwise(dvar, formulas.std_dvar, dy.reshape(dy.size), out)
    return (_variance_vjp(ctx, dvar, needed),)
