"""Layers that put pixels round maps."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from engine.errors import ParameterError
from engine.nn.module import Module
from engine.ops import pad
from engine.ops.checks import whole_numbers
from engine.tensor import Tensor


class _Pad2d(Module):
    mode: ClassVar[Literal["constant", "reflect", "replicate"]]

    def __init__(self, padding: int | Sequence[int]) -> None:
        name = type(self).__name__
        sides = whole_numbers(name, "padding", padding)
        if len(sides) == 1:
            sides *= 4
        if len(sides) != 4:
            raise ParameterError(name, "padding as one number, or (left, right, top, bottom)", repr(padding))
        self.padding = sides

    def forward(self, input: Tensor) -> Tensor:
        """Map (…, H, W) to (…, top + H + bottom, left + W + right)."""
        return pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"{self.padding}"


class ZeroPad2d(_Pad2d):
    """Put zeros round maps; see :func:`engine.nn.functional.pad`.

    Parameters
    ----------
    padding : int or (int, int, int, int)
        Left, right, top and bottom; a negative number takes pixels off.

    Raises
    ------
    ParameterError
        If `padding` is neither one whole number nor four.

    Examples
    --------
    >>> import engine
    >>> ZeroPad2d((1, 0, 0, 0))(engine.ones(1, 1, 2, 2))
    tensor([[[[0., 1., 1.],
              [0., 1., 1.]]]])
    """

    mode = "constant"


class ReflectionPad2d(_Pad2d):
    """Put round maps what lies inward of their edges, mirrored; see :func:`engine.nn.functional.pad`.

    Parameters
    ----------
    padding : int or (int, int, int, int)
        Left, right, top and bottom; a negative number takes pixels off.

    Raises
    ------
    ParameterError
        If `padding` is neither one whole number nor four.

    Examples
    --------
    >>> import engine
    >>> ReflectionPad2d((2, 0, 0, 0))(engine.tensor([[[1.0, 2.0, 3.0]]]))
    tensor([[[3., 2., 1., 2., 3.]]])
    """

    mode = "reflect"


class ReplicationPad2d(_Pad2d):
    """Repeat the edges of maps; see :func:`engine.nn.functional.pad`.

    Parameters
    ----------
    padding : int or (int, int, int, int)
        Left, right, top and bottom; a negative number takes pixels off.

    Raises
    ------
    ParameterError
        If `padding` is neither one whole number nor four.

    Examples
    --------
    >>> import engine
    >>> ReplicationPad2d((2, 0, 0, 0))(engine.tensor([[[1.0, 2.0, 3.0]]]))
    tensor([[[1., 1., 1., 2., 3.]]])
    """

    mode = "replicate"
