"""Conversion between dtypes: no arithmetic, no kernel."""

from typing import Any

import numpy as np

from engine.arrays import Array
from engine.dtypes import DTYPES
from engine.errors import DTypeError
from engine.op import Context, Operand, op


@op
def to(ctx: Context, input: Operand, dtype: np.dtype[Any] | type[Any] | str) -> Array:
    """Convert the elements to another dtype; a method of tensors, as in PyTorch.

    Parameters
    ----------
    input : Tensor, any shape
    dtype : dtype
        Such as "float32", ``np.int64`` or ``bool``; Python's float means float64.

    Returns
    -------
    Tensor
        Of the same shape. Fractions are cut off for whole numbers; what is not 0 is True for bool. The
        gradient is converted back, and none flows through whole numbers or bool.

    Raises
    ------
    DTypeError
        If a tensor cannot have this dtype.

    Examples
    --------
    >>> import engine
    >>> engine.tensor([1.7, -1.7]).to("int64")
    tensor([ 1, -1])
    """
    try:
        wanted = np.dtype(dtype)
    except TypeError:
        wanted = np.dtype(object)
    if wanted not in DTYPES:
        raise DTypeError("to", ", ".join(str(known) for known in DTYPES), repr(dtype))
    ctx.save(input.dtype)
    with np.errstate(invalid="ignore"):
        return ctx.contiguous(input.astype(wanted, copy=False))


@to.vjp
def to_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    (dtype,) = ctx.saved
    return (dy.astype(dtype, copy=False),)
