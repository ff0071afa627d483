"""``max`` and ``min`` in PyTorch's three forms: of all elements, along one axis, and of two tensors."""

from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.autograd import Variable
from engine.op import Context, Operand, composite, op
from engine.ops.checks import reduced_axis
from engine.ops.extremum import amax, amin, extremes
from engine.ops.rows import from_rows, reduced_shape
from engine.ops.selection import maximum, minimum


class Extremum(NamedTuple):
    """What :func:`max` and :func:`min` return when they are given an axis.

    Attributes
    ----------
    values : Tensor
    indices : Tensor of int64
        Where along the axis each value is; the first of equals.
    """

    values: Any
    indices: Any


def _with_indices(ctx: Context, who: str, input: Array, dim: int, keepdim: bool, largest: bool) -> tuple[Array, Array]:
    axes = reduced_axis(who, dim, input.ndim)
    out, index = extremes(ctx, who, input, axes, largest)
    ctx.save(input.shape, index, axes)
    shape = reduced_shape(input.shape, axes, keepdim)
    return out.reshape(shape), index.reshape(shape)


def _with_indices_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    shape, index, axes = ctx.saved
    dx = ctx.empty((dy.size, int(np.prod([shape[axis] for axis in axes]))), dy.dtype)
    ctx.kernels.extremum_rows_backward(dx, dy.reshape(dy.size), index)
    return (from_rows(ctx, dx, axes, shape),)


@op
def max_with_indices(ctx: Context, input: Operand, dim: int, keepdim: bool = False) -> tuple[Array, Array]:
    """Take the largest element along one axis, and tell where it is: what :func:`max` does with an axis.

    Parameters
    ----------
    input : Tensor, any shape and dtype
    dim : int
    keepdim : bool
        Keep the axis with length 1.

    Returns
    -------
    values : Tensor
        Without the axis `dim`. The gradient goes to the element that `indices` names.
    indices : Tensor of int64
        The first of equals, or the first NaN.

    Raises
    ------
    ParameterError
        If there is no axis `dim`.
    ShapeError
        If there is nothing to choose from.

    Examples
    --------
    >>> import engine
    >>> engine.ops.max_with_indices(engine.tensor([[1.0, 2.0], [4.0, 3.0]]), dim=1)
    (tensor([2., 4.]), tensor([1, 0]))
    """
    return _with_indices(ctx, "max", input, dim, keepdim, largest=True)


max_with_indices.vjp(_with_indices_vjp)


@op
def min_with_indices(ctx: Context, input: Operand, dim: int, keepdim: bool = False) -> tuple[Array, Array]:
    """Take the smallest element along one axis, and tell where it is: what :func:`min` does with an axis.

    Parameters
    ----------
    input : Tensor, any shape and dtype
    dim : int
    keepdim : bool
        Keep the axis with length 1.

    Returns
    -------
    values : Tensor
        Without the axis `dim`. The gradient goes to the element that `indices` names.
    indices : Tensor of int64
        The first of equals, or the first NaN.

    Raises
    ------
    ParameterError
        If there is no axis `dim`.
    ShapeError
        If there is nothing to choose from.

    Examples
    --------
    >>> import engine
    >>> engine.ops.min_with_indices(engine.tensor([[1.0, 2.0], [4.0, 3.0]]), dim=1)
    (tensor([1., 3.]), tensor([0, 1]))
    """
    return _with_indices(ctx, "min", input, dim, keepdim, largest=False)


min_with_indices.vjp(_with_indices_vjp)


@composite
def max(
    input: Operand, dim: Operand | int | None = None, keepdim: bool = False, *, other: Operand | None = None
) -> Any:
    """Take the largest element of all, the largest along one axis, or the larger of two tensors' elements.

    Parameters
    ----------
    input : Tensor, any shape and dtype
    dim : int, optional
        The axis to look along. A tensor here is taken for `other`.
    keepdim : bool
        Keep the axis with length 1.
    other : Tensor, optional
        Compared with `input` element by element; see :func:`maximum`.

    Returns
    -------
    Tensor or Extremum
        Without `dim` a single element, as by :func:`amax`: equals share the gradient. With `dim` a named
        tuple (values, indices): the first of equals, which alone gets the gradient. NaN counts as largest.

    Raises
    ------
    ParameterError
        If there is no axis `dim`.
    ShapeError
        If there is nothing to choose from.
    DTypeError
        If `input` is not a Tensor.

    Examples
    --------
    >>> import engine
    >>> x = engine.tensor([[1.0, 2.0], [4.0, 3.0]])
    >>> engine.max(x)
    tensor(4.)
    >>> engine.max(x, dim=1).indices
    tensor([1, 0])
    """
    second = other if dim is None else dim
    if other is not None or isinstance(second, Variable):
        return maximum(input, second)
    if dim is None:
        return amax(input, (), keepdim)
    return Extremum(*max_with_indices(input, dim, keepdim))


@composite
def min(
    input: Operand, dim: Operand | int | None = None, keepdim: bool = False, *, other: Operand | None = None
) -> Any:
    """Take the smallest element of all, the smallest along one axis, or the smaller of two tensors' elements.

    Parameters
    ----------
    input : Tensor, any shape and dtype
    dim : int, optional
        The axis to look along. A tensor here is taken for `other`.
    keepdim : bool
        Keep the axis with length 1.
    other : Tensor, optional
        Compared with `input` element by element; see :func:`minimum`.

    Returns
    -------
    Tensor or Extremum
        Without `dim` a single element, as by :func:`amin`: equals share the gradient. With `dim` a named
        tuple (values, indices): the first of equals, which alone gets the gradient. NaN counts as smallest.

    Raises
    ------
    ParameterError
        If there is no axis `dim`.
    ShapeError
        If there is nothing to choose from.
    DTypeError
        If `input` is not a Tensor.

    Examples
    --------
    >>> import engine
    >>> x = engine.tensor([[1.0, 2.0], [4.0, 3.0]])
    >>> engine.min(x)
    tensor(1.)
    >>> engine.min(x, dim=1).indices
    tensor([0, 1])
    """
    second = other if dim is None else dim
    if other is not None or isinstance(second, Variable):
        return minimum(input, second)
    if dim is None:
        return amin(input, (), keepdim)
    return Extremum(*min_with_indices(input, dim, keepdim))
