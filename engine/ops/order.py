"""The same elements in another order: axes exchanged, turned round, moved along."""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.errors import ParameterError
from engine.op import Context, Operand, composite, op
from engine.ops.checks import distinct_axes, single_axis, whole_numbers
from engine.tensor import Tensor


@op
def permute(ctx: Context, input: Operand, dims: Sequence[int]) -> Array:
    """Put the axes in another order.

    Parameters
    ----------
    input : Tensor, any shape
    dims : sequence of int
        Which axis of `input` becomes the first, the second and so on; every axis once.

    Returns
    -------
    Tensor
        A copy, because tensors are contiguous; memory is shared only if no element has to move.

    Raises
    ------
    ParameterError
        If `dims` does not name every axis once.

    Examples
    --------
    >>> import engine
    >>> engine.permute(engine.zeros(2, 3, 4), (2, 0, 1)).shape
    (4, 2, 3)
    """
    order = distinct_axes("permute", dims, input.ndim)
    if len(order) != input.ndim:
        raise ParameterError("permute", f"each of {input.ndim} axes in dims", repr(dims))
    ctx.save(order)
    return ctx.contiguous(input.transpose(order))


@permute.vjp
def permute_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    (order,) = ctx.saved
    return (ctx.contiguous(dy.transpose(np.argsort(order))),)


@composite
def transpose(input: Operand, dim0: int, dim1: int) -> Tensor:
    """Exchange two axes.

    Parameters
    ----------
    input : Tensor, any shape
    dim0, dim1 : int

    Returns
    -------
    Tensor
        A copy, because tensors are contiguous; memory is shared only if no element has to move.

    Raises
    ------
    ParameterError
        If there is no such axis.

    Examples
    --------
    >>> import engine
    >>> engine.transpose(engine.tensor([[1.0, 2.0], [3.0, 4.0]]), 0, 1)
    tensor([[1., 3.],
            [2., 4.]])
    """
    first = single_axis("transpose", dim0, max(1, input.ndim), "dim0")
    second = single_axis("transpose", dim1, max(1, input.ndim), "dim1")
    order = list(range(input.ndim))
    if order:  # a scalar counts as having an axis 0, but has none to exchange
        order[first], order[second] = second, first
    out: Tensor = permute(input, order)
    return out


@op
def flip(ctx: Context, input: Operand, dims: int | Sequence[int]) -> Array:
    """Turn axes round: the last becomes the first.

    Parameters
    ----------
    input : Tensor, any shape
    dims : int or sequence of int
        The axes to turn round.

    Returns
    -------
    Tensor
        A copy, of the same shape.

    Raises
    ------
    ParameterError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> import engine
    >>> engine.flip(engine.tensor([[1.0, 2.0], [3.0, 4.0]]), (1,))
    tensor([[2., 1.],
            [4., 3.]])
    """
    axes = tuple(axis for axis in distinct_axes("flip", dims, max(1, input.ndim)) if axis < input.ndim)
    ctx.save(axes)
    return ctx.contiguous(np.flip(input, axes))


@flip.vjp
def flip_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    (axes,) = ctx.saved
    return (ctx.contiguous(np.flip(dy, axes)),)


@op
def roll(ctx: Context, input: Operand, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> Array:
    """Move elements along axes; those pushed out at the end come back in at the start.

    Parameters
    ----------
    input : Tensor, any shape
    shifts : int or sequence of int
        By how many positions; negative moves to the start.
    dims : int or sequence of int, optional
        An axis for each shift. By default elements move in reading order, whatever the axes.

    Returns
    -------
    Tensor
        A copy, of the same shape.

    Raises
    ------
    ParameterError
        If there are not as many shifts as axes, or an axis does not exist.

    Examples
    --------
    >>> import engine
    >>> engine.roll(engine.tensor([1.0, 2.0, 3.0]), 1)
    tensor([3., 1., 2.])
    """
    steps = whole_numbers("roll", "shifts", shifts)
    given = () if dims is None else whole_numbers("roll", "dims", dims)
    axes = tuple(single_axis("roll", dim, input.ndim, "dims") for dim in given)
    if len(steps) != len(axes) and (axes or len(steps) != 1):
        raise ParameterError("roll", "an axis for each shift, or one shift", f"shifts={shifts!r}, dims={dims!r}")
    ctx.save(steps, axes)
    return np.roll(input, steps, axes) if axes else np.roll(input, steps[0])


@roll.vjp
def roll_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    steps, axes = ctx.saved
    back = tuple(-step for step in steps)
    return (np.roll(dy, back, axes) if axes else np.roll(dy, back[0]),)
