"""Ops that only rearrange: no arithmetic, no kernel."""

from collections.abc import Sequence

from engine.arrays import Array
from engine.errors import ShapeError
from engine.op import Context, Operand, op


@op
def reshape(ctx: Context, input: Operand, shape: int | Sequence[int]) -> Array:
    """Give the same elements, in reading order, another shape. Memory is shared.

    Parameters
    ----------
    input : Tensor, any shape
    shape : int or sequence of int
        One length may be -1: it is worked out from the others.

    Returns
    -------
    Tensor

    Raises
    ------
    ShapeError
        If the number of elements does not come out.

    Examples
    --------
    >>> import engine
    >>> engine.reshape(engine.tensor([[1.0, 2.0], [3.0, 4.0]]), (-1,))
    tensor([1., 2., 3., 4.])
    """
    ctx.save(input.shape)
    wanted = (shape,) if isinstance(shape, int) else tuple(shape)
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
