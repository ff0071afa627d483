"""How weights start."""

import math

from engine.random import default_generator
from engine.tensor import Tensor
from engine.versions import mark_changed


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Fill a tensor with numbers drawn uniformly from a to b; returns it.

    Parameters
    ----------
    tensor : Tensor, any shape
        Changed in place.
    a, b : float
        Bounds.

    Examples
    --------
    >>> import engine
    >>> uniform_(engine.tensor([0.0]), 2.0, 2.0)
    tensor([2.])
    """
    tensor.array[...] = default_generator().uniform(a, b, tensor.shape)
    mark_changed(tensor.array)
    return tensor


def fan_in_uniform_(tensor: Tensor, fan_in: int) -> Tensor:
    """Fill a tensor from U(-1/sqrt(fan_in), 1/sqrt(fan_in)); returns it.

    It is what PyTorch does for Linear and Conv2d, weights and biases alike: Kaiming's uniform
    initialisation with a = sqrt(5) comes down to this bound.

    Parameters
    ----------
    tensor : Tensor, any shape
        Changed in place.
    fan_in : int
        Number of inputs that one output adds up: D for Linear, C * FH * FW for Conv2d.

    Examples
    --------
    >>> import engine
    >>> bool(abs(fan_in_uniform_(engine.tensor([0.0]), 4).item()) <= 0.5)
    True
    """
    bound = 1.0 / math.sqrt(fan_in)
    return uniform_(tensor, -bound, bound)
