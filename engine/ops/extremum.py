"""The largest and the smallest elements along some axes, or where they are."""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.errors import ShapeError
from engine.op import Context, Operand, op
from engine.ops.checks import axes_of, reduced_axis
from engine.ops.rows import from_rows, reduced_shape, to_rows


def extremes(ctx: Context, who: str, input: Array, axes: tuple[int, ...], largest: bool) -> tuple[Array, Array]:
    """Return the extreme element of each row over `axes`, and its place in the row."""
    rows = to_rows(ctx, input, axes)
    if rows.shape[1] == 0:
        raise ShapeError(who, "at least one element to choose from", f"shape {input.shape}")
    out, index = ctx.empty((rows.shape[0],), input.dtype), ctx.empty((rows.shape[0],), np.dtype(np.int64))
    ctx.kernels.extremum_rows(out, index, rows, int(largest))
    return out, index


def _over_axes(ctx: Context, who: str, input: Array, dim: int | Sequence[int], keepdim: bool, largest: bool) -> Array:
    axes = axes_of(who, dim, input.ndim)
    out, _ = extremes(ctx, who, input, axes, largest)
    ctx.save(input, out, axes)
    return out.reshape(reduced_shape(input.shape, axes, keepdim))


def _over_axes_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    input, out, axes = ctx.saved
    rows = to_rows(ctx, input, axes)
    dx = ctx.empty(rows.shape, rows.dtype)
    ctx.kernels.extremum_rows_backward_shared(dx, dy.reshape(dy.size), rows, out)
    return (from_rows(ctx, dx, axes, input.shape),)


def _places(ctx: Context, who: str, input: Array, dim: int | None, keepdim: bool, largest: bool) -> Array:
    axes = axes_of(who, None, input.ndim) if dim is None else reduced_axis(who, dim, input.ndim)
    _, index = extremes(ctx, who, input, axes, largest)
    return index.reshape(reduced_shape(input.shape, axes, keepdim))


@op
def amax(ctx: Context, input: Operand, dim: int | Sequence[int] = (), keepdim: bool = False) -> Array:
    """Take the largest element along some axes.

    Parameters
    ----------
    input : Tensor, any shape and dtype
    dim : int or sequence of int
        The axes to look along; () means all of them.
    keepdim : bool
        Keep each of these axes with length 1.

    Returns
    -------
    Tensor
        Without the axes `dim`; NaN where there is one. Elements that share the largest value share the gradient
        equally; so do those that are NaN (where PyTorch makes the whole gradient NaN).

    Raises
    ------
    ParameterError
        If an axis does not exist or is named twice.
    ShapeError
        If there is nothing to choose from.

    Examples
    --------
    >>> import engine
    >>> engine.amax(engine.tensor([[1.0, 2.0], [4.0, 3.0]]), dim=1)
    tensor([2., 4.])
    """
    return _over_axes(ctx, "amax", input, dim, keepdim, largest=True)


amax.vjp(_over_axes_vjp)


@op
def amin(ctx: Context, input: Operand, dim: int | Sequence[int] = (), keepdim: bool = False) -> Array:
    """Take the smallest element along some axes.

    Parameters
    ----------
    input : Tensor, any shape and dtype
    dim : int or sequence of int
        The axes to look along; () means all of them.
    keepdim : bool
        Keep each of these axes with length 1.

    Returns
    -------
    Tensor
        Without the axes `dim`; NaN where there is one. Elements that share the smallest value share the gradient
        equally; so do those that are NaN (where PyTorch makes the whole gradient NaN).

    Raises
    ------
    ParameterError
        If an axis does not exist or is named twice.
    ShapeError
        If there is nothing to choose from.

    Examples
    --------
    >>> import engine
    >>> engine.amin(engine.tensor([[1.0, 2.0], [4.0, 3.0]]), dim=1)
    tensor([1., 3.])
    """
    return _over_axes(ctx, "amin", input, dim, keepdim, largest=False)


amin.vjp(_over_axes_vjp)


@op
def argmax(ctx: Context, input: Operand, dim: int | None = None, keepdim: bool = False) -> Array:
    """Tell where the largest element is.

    Parameters
    ----------
    input : Tensor, any shape and dtype
    dim : int, optional
        The axis to look along; by default, places are counted through all elements in reading order.
    keepdim : bool
        Keep the axis with length 1.

    Returns
    -------
    Tensor of int64
        Without the axis `dim`: the first of equals, or the first NaN.

    Raises
    ------
    ParameterError
        If there is no axis `dim`.
    ShapeError
        If there is nothing to choose from.

    Examples
    --------
    >>> import engine
    >>> engine.argmax(engine.tensor([[1.0, 2.0], [4.0, 3.0]]), dim=1)
    tensor([1, 0])
    """
    return _places(ctx, "argmax", input, dim, keepdim, largest=True)


@op
def argmin(ctx: Context, input: Operand, dim: int | None = None, keepdim: bool = False) -> Array:
    """Tell where the smallest element is.

    Parameters
    ----------
    input : Tensor, any shape and dtype
    dim : int, optional
        The axis to look along; by default, places are counted through all elements in reading order.
    keepdim : bool
        Keep the axis with length 1.

    Returns
    -------
    Tensor of int64
        Without the axis `dim`: the first of equals, or the first NaN.

    Raises
    ------
    ParameterError
        If there is no axis `dim`.
    ShapeError
        If there is nothing to choose from.

    Examples
    --------
    >>> import engine
    >>> engine.argmin(engine.tensor([[1.0, 2.0], [4.0, 3.0]]), dim=1)
    tensor([0, 1])
    """
    return _places(ctx, "argmin", input, dim, keepdim, largest=False)
