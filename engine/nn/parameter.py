"""The tensors that belong to a module: parameters, which it learns, and buffers, which it does not."""

from engine.arrays import Array
from engine.tensor import Tensor


class Parameter(Tensor):
    """A tensor that a module learns; assigned to an attribute, it is registered under that name.

    Parameters
    ----------
    data : Tensor or ndarray, any shape
        The starting values; memory is shared.
    requires_grad : bool
        False freezes it.

    Examples
    --------
    >>> import numpy as np
    >>> Parameter(np.zeros(2, np.float32))
    Parameter([0., 0.], requires_grad=True)
    """

    __slots__ = ()

    def __init__(self, data: Tensor | Array, requires_grad: bool = True) -> None:
        super().__init__(data.array if isinstance(data, Tensor) else data, requires_grad)

    def __repr__(self) -> str:
        return "Parameter" + super().__repr__().removeprefix("tensor")


class Buffer(Tensor):
    """A tensor that belongs to a module's state but is not learnt, such as a running mean.

    Parameters
    ----------
    data : Tensor or ndarray, any shape
        The starting values; memory is shared.
    persistent : bool
        Whether it is part of ``state_dict``.

    Examples
    --------
    >>> import numpy as np
    >>> Buffer(np.zeros(2, np.float32))
    Buffer([0., 0.])
    """

    __slots__ = ("persistent",)

    def __init__(self, data: Tensor | Array, persistent: bool = True) -> None:
        super().__init__(data.array if isinstance(data, Tensor) else data)
        self.persistent = persistent

    def __repr__(self) -> str:
        return "Buffer" + super().__repr__().removeprefix("tensor")
