"""The locally connected layer."""

from collections.abc import Sequence

import numpy as np

from engine.errors import ParameterError
from engine.nn.init import fan_in_uniform_
from engine.nn.module import Module, Parameter
from engine.ops import locally_connected2d
from engine.ops.checks import pair
from engine.ops.sliding import Padding, slide
from engine.tensor import Tensor


class LocallyConnected2d(Module):
    """A convolution whose filters are not shared: each position has its own.

    PyTorch has no such layer. The arguments are those of :class:`Conv2d`, and the size of the images: it
    decides how many positions, hence how many filters there are.

    Parameters
    ----------
    in_channels : int
        C, depth of the images.
    out_channels : int
        K, number of output maps.
    input_size : int or (int, int)
        H and W of the images.
    kernel_size : int or (int, int)
        FH and FW, height and width of a filter.
    stride : int or (int, int)
        Step between positions.
    padding : int or (int, int) or {"same", "valid"}
        Zeros added on each side.
    bias : bool
        Whether each output adds a bias.

    Attributes
    ----------
    weight : Parameter (OH, OW, K, C, FH, FW)
    bias : Parameter (K, OH, OW) or None
    output_size : (int, int)
        OH and OW.

    Raises
    ------
    ParameterError
        If a setting cannot work.
    ShapeError
        If the filter is larger than the padded image.

    Examples
    --------
    28x28x6 outputs of their own 5x5x3 filters and biases: 357,504 parameters, where a convolution has 456.

    >>> layer = LocallyConnected2d(3, 6, 32, 5)
    >>> layer.output_size, sum(p.numel() for p in layer.parameters())
    ((28, 28), 357504)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        input_size: int | Sequence[int],
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: Padding = 0,
        bias: bool = True,
    ) -> None:
        name = "LocallyConnected2d"
        if in_channels < 1 or out_channels < 1:
            got = f"in_channels={in_channels}, out_channels={out_channels}"
            raise ParameterError(name, "at least 1 channel in and out", got)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.input_size = pair(name, "input_size", input_size, 1)
        self.kernel_size = pair(name, "kernel_size", kernel_size, 1)
        self.stride = pair(name, "stride", stride, 1)
        self.padding = padding if isinstance(padding, str) else pair(name, "padding", padding, 0)
        self.output_size, _ = slide(name, self.input_size, self.kernel_size, self.stride, self.padding)
        shape = (*self.output_size, out_channels, in_channels, *self.kernel_size)
        self.weight = Parameter(np.empty(shape, np.float32))
        self.bias = Parameter(np.empty((out_channels, *self.output_size), np.float32)) if bias else None
        fan_in = in_channels * self.kernel_size[0] * self.kernel_size[1]
        fan_in_uniform_(self.weight, fan_in)
        if self.bias is not None:
            fan_in_uniform_(self.bias, fan_in)

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, K, OH, OW)."""
        out: Tensor = locally_connected2d(input, self.weight, self.bias, self.stride, self.padding)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        shown = [
            f"{self.in_channels}, {self.out_channels}, input_size={self.input_size}, "
            f"kernel_size={self.kernel_size}, stride={self.stride}"
        ]
        if self.padding != (0, 0):
            shown.append(f"padding={self.padding}")
        if self.bias is None:
            shown.append("bias=False")
        return ", ".join(shown)
