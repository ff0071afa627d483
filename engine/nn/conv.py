"""The convolution layers."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from engine.errors import ParameterError, ShapeError
from engine.nn.init import fan_in_uniform_
from engine.nn.module import Module, Parameter
from engine.ops import conv2d, conv_transpose2d, pad
from engine.ops.checks import pair, require_images
from engine.ops.sliding import Padding, margins
from engine.tensor import Tensor

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class _Conv2d(Module):
    """What both layers have: the settings, parameters and their start, and how they are shown."""

    transposed: bool
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int],
        dilation: int | Sequence[int],
        groups: int,
        bias: bool,
    ) -> None:
        name = type(self).__name__
        got = f"in_channels={in_channels}, out_channels={out_channels}"
        if in_channels < 1 or out_channels < 1:
            raise ParameterError(name, "at least 1 channel in and out", got)
        if groups < 1 or in_channels % groups or out_channels % groups:
            raise ParameterError(name, "groups >= 1 that share channels in and out equally", f"{got}, groups={groups}")
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = pair(name, "kernel_size", kernel_size, 1)
        self.stride = pair(name, "stride", stride, 1)
        self.dilation = pair(name, "dilation", dilation, 1)
        self.groups = groups
        first, second = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        self.weight = Parameter(np.empty((first, second // groups, *self.kernel_size), np.float32))
        self.bias = Parameter(np.empty(out_channels, np.float32)) if bias else None
        # PyTorch counts the second axis for both layers; in a transposed convolution that is outputs.
        fan_in = second // groups * self.kernel_size[0] * self.kernel_size[1]
        fan_in_uniform_(self.weight, fan_in)
        if self.bias is not None:
            fan_in_uniform_(self.bias, fan_in)

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        shown = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        usual = {"padding": (0, 0), "dilation": (1, 1), "output_padding": (0, 0), "groups": 1}
        shown += [f"{name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        if self.bias is None:
            shown.append("bias=False")
        if self.padding_mode != "zeros":
            shown.append(f"padding_mode={self.padding_mode}")
        return ", ".join(shown)


class Conv2d(_Conv2d):
    """Filters that slide over images; each gives one map. See :func:`engine.conv2d`.

    Parameters
    ----------
    in_channels : int
        C, depth of the images.
    out_channels : int
        K, number of filters.
    kernel_size : int or (int, int)
        FH and FW, height and width of a filter.
    stride : int or (int, int)
        Step between positions.
    padding : int or (int, int) or {"same", "valid"}
        Pixels added on each side; "same" as many as keep the image's size.
    dilation : int or (int, int)
        Distance between pixels that neighbouring weights meet.
    groups : int
        Channels and filters are cut into as many equal parts that do not see each other.
    bias : bool
        Whether each filter adds a bias.
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        What is added: zeros, the image mirrored in its outermost pixels, these repeated, or the pixels
        of the opposite side.

    Attributes
    ----------
    weight : Parameter (K, C / groups, FH, FW)
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

    transposed = False

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: Padding = 0,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = "zeros",
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride, dilation, groups, bias)
        if padding_mode not in PADDING_MODES:
            raise ParameterError("Conv2d", f"padding_mode among {', '.join(PADDING_MODES)}", repr(padding_mode))
        self.padding_mode = padding_mode
        # Left, right, above, below, as engine.nn.functional.pad wants it.
        self._margins = margins("Conv2d", self.kernel_size, self.stride, padding, self.dilation)
        self.padding = padding if isinstance(padding, str) else pair("Conv2d", "padding", padding, 0)
        self.output_padding = (0, 0)

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, K, OH, OW)."""
        return self.compute_by(conv2d, input)

    def compute_by(self, op: Callable[..., Tensor], input: Tensor) -> Tensor:
        """Call an op that has conv2d's parameters; see engine/nn/fusion.py."""
        padding: Padding = self.padding
        if self.padding_mode != "zeros":
            input, padding = pad(input, self._margins, self.padding_mode), 0
        return op(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)


class ConvTranspose2d(_Conv2d):
    """Stamps that enlarge maps; see :func:`engine.conv_transpose2d`.

    Parameters
    ----------
    in_channels : int
        C, number of input maps.
    out_channels : int
        K, number of output maps.
    kernel_size : int or (int, int)
        FH and FW, height and width of a stamp.
    stride : int or (int, int)
        Distance between the stamps of neighbouring pixels.
    padding : int or (int, int)
        Rows and columns cut off on each side.
    output_padding : int or (int, int)
        Rows added below and columns added to the right.
    groups : int
        Input and output maps are cut into as many equal parts that do not see each other.
    bias : bool
        Whether each output map adds a bias.
    dilation : int or (int, int)
        Distance between neighbouring weights of a stamp.
    padding_mode : {"zeros"}
        There is no other.

    Attributes
    ----------
    weight : Parameter (C, K / groups, FH, FW)
    bias : Parameter (K,) or None

    Raises
    ------
    ParameterError
        If a setting cannot work.

    Examples
    --------
    It takes maps back to the size that a convolution with the same settings had made smaller.

    >>> import engine
    >>> small = Conv2d(3, 6, 3, stride=2)(engine.tensor(np.zeros((1, 3, 15, 15), np.float32)))
    >>> small.shape, ConvTranspose2d(6, 3, 3, stride=2)(small).shape
    ((1, 6, 7, 7), (1, 3, 15, 15))
    """

    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        output_padding: int | Sequence[int] = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: int | Sequence[int] = 1,
        padding_mode: Literal["zeros"] = "zeros",
    ) -> None:
        name = "ConvTranspose2d"
        super().__init__(in_channels, out_channels, kernel_size, stride, dilation, groups, bias)
        if padding_mode != "zeros":
            raise ParameterError(name, 'padding_mode "zeros"', repr(padding_mode))
        self.padding_mode = padding_mode
        self.padding = pair(name, "padding", padding, 0)
        self.output_padding = pair(name, "output_padding", output_padding, 0)

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Map (N, C, H, W) to (N, K, OH, OW); `output_size`, (OH, OW) or all of it, replaces output_padding."""
        extra = self.output_padding if output_size is None else self._missing(input, output_size)
        out: Tensor = conv_transpose2d(
            input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation
        )
        return out

    def _missing(self, input: Tensor, output_size: Sequence[int]) -> tuple[int, int]:
        """Return the output padding that gives this output size."""
        who = "ConvTranspose2d"
        require_images(who, input.shape)
        if len(output_size) not in (2, len(input.shape)):
            raise ShapeError(who, "output_size (OH, OW)", f"{tuple(output_size)} for input {input.shape}")
        missing = []
        for i in (-2, -1):
            span = self.dilation[i] * (self.kernel_size[i] - 1) + 1
            least = (input.shape[i] - 1) * self.stride[i] - 2 * self.padding[i] + span
            if not least <= output_size[i] < least + self.stride[i]:
                got = f"{tuple(output_size)} for input {input.shape}"
                raise ShapeError(who, f"output_size[{i}] from {least} to {least + self.stride[i] - 1}", got)
            missing.append(output_size[i] - least)
        return missing[0], missing[1]
