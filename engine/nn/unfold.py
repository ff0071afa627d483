"""Unfolding and folding as layers."""

from collections.abc import Sequence

from engine.nn.module import Module
from engine.ops import fold, unfold
from engine.tensor import Tensor


class Unfold(Module):
    """Copy every window of an image into a column; see :func:`engine.nn.functional.unfold`.

    Parameters
    ----------
    kernel_size : int or (int, int)
        Height and width of a window.
    dilation : int or (int, int)
        Distance between neighbouring pixels of a window.
    padding : int or (int, int)
        Zeros added on each side.
    stride : int or (int, int)
        Step between windows.

    Examples
    --------
    >>> import engine
    >>> Unfold((1, 2))(engine.tensor([[[1.0, 2.0, 3.0]]]))
    tensor([[1., 2.],
            [2., 3.]])
    """

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        dilation: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        stride: int | Sequence[int] = 1,
    ) -> None:
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C * FH * FW, L)."""
        out: Tensor = unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"


class Fold(Module):
    """Add columns back to the places of an image; see :func:`engine.nn.functional.fold`.

    Parameters
    ----------
    output_size : int or (int, int)
        Height and width of the images.
    kernel_size : int or (int, int)
        Height and width of a window.
    dilation : int or (int, int)
        Distance between neighbouring pixels of a window.
    padding : int or (int, int)
        Rows and columns that the windows reach beyond the image.
    stride : int or (int, int)
        Step between windows.

    Examples
    --------
    >>> import engine
    >>> Fold((1, 3), (1, 2))(engine.tensor([[1.0, 2.0], [2.0, 3.0]]))
    tensor([[[1., 4., 3.]]])
    """

    def __init__(
        self,
        output_size: int | Sequence[int],
        kernel_size: int | Sequence[int],
        dilation: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        stride: int | Sequence[int] = 1,
    ) -> None:
        self.output_size = output_size
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C * FH * FW, L) to (N, C, H, W)."""
        out: Tensor = fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )
