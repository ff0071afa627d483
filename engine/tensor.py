"""Tensor: an array with a gradient. It does no maths of its own: engine/methods.py has the ops it calls."""

import itertools
import operator
from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np

from engine import backward
from engine.arrays import Array
from engine.autograd import Node, Variable
from engine.conversion import Conversion
from engine.device import CPU, CUDA, Device
from engine.dtypes import DTYPES
from engine.errors import DeviceError, DTypeError, GraphError, ShapeError
from engine.inplace import InPlace
from engine.methods import Methods, Number
from engine.placement import contiguous, device_arrays, is_on_device, on_host
from engine.versions import mark_changed

# To look a dtype up in a set is quicker, and ops do it for every result.
KNOWN_DTYPES = frozenset(DTYPES)
# The usual one: to find it by identity is several times as fast as by its hash.
FLOAT32 = np.dtype(np.float32)


class RemovableHandle:
    """What registering a hook returns.

    Parameters
    ----------
    hooks : dict
        Where the hook is entered.
    hook : callable
    """

    _keys = itertools.count()

    def __init__(self, hooks: dict[int, Any], hook: Any) -> None:
        self._hooks = hooks
        self._key = next(self._keys)
        hooks[self._key] = hook

    def remove(self) -> None:
        """Call the hook no more."""
        self._hooks.pop(self._key, None)

    def __enter__(self) -> "RemovableHandle":
        """Do nothing: the hook is in place. Leaving the ``with`` block removes it."""
        return self

    def __exit__(self, *reason: object) -> None:
        """Remove the hook."""
        self.remove()


class Tensor(Methods, Conversion, InPlace):
    """An n-dimensional array that remembers how it was computed.

    Parameters
    ----------
    array : ndarray, any shape
        float32, float64, int64, int32, uint8 or bool; used as it is if it is C-contiguous.
    requires_grad : bool
        Whether :meth:`backward` shall fill :attr:`grad`; floating dtypes only.
    grad_fn : Node, optional
        Set by ops.

    Raises
    ------
    DTypeError
        If the dtype is none of these, or a gradient is wanted for whole numbers.

    Examples
    --------
    >>> import engine
    >>> x = engine.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([[2., 4.],
            [6., 8.]])
    """

    __slots__ = ()
    # So that ndarray * tensor comes here and is refused, and does not become an array of tensors.
    __array_ufunc__ = None

    def __init__(self, array: Any, requires_grad: bool = False, grad_fn: Node | None = None) -> None:
        if not isinstance(array, np.ndarray | np.generic) and not is_on_device(
            array
        ):  # arithmetic on () gives a generic
            raise DTypeError("Tensor", "an ndarray", type(array).__name__, "engine.tensor(...) takes numbers and lists")
        if array.dtype not in DTYPES:
            names = ", ".join(str(dtype) for dtype in DTYPES)
            raise DTypeError("Tensor", names, str(array.dtype), "convert it with astype")
        if requires_grad and array.dtype.kind != "f":
            raise DTypeError("Tensor", "a floating dtype for requires_grad=True", str(array.dtype))
        super().__init__(contiguous(array), requires_grad, grad_fn)

    def result(self, array: Array, grad_fn: Node | None) -> "Tensor":
        """Wrap what an op made of this tensor."""
        dtype = array.dtype
        known = dtype is FLOAT32 or dtype in KNOWN_DTYPES
        if type(array) is not np.ndarray or not array.flags.c_contiguous or not known:
            return Tensor(array, grad_fn is not None, grad_fn)
        made = Tensor.__new__(Tensor)
        Variable.__init__(made, array, grad_fn is not None, grad_fn)
        return made

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return cast(tuple[int, ...], self.array.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the elements."""
        return self.array.dtype

    @property
    def device(self) -> Device:
        """Where the elements are."""
        return CUDA if is_on_device(self.array) else CPU

    @property
    def is_cuda(self) -> bool:
        """Whether the elements are on a CUDA device."""
        return is_on_device(self.array)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.array.ndim

    @property
    def data(self) -> "Tensor":
        """The same values without history, sharing memory. Assigning puts other values in their place."""
        return self.detach()

    @data.setter
    def data(self, values: "Tensor") -> None:
        if not isinstance(values, Tensor) or values.shape != self.shape or values.dtype != self.dtype:
            got = f"{values.dtype} {values.shape}" if isinstance(values, Tensor) else type(values).__name__
            raise ShapeError("data", f"a Tensor of {self.dtype} {self.shape}", got)
        self.array[...] = values.array
        mark_changed(self.array)

    @property
    def is_leaf(self) -> bool:
        """Whether no op made it, so that backward fills its :attr:`grad`."""
        return self.grad_fn is None

    def size(self, dim: int | None = None) -> Any:
        """Return the shape, or the length of one axis."""
        return self.shape if dim is None else self.shape[dim]

    def dim(self) -> int:
        """Return the number of axes."""
        return self.array.ndim

    def numel(self) -> int:
        """Return the number of elements."""
        return self.array.size

    def numpy(self) -> Array:
        """Return the values as an ndarray that shares memory.

        Raises
        ------
        GraphError
            If the tensor is recorded for backward; say ``tensor.detach().numpy()`` then.
        DeviceError
            If it is on a device; say ``tensor.cpu().numpy()`` then.
        """
        if self.requires_grad:
            raise GraphError("numpy", "a tensor without gradient", repr(self), "use tensor.detach().numpy()")
        if is_on_device(self.array):
            raise DeviceError("numpy", "a tensor on the cpu", f"one on {self.device}", "use tensor.cpu().numpy()")
        return self.array

    def __dlpack__(self, **wishes: Any) -> Any:
        """Hand the memory to a library that speaks DLPack (``torch.from_dlpack(tensor)``); refused like :meth:`numpy`.

        Parameters
        ----------
        **wishes
            stream, max_version, dl_device and copy, as the protocol has them; NumPy answers them.
        """
        return self.numpy().__dlpack__(**wishes)

    def __dlpack_device__(self) -> tuple[Any, int]:
        """Return where the memory is, in DLPack's numbers: (1, 0), the processor's."""
        return self.numpy().__dlpack_device__()

    def item(self) -> Number:
        """Return the only element as a Python number.

        Raises
        ------
        ShapeError
            If there is more than one.
        """
        if self.array.size != 1:
            raise ShapeError("item", "a tensor with one element", f"shape {self.shape}")
        return cast(Number, self.array.item())

    def tolist(self) -> Any:
        """Return the values as nested lists."""
        return self.array.tolist()

    def detach(self) -> "Tensor":
        """Return the same values without history; shares memory."""
        return Tensor(self.array)

    def requires_grad_(self, requires_grad: bool = True) -> "Tensor":
        """Ask for a gradient, or no longer; returns the tensor itself."""
        self.requires_grad = requires_grad
        return self

    def clone(self) -> "Tensor":
        """Return a copy that shares no memory; gradients pass through it."""
        return self * 1

    def register_hook(self, hook: Callable[["Tensor"], "Tensor | None"]) -> "RemovableHandle":
        """Call `hook` with this tensor's gradient whenever backward has computed it.

        Parameters
        ----------
        hook : callable
            Is told the gradient; returns None, or a tensor to use instead.

        Returns
        -------
        RemovableHandle
            ``handle.remove()`` ends it.

        Raises
        ------
        GraphError
            If the tensor does not require a gradient.

        Examples
        --------
        >>> import engine
        >>> x = engine.tensor([1.0], requires_grad=True)
        >>> y = x * 2
        >>> handle = y.register_hook(lambda gradient: gradient * 10)
        >>> y.backward()
        >>> x.grad
        tensor([20.])
        """
        if not self.requires_grad:
            raise GraphError("register_hook", "a tensor with requires_grad", repr(self))

        def call(gradient: Array) -> Array | None:
            replacement = hook(Tensor(gradient))
            return None if replacement is None else replacement.array

        hooks = self.hooks if self.grad_fn is None else self.grad_fn.hooks
        return RemovableHandle(hooks, call)

    def retain_grad(self) -> None:
        """Let backward fill :attr:`grad` of this result of an op, too, as it does for leaves."""

        def keep(gradient: Array) -> None:
            self.grad = Tensor(gradient.copy() if self.grad is None else self.grad.array + gradient)

        if self.grad_fn is not None:
            RemovableHandle(self.grad_fn.hooks, keep)

    def backward(self, gradient: "Tensor | None" = None, retain_graph: bool = False) -> None:
        """Add this tensor's gradient to ``grad`` of every leaf it was made from.

        Parameters
        ----------
        gradient : Tensor, optional
            Upstream gradient, of this tensor's shape; 1 for a single element.
        retain_graph : bool
            Keep what is saved for backward, so that it can be called again.

        Raises
        ------
        GraphError
            If nothing was recorded, the graph was walked before, or `gradient` is missing.
        ShapeError
            If `gradient` has another shape.
        """
        backward.backward(self, None if gradient is None else gradient.array, retain_graph)

    def __len__(self) -> int:
        if self.ndim == 0:
            raise ShapeError("len", "a tensor with at least one axis", "shape ()")
        return self.shape[0]

    def __iter__(self) -> Iterator["Tensor"]:
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self.item())

    def __float__(self) -> float:
        return float(self.item())

    def __index__(self) -> int:
        return operator.index(cast(int, self.item()))  # refuses fractions

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.numpy(), dtype, copy=copy)

    def __format__(self, spec: str) -> str:
        """Format the only element, as in ``f"{loss:.3f}"``; without a format, show the tensor."""
        return format(self.item(), spec) if spec else repr(self)

    def __repr__(self) -> str:
        values = np.array2string(on_host(self.array), separator=", ", prefix="tensor(")
        notes = [f"device='{self.device}'"] if self.is_cuda else []
        if self.dtype not in (np.float32, np.int64, np.bool_):
            notes.append(f"dtype={self.dtype}")
        if self.grad_fn is not None:
            notes.append(f"grad_fn={self.grad_fn!r}")
        elif self.requires_grad:
            notes.append("requires_grad=True")
        return f"tensor({', '.join([values, *notes])})"


def tensor(
    data: Any,
    dtype: np.dtype[Any] | type[Any] | str | None = None,
    requires_grad: bool = False,
    *,
    device: str | Device = CPU,
) -> Tensor:
    """Copy numbers, nested lists or an ndarray into a new tensor.

    Parameters
    ----------
    data : array_like or Tensor
        Any shape.
    dtype : dtype, optional
        float32 for Python floats and int64 for Python ints by default; an ndarray keeps its own.
    requires_grad : bool
        Whether backward shall compute its gradient.
    device : str or Device
        Where it shall be.

    Returns
    -------
    Tensor
        A leaf that shares no memory with `data`.

    Raises
    ------
    DTypeError
        If the dtype is not supported.
    ShapeError
        If nested lists are ragged.

    Examples
    --------
    >>> tensor([[1, 2], [3, 4]]).shape
    (2, 2)
    >>> tensor(0.5).dtype
    dtype('float32')
    """
    if isinstance(data, Tensor):
        data = on_host(data.array)
    try:
        array = np.array(data, dtype)
    except ValueError as error:
        raise ShapeError("tensor", "rows of equal length", str(error)) from error
    if dtype is None and not isinstance(data, np.ndarray | np.generic) and array.dtype == np.float64:
        array = array.astype(np.float32)
    return Tensor(array if Device(device) == CPU else device_arrays().on_device(array), requires_grad)
