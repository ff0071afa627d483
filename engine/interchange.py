"""Arrays of other libraries as tensors, without copying. Tensor's own methods are the way back."""

from typing import Any

import numpy as np

from engine.errors import DTypeError, ParameterError, ShapeError
from engine.tensor import Tensor


def from_dlpack(x: Any) -> Tensor:
    """Wrap the memory of a PyTorch tensor, NumPy array or anything else that speaks DLPack.

    Parameters
    ----------
    x : object with ``__dlpack__``, any shape
        In the processor's memory, writable and C-contiguous; of a dtype that tensors have.

    Returns
    -------
    Tensor
        Shares memory with `x`: what is written into one is seen in the other.

    Raises
    ------
    DTypeError
        If `x` does not speak DLPack, or its dtype is none that tensors have.
    ParameterError
        If its memory is elsewhere or read-only, or `x` refuses (a PyTorch tensor with requires_grad).
    ShapeError
        If its elements do not lie in reading order.

    References
    ----------
    The DLPack protocol, https://data-apis.org/array-api/latest/design_topics/data_interchange.html

    Examples
    --------
    >>> array = np.zeros(3)
    >>> tensor = from_dlpack(array)
    >>> array[1] = 5
    >>> tensor
    tensor([0., 5., 0.], dtype=float64)
    """
    if not hasattr(x, "__dlpack__"):
        raise DTypeError("from_dlpack", "an object with __dlpack__", type(x).__name__, "copy it: engine.tensor(...)")
    try:
        array = np.from_dlpack(x)
    except (BufferError, RuntimeError) as error:
        fix = "plain values in the processor's memory can be shared, in PyTorch x.detach().cpu()"
        raise ParameterError("from_dlpack", "memory that can be shared", str(error), fix) from error
    copy = "copy it: engine.tensor(numpy.array(x))"
    if not array.flags.c_contiguous:
        got = f"shape {array.shape} with strides {array.strides}"
        raise ShapeError("from_dlpack", "elements in reading order (C-contiguous)", got, copy)
    if not array.flags.writeable:
        raise ParameterError("from_dlpack", "writable memory", "read-only memory", copy)
    return Tensor(array)
