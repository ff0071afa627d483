"""Pooling layers."""

from collections.abc import Sequence

from engine.nn.module import Module
from engine.ops import avg_pool2d, max_pool2d
from engine.ops.checks import pair
from engine.tensor import Tensor


class _Pool2d(Module):
    def __init__(self, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None) -> None:
        name = type(self).__name__
        self.kernel_size = pair(name, "kernel_size", kernel_size, 1)
        self.stride = self.kernel_size if stride is None else pair(name, "stride", stride, 1)

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}"


class MaxPool2d(_Pool2d):
    """Keep the largest value of each window; see :func:`engine.max_pool2d`.

    Parameters
    ----------
    kernel_size : int or (int, int)
        Height and width of a window.
    stride : int or (int, int), optional
        Step between windows; `kernel_size` by default.

    Raises
    ------
    ParameterError
        If a setting is below 1.

    Examples
    --------
    >>> import engine
    >>> MaxPool2d(2)(engine.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])).item()
    4.0
    """

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, OH, OW)."""
        out: Tensor = max_pool2d(input, self.kernel_size, self.stride)
        return out


class AvgPool2d(_Pool2d):
    """Take the mean of each window; see :func:`engine.avg_pool2d`.

    Parameters
    ----------
    kernel_size : int or (int, int)
        Height and width of a window.
    stride : int or (int, int), optional
        Step between windows; `kernel_size` by default.

    Raises
    ------
    ParameterError
        If a setting is below 1.

    Examples
    --------
    >>> import engine
    >>> AvgPool2d(2)(engine.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])).item()
    2.5
    """

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, OH, OW)."""
        out: Tensor = avg_pool2d(input, self.kernel_size, self.stride)
        return out
