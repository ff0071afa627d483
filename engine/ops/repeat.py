"""The same elements several times."""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.errors import ShapeError
from engine.op import Context, Operand, composite, op
from engine.ops.checks import whole_numbers
from engine.ops.formula import unbroadcast
from engine.ops.shape import reshape
from engine.tensor import Tensor


@op
def expand(ctx: Context, input: Operand, sizes: int | Sequence[int]) -> Array:
    """Repeat along axes of length 1, and along new ones in front.

    Parameters
    ----------
    input : Tensor, any shape
    sizes : int or sequence of int
        The shape wanted; -1 keeps the length of an axis that is there.

    Returns
    -------
    Tensor
        A copy, because tensors are contiguous; memory is shared only if nothing is repeated. The gradient
        of an element is the sum over its copies.

    Raises
    ------
    ShapeError
        If an axis that is not of length 1 would change, or there are fewer sizes than axes.
    ParameterError
        If a size is neither -1 nor a whole number >= 0.

    Examples
    --------
    >>> import engine
    >>> engine.tensor([[1.0], [2.0]]).expand(-1, 3)
    tensor([[1., 1., 1.],
            [2., 2., 2.]])
    """
    wanted = whole_numbers("expand", "sizes", sizes, -1)
    added = len(wanted) - input.ndim
    present = (0,) * added + input.shape  # -1 keeps no length of an axis that is not there
    shape = tuple(there if n == -1 else n for n, there in zip(wanted, present, strict=False))
    fits = added >= 0 and -1 not in wanted[:added]
    if not fits or any(there not in (1, n) for n, there in zip(shape[added:], input.shape, strict=True)):
        raise ShapeError("expand", f"sizes that only stretch axes of length 1 of {input.shape}", str(wanted))
    ctx.save(input.shape)
    if shape[added:] == input.shape and all(n == 1 for n in shape[:added]):
        out: Array = input.reshape(shape)  # NumPy's broadcast_to would be read-only
        return out
    return ctx.contiguous(np.broadcast_to(input, shape))


@expand.vjp
def expand_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    (shape,) = ctx.saved
    return (unbroadcast(ctx, dy, shape),)


@composite
def tile(input: Operand, dims: int | Sequence[int]) -> Tensor:
    """Lay copies side by side along each axis.

    Parameters
    ----------
    input : Tensor, any shape
    dims : int or sequence of int
        How many copies along each axis. Counted from the last axis: axes in front that are not named stay
        as they are, and more numbers than axes put in new axes.

    Returns
    -------
    Tensor
        The gradient of an element is the sum over its copies.

    Raises
    ------
    ParameterError
        If a number is below 0 or not whole.

    Examples
    --------
    >>> import engine
    >>> engine.tile(engine.tensor([1.0, 2.0]), (2, 2))
    tensor([[1., 2., 1., 2.],
            [1., 2., 1., 2.]])
    """
    times = whole_numbers("tile", "dims", dims, 0)
    times = (1,) * (input.ndim - len(times)) + times
    shape = (1,) * (len(times) - input.ndim) + input.shape
    apart = reshape(input, [n for length in shape for n in (1, length)])
    copies = expand(apart, [n for pair in zip(times, shape, strict=True) for n in pair])
    out: Tensor = reshape(copies, [count * length for count, length in zip(times, shape, strict=True)])
    return out
