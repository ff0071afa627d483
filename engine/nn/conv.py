"""The convolution layer."""

from collections.abc import Sequence

import numpy as np

from engine.errors import ParameterError
from engine.nn.init import fan_in_uniform_
from engine.nn.module import Module, Parameter
from engine.ops import conv2d
from engine.ops.checks import pair
from engine.tensor import Tensor


class Conv2d(Module):
    """Filters that slide over images; each gives one map.

    Parameters
    ----------
    in_channels : int
        C, depth of the images.
    out_channels : int
        K, number of filters.
    kernel_size : int or (int, int)
        Height and width of a filter.
    stride : int or (int, int)
        Step between positions.
    padding : int or (int, int)
        Zeros added on each side.
    bias : bool
        Whether each filter adds a bias.

    Attributes
    ----------
    weight : Parameter (K, C, FH, FW)
    bias : Parameter (K,) or None

    Raises
    ------
    ParameterError
        If a setting cannot work.

    Examples
    --------
    Six 5x5 filters on a 32x32x3 image: 28x28x6 outputs from 456 parameters.

    >>> import engine
    >>> layer = Conv2d(3, 6, 5)
    >>> layer(engine.tensor(np.zeros((1, 3, 32, 32), np.float32))).shape
    (1, 6, 28, 28)
    >>> sum(p.numel() for p in layer.parameters())
    456
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        bias: bool = True,
    ) -> None:
        if in_channels < 1 or out_channels < 1:
            got = f"in_channels={in_channels}, out_channels={out_channels}"
            raise ParameterError("Conv2d", "at least 1 channel in and out", got)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = pair("Conv2d", "kernel_size", kernel_size, 1)
        self.stride = pair("Conv2d", "stride", stride, 1)
        self.padding = pair("Conv2d", "padding", padding, 0)
        self.weight = Parameter(np.empty((out_channels, in_channels, *self.kernel_size), np.float32))
        self.bias = Parameter(np.empty(out_channels, np.float32)) if bias else None
        fan_in = in_channels * self.kernel_size[0] * self.kernel_size[1]
        fan_in_uniform_(self.weight, fan_in)
        if self.bias is not None:
            fan_in_uniform_(self.bias, fan_in)

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, K, OH, OW)."""
        out: Tensor = conv2d(input, self.weight, self.bias, self.stride, self.padding)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        shown = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        if self.padding != (0, 0):
            shown.append(f"padding={self.padding}")
        if self.bias is None:
            shown.append("bias=False")
        return ", ".join(shown)
