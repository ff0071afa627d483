"""Tensor: an array with a gradient. Its operators call ops by name; it does no maths of its own."""

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

import numpy as np

from engine import autograd
from engine.arrays import Array
from engine.autograd import Node, Variable
from engine.errors import DTypeError, GraphError, ShapeError
from engine.op import OPS

Number: TypeAlias = bool | int | float

DTYPES = tuple(np.dtype(name) for name in ("float32", "float64", "int64", "int32", "uint8", "bool"))


class Tensor(Variable):
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

    def __init__(self, array: Array, requires_grad: bool = False, grad_fn: Node | None = None) -> None:
        if array.dtype not in DTYPES:
            names = ", ".join(str(dtype) for dtype in DTYPES)
            raise DTypeError("Tensor", names, str(array.dtype), "convert it with astype")
        if requires_grad and array.dtype.kind != "f":
            raise DTypeError("Tensor", "a floating dtype for requires_grad=True", str(array.dtype))
        super().__init__(np.asarray(array, order="C"), requires_grad, grad_fn)

    def result(self, array: Array, grad_fn: Node | None) -> "Tensor":
        """Wrap what an op made of this tensor."""
        return Tensor(array, grad_fn is not None, grad_fn)

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return cast(tuple[int, ...], self.array.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the elements."""
        return self.array.dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.array.ndim

    @property
    def data(self) -> "Tensor":
        """The same values without history; shares memory."""
        return self.detach()

    def size(self, dim: int | None = None) -> Any:
        """Return the shape, or the length of one axis."""
        return self.shape if dim is None else self.shape[dim]

    def numel(self) -> int:
        """Return the number of elements."""
        return self.array.size

    def numpy(self) -> Array:
        """Return the values as an ndarray that shares memory.

        Raises
        ------
        GraphError
            If the tensor is recorded for backward; say ``tensor.detach().numpy()`` then.
        """
        if self.requires_grad:
            raise GraphError("numpy", "a tensor without gradient", repr(self), "use tensor.detach().numpy()")
        return self.array

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
        autograd.backward(self, None if gradient is None else gradient.array, retain_graph)

    def reshape(self, *shape: Any) -> "Tensor":
        """See :func:`engine.reshape`."""
        return _apply("reshape", self, shape[0] if len(shape) == 1 else shape)

    def view(self, *shape: Any) -> "Tensor":
        """Like :meth:`reshape`: tensors are always contiguous, so a view always exists."""
        return self.reshape(*shape)

    def sum(self, dim: int | Sequence[int] | None = None, keepdim: bool = False) -> "Tensor":
        """See :func:`engine.sum`."""
        return _apply("sum", self, dim, keepdim)

    def mean(self, dim: int | Sequence[int] | None = None, keepdim: bool = False) -> "Tensor":
        """See :func:`engine.mean`."""
        return _apply("mean", self, dim, keepdim)

    def relu(self) -> "Tensor":
        """See :func:`engine.relu`."""
        return _apply("relu", self)

    def tanh(self) -> "Tensor":
        """See :func:`engine.tanh`."""
        return _apply("tanh", self)

    def log_softmax(self, dim: int) -> "Tensor":
        """See :func:`engine.log_softmax`."""
        return _apply("log_softmax", self, dim)

    def matmul(self, other: "Tensor") -> "Tensor":
        """See :func:`engine.matmul`."""
        return _apply("matmul", self, other)

    def __add__(self, other: "Tensor | Number") -> "Tensor":
        return _apply("add", self, other)

    def __radd__(self, other: Number) -> "Tensor":
        return _apply("add", other, self)

    def __sub__(self, other: "Tensor | Number") -> "Tensor":
        return _apply("sub", self, other)

    def __rsub__(self, other: Number) -> "Tensor":
        return _apply("sub", other, self)

    def __mul__(self, other: "Tensor | Number") -> "Tensor":
        return _apply("mul", self, other)

    def __rmul__(self, other: Number) -> "Tensor":
        return _apply("mul", other, self)

    def __truediv__(self, other: "Tensor | Number") -> "Tensor":
        return _apply("div", self, other)

    def __rtruediv__(self, other: Number) -> "Tensor":
        return _apply("div", other, self)

    def __neg__(self) -> "Tensor":
        return _apply("neg", self)

    def __matmul__(self, other: "Tensor") -> "Tensor":
        return _apply("matmul", self, other)

    def __len__(self) -> int:
        if self.ndim == 0:
            raise ShapeError("len", "a tensor with at least one axis", "shape ()")
        return self.shape[0]

    def __bool__(self) -> bool:
        return bool(self.item())

    def __float__(self) -> float:
        return float(self.item())

    def __repr__(self) -> str:
        values = np.array2string(self.array, separator=", ", prefix="tensor(")
        notes = [] if self.dtype in (np.float32, np.int64, np.bool_) else [f"dtype={self.dtype}"]
        if self.grad_fn is not None:
            notes.append(f"grad_fn={self.grad_fn!r}")
        elif self.requires_grad:
            notes.append("requires_grad=True")
        return f"tensor({', '.join([values, *notes])})"


def _apply(name: str, *args: Any) -> Tensor:
    # Ops stand to the right of Tensor (engine/__init__.py imports them all), hence by name.
    return cast(Tensor, OPS[name](*args))


def tensor(data: Any, dtype: np.dtype[Any] | type[Any] | str | None = None, requires_grad: bool = False) -> Tensor:
    """Copy numbers, nested lists or an ndarray into a new tensor.

    Parameters
    ----------
    data : array_like or Tensor
        Any shape.
    dtype : dtype, optional
        float32 for Python floats and int64 for Python ints by default; an ndarray keeps its own.
    requires_grad : bool
        Whether backward shall compute its gradient.

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
        data = data.array
    try:
        array = np.array(data, dtype)
    except ValueError as error:
        raise ShapeError("tensor", "rows of equal length", str(error)) from error
    if dtype is None and not isinstance(data, np.ndarray | np.generic) and array.dtype == np.float64:
        array = array.astype(np.float32)
    return Tensor(array, requires_grad)
