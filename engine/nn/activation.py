"""Activation layers."""

from typing import Literal

from engine.errors import ParameterError
from engine.nn.module import Module
from engine.ops import gelu, leaky_relu, log_softmax, relu, scaled_tanh, sigmoid, softmax, softplus, tanh
from engine.tensor import Tensor


class ReLU(Module):
    """Negative values become 0; see :func:`engine.relu`.

    Parameters
    ----------
    inplace : bool
        Accepted because PyTorch has it; the values are the same, and the input is never changed.

    Attributes
    ----------
    inplace : bool

    Examples
    --------
    >>> import engine
    >>> ReLU()(engine.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """

    def __init__(self, inplace: bool = False) -> None:
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Apply to every element."""
        out: Tensor = relu(input)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return "inplace=True" if self.inplace else ""


class LeakyReLU(Module):
    """Negative values become small; see :func:`engine.nn.functional.leaky_relu`.

    Parameters
    ----------
    negative_slope : float
        What negative values are multiplied by.
    inplace : bool
        Accepted because PyTorch has it; the values are the same, and the input is never changed.

    Attributes
    ----------
    negative_slope : float
    inplace : bool

    Examples
    --------
    >>> import engine
    >>> LeakyReLU(0.5)(engine.tensor([-1.0, 2.0]))
    tensor([-0.5,  2. ])
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Apply to every element."""
        out: Tensor = leaky_relu(input, self.negative_slope)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"negative_slope={self.negative_slope}" + (", inplace=True" if self.inplace else "")


class GELU(Module):
    """Gaussian error linear unit; see :func:`engine.nn.functional.gelu`.

    Parameters
    ----------
    approximate : {"none", "tanh"}
        The exact function, or its approximation by tanh.

    Attributes
    ----------
    approximate : str

    Raises
    ------
    ParameterError
        If `approximate` is something else.

    Examples
    --------
    >>> import engine
    >>> GELU()(engine.tensor([0.0, 1.0]))
    tensor([0.       , 0.8413448])
    """

    def __init__(self, approximate: Literal["none", "tanh"] = "none") -> None:
        if approximate not in ("none", "tanh"):
            raise ParameterError("GELU", 'approximate "none" or "tanh"', repr(approximate))
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        """Apply to every element."""
        out: Tensor = gelu(input, approximate=self.approximate)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"approximate={self.approximate!r}"


class Sigmoid(Module):
    """Logistic function; see :func:`engine.sigmoid`.

    Examples
    --------
    >>> import engine
    >>> Sigmoid()(engine.tensor([0.0]))
    tensor([0.5])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply to every element."""
        out: Tensor = sigmoid(input)
        return out


class Tanh(Module):
    """Hyperbolic tangent; see :func:`engine.tanh`.

    Examples
    --------
    >>> import engine
    >>> Tanh()(engine.tensor([0.0]))
    tensor([0.])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply to every element."""
        out: Tensor = tanh(input)
        return out


class ScaledTanh(Module):
    """LeCun's 1.7159 tanh(2x / 3); see :func:`engine.nn.functional.scaled_tanh`. PyTorch has none.

    Examples
    --------
    >>> import engine
    >>> ScaledTanh()(engine.tensor([100.0]))
    tensor([1.7159])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply to every element."""
        out: Tensor = scaled_tanh(input)
        return out


class Softplus(Module):
    """Smooth rectified linear unit; see :func:`engine.nn.functional.softplus`.

    Parameters
    ----------
    beta : float
        The larger, the closer to the ReLU; not 0.
    threshold : float
        Where beta * input is above it, the result is the input itself.

    Attributes
    ----------
    beta, threshold : float

    Raises
    ------
    ParameterError
        If beta is 0.

    Examples
    --------
    >>> import engine
    >>> Softplus()(engine.tensor([0.0, 30.0]))
    tensor([ 0.6931472, 30.       ])
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        if beta == 0:
            raise ParameterError("Softplus", "beta other than 0", repr(beta))
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        """Apply to every element."""
        out: Tensor = softplus(input, self.beta, self.threshold)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"beta={self.beta}, threshold={self.threshold}"


class Softmax(Module):
    """Positive numbers that sum to 1; see :func:`engine.softmax`.

    Parameters
    ----------
    dim : int
        The axis that is to sum to 1. PyTorch's default, to guess it, is deprecated there and not offered.

    Attributes
    ----------
    dim : int

    Examples
    --------
    >>> import engine
    >>> Softmax(dim=1)(engine.tensor([[0.0, 0.0]]))
    tensor([[0.5, 0.5]])
    """

    def __init__(self, dim: int) -> None:
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Return a tensor of the same shape."""
        out: Tensor = softmax(input, self.dim)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """Logarithm of the softmax; see :func:`engine.log_softmax`.

    Parameters
    ----------
    dim : int
        The axis whose exponentials are to sum to 1. PyTorch's default, to guess it, is deprecated there and
        not offered.

    Attributes
    ----------
    dim : int

    Examples
    --------
    >>> import engine
    >>> LogSoftmax(dim=1)(engine.tensor([[0.0, 0.0]]))
    tensor([[-0.6931472, -0.6931472]])
    """

    def __init__(self, dim: int) -> None:
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Return a tensor of the same shape."""
        out: Tensor = log_softmax(input, self.dim)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"dim={self.dim}"
