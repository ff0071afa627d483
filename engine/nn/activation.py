"""Activation layers."""

from engine.nn.module import Module
from engine.ops import relu, tanh
from engine.tensor import Tensor


class ReLU(Module):
    """Negative values become 0; see :func:`engine.relu`.

    Examples
    --------
    >>> import engine
    >>> ReLU()(engine.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply to every element."""
        out: Tensor = relu(input)
        return out


class Tanh(Module):
    """Hyperbolic tangent; see :func:`engine.tanh`.

    Examples
    --------
    >>> import engine
    >>> Tanh()(engine.tensor([0.0]))
    tensor([0.])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply to every element."""
        out: Tensor = tanh(input)
        return out
