"""How weights start, under PyTorch's names. Each function changes a tensor in place and returns it.

All draw from the engine's random numbers, work whether gradients are recorded or not, and tell backward
that the values changed.
"""

import math
from typing import Any, Literal

import numpy as np

from engine.errors import DTypeError, ParameterError, ShapeError
from engine.random import default_generator
from engine.tensor import Tensor
from engine.versions import mark_changed

# What keeps the variance of a layer's outputs when this function follows it.
GAINS = {
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "conv_transpose1d": 1.0,
    "conv_transpose2d": 1.0,
    "conv_transpose3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": math.sqrt(2),
    "selu": 3 / 4,
}
DEFAULT_SLOPE = 0.01


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return by what factor weights are to be larger because of the activation that follows.

    Parameters
    ----------
    nonlinearity : str
        "linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu", or the name of a convolution such
        as "conv2d".
    param : float, optional
        For "leaky_relu": its slope below 0, 0.01 by default.

    Raises
    ------
    ParameterError
        If the name is unknown.

    Examples
    --------
    >>> round(calculate_gain("relu"), 4), round(calculate_gain("leaky_relu", 1.0), 4)
    (1.4142, 1.0)
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (DEFAULT_SLOPE if param is None else param) ** 2))
    if nonlinearity not in GAINS:
        names = ", ".join([*GAINS, "leaky_relu"])
        raise ParameterError("calculate_gain", f"nonlinearity as one of {names}", repr(nonlinearity))
    return GAINS[nonlinearity]


def fans(who: str, tensor: Tensor) -> tuple[int, int]:
    """Return fan-in and fan-out of a weight: how many inputs an output adds up, and how many outputs an input reaches.

    Parameters
    ----------
    who : str
        The function that asks.
    tensor : Tensor (K, D) or (K, C, FH, FW)
        Of a linear layer, or of a convolution (with groups, C is the depth of one group).

    Raises
    ------
    ShapeError
        If there are fewer than two axes.

    Examples
    --------
    >>> import engine
    >>> fans("example", engine.nn.Conv2d(3, 6, 5).weight)
    (75, 150)
    """
    if tensor.ndim < 2:
        raise ShapeError(who, "a weight of at least two axes", f"shape {tensor.shape}", "set biases to a constant")
    window = math.prod(tensor.shape[2:])
    return tensor.shape[1] * window, tensor.shape[0] * window


def _fill(tensor: Tensor, values: Any) -> Tensor:
    tensor.array[...] = values
    mark_changed(tensor.array)
    return tensor


def _require_floating(who: str, tensor: Tensor) -> None:
    if tensor.dtype.kind != "f":
        raise DTypeError(who, "a float32 or float64 tensor", str(tensor.dtype))


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Draw from the uniform distribution from a to b.

    Parameters
    ----------
    tensor : Tensor, any shape
    a, b : float
        Bounds.

    Raises
    ------
    DTypeError
        If the elements are not floating.
    ParameterError
        If a > b.

    Examples
    --------
    >>> import engine
    >>> uniform_(engine.tensor([0.0]), 2.0, 2.0)
    tensor([2.])
    """
    _require_floating("uniform_", tensor)
    if not a <= b:
        raise ParameterError("uniform_", "a <= b", f"a={a}, b={b}")
    return _fill(tensor, default_generator().uniform(a, b, tensor.shape))


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """Draw from the normal distribution.

    Parameters
    ----------
    tensor : Tensor, any shape
    mean, std : float

    Raises
    ------
    DTypeError
        If the elements are not floating.
    ParameterError
        If std < 0.

    Examples
    --------
    >>> import engine
    >>> normal_(engine.tensor([0.0]), 2.0, 0.0)
    tensor([2.])
    """
    _require_floating("normal_", tensor)
    if not std >= 0:
        raise ParameterError("normal_", "std >= 0", repr(std))
    return _fill(tensor, default_generator().normal(mean, std, tensor.shape))


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Set every element to `val`.

    Examples
    --------
    >>> import engine
    >>> constant_(engine.tensor([0.0, 0.0]), 0.1)
    tensor([0.1, 0.1])
    """
    return _fill(tensor, val)


def ones_(tensor: Tensor) -> Tensor:
    """Set every element to 1."""
    return _fill(tensor, 1)


def zeros_(tensor: Tensor) -> Tensor:
    """Set every element to 0."""
    return _fill(tensor, 0)


def eye_(tensor: Tensor) -> Tensor:
    """Make a matrix the identity: a linear layer of as many outputs as inputs passes them on.

    Parameters
    ----------
    tensor : Tensor (K, D)

    Raises
    ------
    ShapeError
        If there are not two axes.

    Examples
    --------
    >>> import engine
    >>> eye_(engine.nn.Linear(3, 2).weight).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    if tensor.ndim != 2:
        raise ShapeError("eye_", "a matrix", f"shape {tensor.shape}")
    rows, columns = tensor.shape
    return _fill(tensor, np.eye(rows, columns))


def xavier_uniform_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Draw from U(-b, b) with b = gain * sqrt(6 / (fan_in + fan_out)).

    Parameters
    ----------
    tensor : Tensor
        A weight; see :func:`fans`.
    gain : float
        See :func:`calculate_gain`.

    Raises
    ------
    ShapeError
        If there are fewer than two axes.

    References
    ----------
    Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.

    Examples
    --------
    >>> import engine
    >>> bool(abs(xavier_uniform_(engine.nn.Linear(100, 50).weight).array).max() <= 0.2)
    True
    """
    bound = gain * math.sqrt(6 / sum(fans("xavier_uniform_", tensor)))
    return uniform_(tensor, -bound, bound)


def xavier_normal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Draw from N(0, std) with std = gain * sqrt(2 / (fan_in + fan_out)); see :func:`xavier_uniform_`."""
    return normal_(tensor, 0.0, gain * math.sqrt(2 / sum(fans("xavier_normal_", tensor))))


def _kaiming_std(who: str, tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ParameterError(who, 'mode "fan_in" or "fan_out"', repr(mode))
    fan_in, fan_out = fans(who, tensor)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan_in if mode == "fan_in" else fan_out)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: Literal["fan_in", "fan_out"] = "fan_in",
    nonlinearity: str = "leaky_relu",
) -> Tensor:
    """Draw from U(-b, b) with b = gain * sqrt(3 / fan).

    Parameters
    ----------
    tensor : Tensor
        A weight; see :func:`fans`.
    a : float
        Slope below 0 of the leaky ReLU that follows; 0 is ReLU.
    mode : {"fan_in", "fan_out"}
        Whether outputs shall keep their variance, or gradients on their way back.
    nonlinearity : str
        What follows; see :func:`calculate_gain`.

    Raises
    ------
    ShapeError
        If there are fewer than two axes.
    ParameterError
        If `mode` or `nonlinearity` is unknown.

    References
    ----------
    He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015.

    Examples
    --------
    >>> import engine
    >>> bool(abs(kaiming_uniform_(engine.nn.Linear(6, 50).weight).array).max() <= 1.0)
    True
    """
    bound = math.sqrt(3) * _kaiming_std("kaiming_uniform_", tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: Literal["fan_in", "fan_out"] = "fan_in",
    nonlinearity: str = "leaky_relu",
) -> Tensor:
    """Draw from N(0, std) with std = gain / sqrt(fan); see :func:`kaiming_uniform_`."""
    return normal_(tensor, 0.0, _kaiming_std("kaiming_normal_", tensor, a, mode, nonlinearity))


def fan_in_uniform_(tensor: Tensor, fan_in: int) -> Tensor:
    """Draw from U(-1/sqrt(fan_in), 1/sqrt(fan_in)).

    It is what PyTorch does for Linear and Conv2d, weights and biases alike: ``kaiming_uniform_`` with
    a = sqrt(5) comes down to this bound.

    Parameters
    ----------
    tensor : Tensor, any shape
    fan_in : int
        Number of inputs that one output adds up: D for Linear, C * FH * FW for Conv2d.

    Examples
    --------
    >>> import engine
    >>> bool(abs(fan_in_uniform_(engine.tensor([0.0]), 4).item()) <= 0.5)
    True
    """
    bound = 1.0 / math.sqrt(fan_in)
    return uniform_(tensor, -bound, bound)


def lecun_uniform_(tensor: Tensor, fan_in: int | None = None) -> Tensor:
    """Draw from U(-sqrt(3/fan_in), sqrt(3/fan_in)): a standard deviation of 1/sqrt(fan_in).

    A unit then adds up to about the size of its inputs, so that signals neither die out nor saturate.

    Parameters
    ----------
    tensor : Tensor, any shape
    fan_in : int, optional
        Number of inputs of a unit; read off the weight's shape by default (see :func:`fans`), to be
        said for biases and for weights of other layouts.

    Raises
    ------
    ShapeError
        If it is left out and there are fewer than two axes.

    References
    ----------
    LeCun, Bottou, Orr, Mueller, "Efficient BackProp", 1998, section 4.6.

    Examples
    --------
    >>> import engine
    >>> bool(abs(lecun_uniform_(engine.nn.Linear(300, 50).weight).array).max() <= 0.1)
    True
    """
    bound = math.sqrt(3 / (fans("lecun_uniform_", tensor)[0] if fan_in is None else fan_in))
    return uniform_(tensor, -bound, bound)
