"""Dropout: parts of a tensor are set to 0 at random, so that no unit can rely on another."""

from typing import Any

import numpy as np

from engine.errors import DTypeError, ParameterError, ShapeError
from engine.op import Operand, composite
from engine.ops.elementwise import mul
from engine.placement import device_random, is_on_device
from engine.random import default_generator


def _drop(who: str, input: Any, p: float, training: bool, whole_channels: bool) -> Any:
    array = input.array
    if array.dtype.kind != "f":
        raise DTypeError(who, "float32 or float64", str(array.dtype))
    if not 0 <= p <= 1:
        raise ParameterError(who, "p from 0 to 1", repr(p))
    if whole_channels and array.ndim != 4:
        raise ShapeError(who, "input (N, C, H, W)", f"shape {array.shape}")
    if not training or p == 0:
        return input
    shape = (*array.shape[:2], 1, 1) if whole_channels else array.shape
    if is_on_device(array):
        return mul(input, input.result(device_random().dropout_mask(shape, array.dtype, p), None))
    # NumPy's generator draws, so that the mask depends on neither kernels nor threads; in float32 for any dtype.
    drawn = default_generator().random(shape, np.float32)
    kept = (drawn >= p).astype(array.dtype)
    mask = kept / (1 - p) if p < 1 else kept
    return mul(input, input.result(mask, None))


@composite
def dropout(input: Operand, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Set each number to 0 with probability `p`, and divide the others by 1 - p to keep the mean.

    The mask is drawn from the engine's generator: after :func:`engine.manual_seed` it is the same on any
    kernels and any number of threads. A device draws its own, which is the same on every device.

    Parameters
    ----------
    input : Tensor, any shape
    p : float
        From 0, which changes nothing, to 1, which sets everything to 0.
    training : bool
        False returns `input` itself.
    inplace : bool
        Accepted because PyTorch has it; the values are the same, and `input` is never changed.

    Returns
    -------
    Tensor, of input's shape

    Raises
    ------
    ParameterError
        If p is not from 0 to 1.
    DTypeError
        If the elements are not floating.

    References
    ----------
    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.

    Examples
    --------
    >>> import engine
    >>> generator = engine.manual_seed(0)
    >>> engine.dropout(engine.tensor([1.0, 1.0, 1.0, 1.0, 1.0]), 0.5)
    tensor([2., 2., 2., 0., 0.])
    """
    return _drop("dropout", input, p, training, whole_channels=False)


@composite
def dropout2d(input: Operand, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Set whole maps to 0 with probability `p`: neighbouring pixels say nearly the same.

    Parameters
    ----------
    input : Tensor (N, C, H, W)
    p : float
        From 0, which changes nothing, to 1, which sets everything to 0. Maps that stay are divided by
        1 - p.
    training : bool
        False returns `input` itself.
    inplace : bool
        Accepted because PyTorch has it; the values are the same, and `input` is never changed.

    Returns
    -------
    Tensor (N, C, H, W)

    Raises
    ------
    ShapeError
        If `input` does not have four axes.
    ParameterError
        If p is not from 0 to 1.
    DTypeError
        If the elements are not floating.

    References
    ----------
    Tompson et al., "Efficient object localization using convolutional networks", 2015.

    Examples
    --------
    >>> import engine
    >>> generator = engine.manual_seed(0)
    >>> engine.dropout2d(engine.tensor([[[[1.0, 1.0]], [[1.0, 1.0]], [[1.0, 1.0]], [[1.0, 1.0]]]])).reshape(4, 2)
    tensor([[2., 2.],
            [2., 2.],
            [2., 2.],
            [0., 0.]])
    """
    return _drop("dropout2d", input, p, training, whole_channels=True)
