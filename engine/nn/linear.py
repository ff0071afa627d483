"""The fully connected layer."""

from collections.abc import Callable

import numpy as np

from engine.errors import ParameterError
from engine.nn.init import fan_in_uniform_
from engine.nn.module import Module, Parameter
from engine.ops import linear
from engine.tensor import Tensor


class Linear(Module):
    """Every output is a weighted sum of all inputs, plus a bias.

    Parameters
    ----------
    in_features : int
        D, inputs of each example.
    out_features : int
        K, outputs of each example.
    bias : bool
        Whether to add one.

    Attributes
    ----------
    weight : Parameter (K, D)
    bias : Parameter (K,) or None

    Raises
    ------
    ParameterError
        If a size is below 1.

    Examples
    --------
    >>> import engine
    >>> engine.manual_seed(0) and Linear(400, 25)(engine.tensor(np.zeros((64, 400), np.float32))).shape
    (64, 25)
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        if in_features < 1 or out_features < 1:
            got = f"in_features={in_features}, out_features={out_features}"
            raise ParameterError("Linear", "sizes of at least 1", got)
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(np.empty((out_features, in_features), np.float32))
        self.bias = Parameter(np.empty(out_features, np.float32)) if bias else None
        fan_in_uniform_(self.weight, in_features)
        if self.bias is not None:
            fan_in_uniform_(self.bias, in_features)

    def forward(self, input: Tensor) -> Tensor:
        """Map (…, D) to (…, K)."""
        return self.compute_by(linear, input)

    def compute_by(self, op: Callable[..., Tensor], input: Tensor) -> Tensor:
        """Call an op that has linear's parameters; see engine/nn/fusion.py."""
        return op(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
