"""Layers that change the shape."""

from collections.abc import Sequence

from engine.nn.module import Module
from engine.ops import flatten, unflatten
from engine.ops.checks import whole_numbers
from engine.tensor import Tensor


class Flatten(Module):
    """Make one axis of several: by default (N, C, H, W) becomes (N, C * H * W).

    Parameters
    ----------
    start_dim, end_dim : int
        The first and the last axis to be made one.

    Examples
    --------
    >>> import engine
    >>> Flatten()(engine.zeros(2, 3, 4, 5)).shape
    (2, 60)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        """Unroll the axes; see :func:`engine.flatten`."""
        return flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Make several axes of one.

    Parameters
    ----------
    dim : int
        That axis.
    unflattened_size : sequence of int
        Lengths of the new axes; one may be -1.

    Raises
    ------
    ParameterError
        If `unflattened_size` are no lengths.

    Examples
    --------
    >>> import engine
    >>> Unflatten(1, (3, 4, 5))(engine.zeros(2, 60)).shape
    (2, 3, 4, 5)
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        self.dim = dim
        self.unflattened_size = whole_numbers("Unflatten", "unflattened_size", unflattened_size, -1)

    def forward(self, input: Tensor) -> Tensor:
        """Roll up the axis; see :func:`engine.unflatten`."""
        return unflatten(input, self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
