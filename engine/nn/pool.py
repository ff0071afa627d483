"""Pooling layers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.errors import ParameterError
from engine.nn.init import uniform_
from engine.nn.module import Module, Parameter
from engine.ops import adaptive_avg_pool2d, adaptive_max_pool2d, avg_pool2d, max_pool2d, max_unpool2d, subsample2d
from engine.ops.checks import pair
from engine.tensor import Tensor


class _Pool2d(Module):
    """What pooling layers share; settings are kept as they were given, as PyTorch does."""

    def __init__(
        self, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None, padding: int | Sequence[int]
    ) -> None:
        name = type(self).__name__
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        kernel, _ = pair(name, "kernel_size", kernel_size, 1), pair(name, "stride", self.stride, 1)
        pads = pair(name, "padding", padding, 0)
        if any(2 * pad > side for pad, side in zip(pads, kernel, strict=True)):
            got = f"padding {padding} with kernel_size {kernel_size}"
            raise ParameterError(name, "padding of at most half the kernel_size", got)

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxPool2d(_Pool2d):
    """Keep the largest value of each window; see :func:`engine.max_pool2d`.

    Parameters
    ----------
    kernel_size : int or (int, int)
        Height and width of a window.
    stride : int or (int, int), optional
        Step between windows; `kernel_size` by default.
    padding : int or (int, int)
        Pixels of minus infinity added on each side, at most half of `kernel_size`.
    dilation : int or (int, int)
        Step between the pixels of a window.
    return_indices : bool
        Return also where the largest values were, for :class:`MaxUnpool2d`.
    ceil_mode : bool
        Round up the number of windows.

    Attributes
    ----------
    kernel_size, stride, padding, dilation, return_indices, ceil_mode
        As given.

    Raises
    ------
    ParameterError
        If a setting cannot work.

    Examples
    --------
    >>> import engine
    >>> MaxPool2d(2)(engine.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])).item()
    4.0
    >>> MaxPool2d(3, stride=2, padding=1)
    MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)
    """

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
        dilation: int | Sequence[int] = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__(kernel_size, stride, padding)
        pair("MaxPool2d", "dilation", dilation, 1)
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Any:
        """Map (N, C, H, W) to (N, C, OH, OW), or to two such tensors with `return_indices`."""
        # By name: the function has ceil_mode before return_indices, the layer after it, in PyTorch, too.
        return max_pool2d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"{super().extra_repr()}, dilation={self.dilation}, ceil_mode={self.ceil_mode}"


class AvgPool2d(_Pool2d):
    """Take the mean of each window; see :func:`engine.avg_pool2d`.

    Parameters
    ----------
    kernel_size : int or (int, int)
        Height and width of a window.
    stride : int or (int, int), optional
        Step between windows; `kernel_size` by default.
    padding : int or (int, int)
        Zeros added on each side, at most half of `kernel_size`.
    ceil_mode : bool
        Round up the number of windows.
    count_include_pad : bool
        Whether the mean counts the zeros of the padding.
    divisor_override : int, optional
        Divide each sum by this instead.

    Attributes
    ----------
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        As given.

    Raises
    ------
    ParameterError
        If a setting cannot work.

    Examples
    --------
    >>> import engine
    >>> AvgPool2d(2)(engine.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])).item()
    2.5
    """

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__(kernel_size, stride, padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, OH, OW)."""
        out: Tensor = avg_pool2d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )
        return out


class AdaptiveAvgPool2d(Module):
    """Take the mean of each of OH x OW windows; see :func:`engine.nn.functional.adaptive_avg_pool2d`.

    Parameters
    ----------
    output_size : int or (int or None, int or None)
        OH and OW; None keeps the input's length. 1 for global average pooling.

    Attributes
    ----------
    output_size
        As given.

    Raises
    ------
    ParameterError
        In forward, if `output_size` cannot be.

    Examples
    --------
    >>> import engine
    >>> AdaptiveAvgPool2d(1)(engine.tensor([[[[1.0, 2.0], [3.0, 6.0]]]])).item()
    3.0
    """

    def __init__(self, output_size: int | Sequence[int | None]) -> None:
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, OH, OW)."""
        out: Tensor = adaptive_avg_pool2d(input, self.output_size)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"output_size={self.output_size}"


class AdaptiveMaxPool2d(Module):
    """Keep the largest value of each of OH x OW windows; see :func:`engine.nn.functional.adaptive_max_pool2d`.

    Parameters
    ----------
    output_size : int or (int or None, int or None)
        OH and OW; None keeps the input's length.
    return_indices : bool
        Return also where the largest values were.

    Attributes
    ----------
    output_size, return_indices
        As given.

    Raises
    ------
    ParameterError
        In forward, if `output_size` cannot be.

    Examples
    --------
    >>> import engine
    >>> AdaptiveMaxPool2d(1)(engine.tensor([[[[1.0, 2.0], [3.0, 6.0]]]])).item()
    6.0
    """

    def __init__(self, output_size: int | Sequence[int | None], return_indices: bool = False) -> None:
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        """Map (N, C, H, W) to (N, C, OH, OW), or to two such tensors with `return_indices`."""
        return adaptive_max_pool2d(input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"output_size={self.output_size}"


class MaxUnpool2d(Module):
    """Put values back to where max pooling found them; see :func:`engine.nn.functional.max_unpool2d`.

    Parameters
    ----------
    kernel_size : int or (int, int)
        Height and width of the windows of the pooling to undo.
    stride : int or (int, int), optional
        Its stride; `kernel_size` by default.
    padding : int or (int, int)
        Its padding.

    Attributes
    ----------
    kernel_size, stride, padding : (int, int)

    Raises
    ------
    ParameterError
        If a setting cannot work.

    Examples
    --------
    >>> import engine
    >>> largest, where = MaxPool2d(2, return_indices=True)(engine.tensor([[[[1.0, 5.0], [3.0, 4.0]]]]))
    >>> MaxUnpool2d(2)(largest, where)
    tensor([[[[0., 5.],
              [0., 0.]]]])
    """

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
    ) -> None:
        self.kernel_size = pair("MaxUnpool2d", "kernel_size", kernel_size, 1)
        self.stride = self.kernel_size if stride is None else pair("MaxUnpool2d", "stride", stride, 1)
        self.padding = pair("MaxUnpool2d", "padding", padding, 0)

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Map (N, C, H, W) and indices of the same shape to (N, C, OH, OW)."""
        out: Tensor = max_unpool2d(input, indices, self.kernel_size, self.stride, self.padding, output_size)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class Subsampling2d(Module):
    """Add up each window, times a coefficient and plus a bias of its channel, as in layers S2 and S4 of LeNet-5.

    See :func:`engine.nn.functional.subsample2d`. PyTorch has no such layer.

    Parameters
    ----------
    channels : int
        C, depth of the maps.
    kernel_size : int or (int, int)
        FH and FW, height and width of a window.
    stride : int or (int, int), optional
        Step between windows; `kernel_size` by default.

    Attributes
    ----------
    weight : Parameter (C,)
        Like `bias` it starts uniform between -2.4 / F and 2.4 / F, where F = FH * FW counts what a unit
        adds up.
    bias : Parameter (C,)

    Raises
    ------
    ParameterError
        If a setting is below 1.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998:
    section II.B for the layer, appendix A for how it starts.

    Examples
    --------
    Layer S2 of LeNet-5 has 12 parameters.

    >>> layer = Subsampling2d(6, 2)
    >>> sum(p.numel() for p in layer.parameters())
    12
    """

    def __init__(
        self, channels: int, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None
    ) -> None:
        if channels < 1:
            raise ParameterError("Subsampling2d", "at least 1 channel", f"channels={channels}")
        kernel = pair("Subsampling2d", "kernel_size", kernel_size, 1)
        self.channels = channels
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        pair("Subsampling2d", "stride", self.stride, 1)
        bound = 2.4 / (kernel[0] * kernel[1])
        self.weight = Parameter(uniform_(Tensor(np.empty(channels, np.float32)), -bound, bound))
        self.bias = Parameter(uniform_(Tensor(np.empty(channels, np.float32)), -bound, bound))

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, OH, OW)."""
        out: Tensor = subsample2d(input, self.weight, self.bias, self.kernel_size, self.stride)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"{self.channels}, kernel_size={self.kernel_size}, stride={self.stride}"
