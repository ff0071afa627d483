"""Dropout layers."""

from engine.errors import ParameterError
from engine.nn.module import Module
from engine.ops import dropout, dropout2d
from engine.tensor import Tensor


class _Dropout(Module):
    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        if not 0 <= p <= 1:
            raise ParameterError(type(self).__name__, "p from 0 to 1", repr(p))
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """In training, set numbers to 0 at random; see :func:`engine.dropout`.

    Parameters
    ----------
    p : float
        Probability of being set to 0; the others are divided by 1 - p.
    inplace : bool
        Accepted because PyTorch has it; the values are the same, and the input is never changed.

    Raises
    ------
    ParameterError
        If p is not from 0 to 1.

    Examples
    --------
    >>> import engine
    >>> Dropout(0.2).eval()(engine.tensor([1.0, 2.0]))
    tensor([1., 2.])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Map any shape to the same."""
        out: Tensor = dropout(input, self.p, self.training, self.inplace)
        return out


class Dropout2d(_Dropout):
    """In training, set whole maps to 0 at random; see :func:`engine.dropout2d`.

    Parameters
    ----------
    p : float
        Probability of being set to 0; the others are divided by 1 - p.
    inplace : bool
        Accepted because PyTorch has it; the values are the same, and the input is never changed.

    Raises
    ------
    ParameterError
        If p is not from 0 to 1.

    Examples
    --------
    >>> Dropout2d(0.2)
    Dropout2d(p=0.2, inplace=False)
    """

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        out: Tensor = dropout2d(input, self.p, self.training, self.inplace)
        return out
