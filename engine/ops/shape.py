"""The same elements in the same order, in another shape. Nothing is copied."""

import math
from collections.abc import Sequence

from engine.arrays import Array
from engine.errors import ParameterError, ShapeError
from engine.op import Context, Operand, composite, op
from engine.ops.checks import distinct_axes, single_axis, whole_numbers
from engine.tensor import Tensor


@op
def reshape(ctx: Context, input: Operand, shape: int | Sequence[int]) -> Array:
    """Give the same elements, in reading order, another shape.

    Parameters
    ----------
    input : Tensor, any shape
    shape : int or sequence of int
        One length may be -1: it is worked out from the others.

    Returns
    -------
    Tensor
        Shares memory with `input`.

    Raises
    ------
    ShapeError
        If the number of elements does not come out.
    ParameterError
        If a length is neither -1 nor a whole number >= 0.

    Examples
    --------
    >>> import engine
    >>> engine.reshape(engine.tensor([[1.0, 2.0], [3.0, 4.0]]), (-1,))
    tensor([1., 2., 3., 4.])
    """
    wanted = whole_numbers("reshape", "shape", shape, -1)
    ctx.save(input.shape)
    try:
        out: Array = input.reshape(wanted)
    except ValueError:
        got = f"{input.size} elements of shape {input.shape} for shape {wanted}"
        raise ShapeError("reshape", "as many elements as before", got) from None
    return out


@reshape.vjp
def reshape_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    (shape,) = ctx.saved
    return (dy.reshape(shape),)


@composite
def flatten(input: Operand, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Make one axis of several neighbouring ones.

    Parameters
    ----------
    input : Tensor, any shape
    start_dim, end_dim : int
        The first and the last of these axes.

    Returns
    -------
    Tensor
        Shares memory with `input`. A scalar becomes shape (1,).

    Raises
    ------
    ParameterError
        If there is no such axis, or the last comes before the first.

    Examples
    --------
    >>> import engine
    >>> engine.flatten(engine.zeros(2, 3, 4, 5), 1).shape
    (2, 60)
    """
    first = single_axis("flatten", start_dim, max(1, input.ndim), "start_dim")
    last = single_axis("flatten", end_dim, max(1, input.ndim), "end_dim")
    if first > last:
        raise ParameterError("flatten", "start_dim no later than end_dim", f"{start_dim} and {end_dim}")
    length = math.prod(input.shape[first : last + 1])
    out: Tensor = reshape(input, (*input.shape[:first], length, *input.shape[last + 1 :]))
    return out


@composite
def unflatten(input: Operand, dim: int, sizes: Sequence[int]) -> Tensor:
    """Make several axes of one.

    Parameters
    ----------
    input : Tensor, any shape
    dim : int
        That axis.
    sizes : sequence of int
        Lengths of the new axes; one may be -1: it is worked out from the others.

    Returns
    -------
    Tensor
        Shares memory with `input`.

    Raises
    ------
    ParameterError
        If there is no axis `dim`, or `sizes` are no lengths.
    ShapeError
        If the lengths do not multiply to that of the axis.

    Examples
    --------
    >>> import engine
    >>> engine.unflatten(engine.zeros(2, 60), 1, (3, -1)).shape
    (2, 3, 20)
    """
    axis = single_axis("unflatten", dim, input.ndim)
    lengths = whole_numbers("unflatten", "sizes", sizes, -1)
    known = math.prod(n for n in lengths if n != -1)
    unknown = lengths.count(-1)
    length = input.shape[axis]
    fits = length % known == 0 if unknown == 1 and known else known == length and not unknown
    if not lengths or not fits:
        got = f"{lengths} for an axis of length {length}"
        raise ShapeError("unflatten", "sizes that multiply to the length of the axis", got)
    filled = tuple(length // known if n == -1 else n for n in lengths)
    out: Tensor = reshape(input, (*input.shape[:axis], *filled, *input.shape[axis + 1 :]))
    return out


@composite
def squeeze(input: Operand, dim: int | Sequence[int] | None = None) -> Tensor:
    """Drop axes of length 1.

    Parameters
    ----------
    input : Tensor, any shape
    dim : int or sequence of int, optional
        Drop only these, where their length is 1; by default all such axes.

    Returns
    -------
    Tensor
        Shares memory with `input`.

    Raises
    ------
    ParameterError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> import engine
    >>> x = engine.zeros(1, 2, 1)
    >>> engine.squeeze(x).shape, engine.squeeze(x, 0).shape, engine.squeeze(x, 1).shape
    ((2,), (2, 1), (1, 2, 1))
    """
    axes = range(input.ndim) if dim is None else distinct_axes("squeeze", dim, max(1, input.ndim), "dim")
    out: Tensor = reshape(input, tuple(n for axis, n in enumerate(input.shape) if n != 1 or axis not in axes))
    return out


@composite
def unsqueeze(input: Operand, dim: int) -> Tensor:
    """Put in an axis of length 1.

    Parameters
    ----------
    input : Tensor, any shape
    dim : int
        Which axis of the result it will be.

    Returns
    -------
    Tensor
        Shares memory with `input`.

    Raises
    ------
    ParameterError
        If the result has no such axis.

    Examples
    --------
    >>> import engine
    >>> x = engine.zeros(2, 3)
    >>> engine.unsqueeze(x, 0).shape, engine.unsqueeze(x, -1).shape
    ((1, 2, 3), (2, 3, 1))
    """
    axis = single_axis("unsqueeze", dim, input.ndim + 1)
    out: Tensor = reshape(input, (*input.shape[:axis], 1, *input.shape[axis:]))
    return out
