"""Whether two tensors are the same, as one answer."""

import numpy as np

from engine.errors import DTypeError
from engine.tensor import Tensor


def equal(input: Tensor, other: Tensor) -> bool:
    """Return whether two tensors have the same shape and the same values; NaN equals nothing.

    Parameters
    ----------
    input, other : Tensor, any shape

    Raises
    ------
    DTypeError
        If one is no Tensor.

    Examples
    --------
    >>> import engine
    >>> equal(engine.tensor([1.0]), engine.tensor([1]))
    True
    """
    _require_tensors("equal", input, other)
    return np.array_equal(input.array, other.array)


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Return whether |input - other| <= atol + rtol * |other| everywhere.

    Parameters
    ----------
    input, other : Tensor
        Shapes that broadcast.
    rtol, atol : float
    equal_nan : bool
        Whether NaN equals NaN.

    Raises
    ------
    DTypeError
        If one is no Tensor.

    Examples
    --------
    >>> import engine
    >>> allclose(engine.tensor([1.0]), engine.tensor([1.0 + 1e-7]))
    True
    """
    _require_tensors("allclose", input, other)
    return bool(np.allclose(input.array, other.array, rtol, atol, equal_nan))


def is_tensor(obj: object) -> bool:
    """Return whether `obj` is a Tensor.

    Examples
    --------
    >>> is_tensor([1.0])
    False
    """
    return isinstance(obj, Tensor)


def _require_tensors(who: str, *values: object) -> None:
    for value in values:
        if not isinstance(value, Tensor):
            raise DTypeError(who, "two Tensors", type(value).__name__, "wrap arrays in engine.tensor(...)")
