"""The layer that does nothing, to stand where a layer was taken out."""

from typing import Any

from engine.nn.module import Module
from engine.tensor import Tensor


class Identity(Module):
    """Give back the input.

    Parameters
    ----------
    *args, **kwargs
        Ignored, so that it can be made like the layer it stands for.

    Examples
    --------
    >>> import engine
    >>> Identity(54, stride=2)(engine.tensor([1.0]))
    tensor([1.])
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        """Return it."""
        return input
