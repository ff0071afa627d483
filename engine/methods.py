"""The ops as methods and operators of Tensor. Ops stand to the right of Tensor, hence they are found by name."""

from collections.abc import Sequence
from typing import Any, Self, TypeAlias, cast

import numpy as np

from engine.autograd import Variable
from engine.errors import DTypeError, ShapeError
from engine.op import OPS

Number: TypeAlias = bool | int | float

# What == compares element by element; an array among them is refused with the way out, as by all ops.
COMPARED = (Variable, bool, int, float, np.ndarray)


def _one_or_many(given: tuple[Any, ...]) -> Sequence[int]:
    """Return numbers given one by one, or as one sequence."""
    return given[0] if len(given) == 1 and isinstance(given[0], Sequence) else given


class Methods(Variable):
    """Operators of Tensor, and its ops as methods."""

    __slots__ = ()

    def _apply(self, name: str, *args: Any, **kwargs: Any) -> Self:
        return cast(Self, OPS[name](self, *args, **kwargs))

    def reshape(self, *shape: Any) -> Self:
        """See :func:`engine.reshape`."""
        return self._apply("reshape", _one_or_many(shape))

    def view(self, *shape: Any) -> Self:
        """Like :meth:`reshape`: tensors are always contiguous, so a view always exists."""
        return self.reshape(*shape)

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Self:
        """See :func:`engine.flatten`."""
        return self._apply("flatten", start_dim, end_dim)

    def unflatten(self, dim: int, sizes: Sequence[int]) -> Self:
        """See :func:`engine.unflatten`."""
        return self._apply("unflatten", dim, sizes)

    def squeeze(self, dim: int | Sequence[int] | None = None) -> Self:
        """See :func:`engine.squeeze`."""
        return self._apply("squeeze", dim)

    def unsqueeze(self, dim: int) -> Self:
        """See :func:`engine.unsqueeze`."""
        return self._apply("unsqueeze", dim)

    def permute(self, *dims: Any) -> Self:
        """See :func:`engine.permute`."""
        return self._apply("permute", _one_or_many(dims))

    def transpose(self, dim0: int, dim1: int) -> Self:
        """See :func:`engine.transpose`."""
        return self._apply("transpose", dim0, dim1)

    @property
    def T(self) -> Self:
        """The transpose of a matrix; anything with fewer axes stays as it is."""
        if self.array.ndim > 2:
            raise ShapeError("T", "at most two axes", f"shape {self.array.shape}", "say mT, transpose or permute")
        return self._apply("permute", range(self.array.ndim)[::-1])

    def t(self) -> Self:
        """Return the transpose of a matrix, as :attr:`T`."""
        return self.T

    @property
    def mT(self) -> Self:
        """The transposes of a batch of matrices: the last two axes exchanged."""
        if self.array.ndim < 2:
            raise ShapeError("mT", "at least two axes", f"shape {self.array.shape}")
        return self._apply("transpose", -2, -1)

    def flip(self, *dims: Any) -> Self:
        """See :func:`engine.flip`."""
        return self._apply("flip", _one_or_many(dims))

    def roll(self, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> Self:
        """See :func:`engine.roll`."""
        return self._apply("roll", shifts, dims)

    def expand(self, *sizes: Any) -> Self:
        """See :func:`engine.ops.expand`."""
        return self._apply("expand", _one_or_many(sizes))

    def expand_as(self, other: Self) -> Self:
        """Expand to the shape of another tensor; see :func:`engine.ops.expand`."""
        return self._apply("expand", other.array.shape)

    def tile(self, *dims: Any) -> Self:
        """See :func:`engine.tile`."""
        return self._apply("tile", _one_or_many(dims))

    def repeat(self, *repeats: Any) -> Self:
        """Like :meth:`tile`, but with a number for every axis."""
        counts = _one_or_many(repeats)
        if len(counts) < self.array.ndim:
            got = f"{counts} for shape {self.array.shape}"
            raise ShapeError("repeat", f"at least {self.array.ndim} numbers, one for each axis", got)
        return self._apply("tile", counts)

    def split(self, split_size: int | Sequence[int], dim: int = 0) -> tuple[Self, ...]:
        """See :func:`engine.split`."""
        return cast(tuple[Self, ...], OPS["split"](self, split_size, dim))

    def chunk(self, chunks: int, dim: int = 0) -> tuple[Self, ...]:
        """See :func:`engine.chunk`."""
        return cast(tuple[Self, ...], OPS["chunk"](self, chunks, dim))

    def contiguous(self) -> Self:
        """Return the tensor itself: tensors are always contiguous."""
        return self

    def __getitem__(self, index: Any) -> Self:
        return self._apply("getitem", index)

    def sum(self, dim: int | Sequence[int] | None = None, keepdim: bool = False) -> Self:
        """See :func:`engine.sum`."""
        return self._apply("sum", dim, keepdim)

    def mean(self, dim: int | Sequence[int] | None = None, keepdim: bool = False) -> Self:
        """See :func:`engine.mean`."""
        return self._apply("mean", dim, keepdim)

    def var(self, dim: int | Sequence[int] | None = None, *, correction: float = 1, keepdim: bool = False) -> Self:
        """See :func:`engine.var`."""
        return self._apply("var", dim, correction=correction, keepdim=keepdim)

    def std(self, dim: int | Sequence[int] | None = None, *, correction: float = 1, keepdim: bool = False) -> Self:
        """See :func:`engine.std`."""
        return self._apply("std", dim, correction=correction, keepdim=keepdim)

    def max(self, dim: Self | int | None = None, keepdim: bool = False, *, other: Self | None = None) -> Any:
        """See :func:`engine.max`."""
        return self._apply("max", dim, keepdim, other=other)

    def min(self, dim: Self | int | None = None, keepdim: bool = False, *, other: Self | None = None) -> Any:
        """See :func:`engine.min`."""
        return self._apply("min", dim, keepdim, other=other)

    def amax(self, dim: int | Sequence[int] = (), keepdim: bool = False) -> Self:
        """See :func:`engine.amax`."""
        return self._apply("amax", dim, keepdim)

    def amin(self, dim: int | Sequence[int] = (), keepdim: bool = False) -> Self:
        """See :func:`engine.amin`."""
        return self._apply("amin", dim, keepdim)

    def argmax(self, dim: int | None = None, keepdim: bool = False) -> Self:
        """See :func:`engine.argmax`."""
        return self._apply("argmax", dim, keepdim)

    def argmin(self, dim: int | None = None, keepdim: bool = False) -> Self:
        """See :func:`engine.argmin`."""
        return self._apply("argmin", dim, keepdim)

    def abs(self) -> Self:
        """See :func:`engine.abs`."""
        return self._apply("abs")

    def exp(self) -> Self:
        """See :func:`engine.exp`."""
        return self._apply("exp")

    def log(self) -> Self:
        """See :func:`engine.log`."""
        return self._apply("log")

    def sqrt(self) -> Self:
        """See :func:`engine.sqrt`."""
        return self._apply("sqrt")

    def pow(self, exponent: Self | Number) -> Self:
        """See :func:`engine.pow`."""
        return self._apply("pow", exponent)

    def maximum(self, other: Self | Number) -> Self:
        """See :func:`engine.maximum`."""
        return self._apply("maximum", other)

    def minimum(self, other: Self | Number) -> Self:
        """See :func:`engine.minimum`."""
        return self._apply("minimum", other)

    def clamp(self, min: Self | Number | None = None, max: Self | Number | None = None) -> Self:
        """See :func:`engine.clamp`."""
        return self._apply("clamp", min, max)

    def where(self, condition: Self, other: Self | Number) -> Self:
        """See :func:`engine.where`: this tensor where the condition holds, `other` where not."""
        return cast(Self, OPS["where"](condition, self, other))

    def eq(self, other: Self | Number) -> Self:
        """See :func:`engine.eq`."""
        return self._apply("eq", other)

    def ne(self, other: Self | Number) -> Self:
        """See :func:`engine.ne`."""
        return self._apply("ne", other)

    def lt(self, other: Self | Number) -> Self:
        """See :func:`engine.lt`."""
        return self._apply("lt", other)

    def le(self, other: Self | Number) -> Self:
        """See :func:`engine.le`."""
        return self._apply("le", other)

    def gt(self, other: Self | Number) -> Self:
        """See :func:`engine.gt`."""
        return self._apply("gt", other)

    def ge(self, other: Self | Number) -> Self:
        """See :func:`engine.ge`."""
        return self._apply("ge", other)

    def logical_not(self) -> Self:
        """See :func:`engine.logical_not`."""
        return self._apply("logical_not")

    def relu(self) -> Self:
        """See :func:`engine.relu`."""
        return self._apply("relu")

    def tanh(self) -> Self:
        """See :func:`engine.tanh`."""
        return self._apply("tanh")

    def sigmoid(self) -> Self:
        """See :func:`engine.sigmoid`."""
        return self._apply("sigmoid")

    def softmax(self, dim: int) -> Self:
        """See :func:`engine.softmax`."""
        return self._apply("softmax", dim)

    def log_softmax(self, dim: int) -> Self:
        """See :func:`engine.log_softmax`."""
        return self._apply("log_softmax", dim)

    def matmul(self, other: Self) -> Self:
        """See :func:`engine.matmul`."""
        return self._apply("matmul", other)

    def __add__(self, other: Self | Number) -> Self:
        return self._apply("add", other)

    def __radd__(self, other: Number) -> Self:
        return cast(Self, OPS["add"](other, self))

    def __sub__(self, other: Self | Number) -> Self:
        return self._apply("sub", other)

    def __rsub__(self, other: Number) -> Self:
        return cast(Self, OPS["sub"](other, self))

    def __mul__(self, other: Self | Number) -> Self:
        return self._apply("mul", other)

    def __rmul__(self, other: Number) -> Self:
        return cast(Self, OPS["mul"](other, self))

    def __truediv__(self, other: Self | Number) -> Self:
        return self._apply("div", other)

    def __rtruediv__(self, other: Number) -> Self:
        return cast(Self, OPS["div"](other, self))

    def __neg__(self) -> Self:
        return self._apply("neg")

    def __matmul__(self, other: Self) -> Self:
        return self._apply("matmul", other)

    def __pow__(self, exponent: Self | Number) -> Self:
        return self._apply("pow", exponent)

    def __rpow__(self, base: Number) -> Self:
        return cast(Self, OPS["pow"](base, self))

    def __abs__(self) -> Self:
        return self._apply("abs")

    def __invert__(self) -> Self:
        if self.array.dtype != np.bool_:
            fix = "for other dtypes say tensor.logical_not() or tensor == 0"
            raise DTypeError("~", "a tensor of bool", str(self.array.dtype), fix)
        return self._apply("logical_not")

    # What is neither a tensor nor a number nor an array is left to Python, for which it is simply not equal.
    def __eq__(self, other: object) -> Any:
        return self._apply("eq", other) if isinstance(other, COMPARED) else NotImplemented

    def __ne__(self, other: object) -> Any:
        return self._apply("ne", other) if isinstance(other, COMPARED) else NotImplemented

    # A class that defines == loses its hash; a tensor is the key of a dict by identity, as in PyTorch.
    def __hash__(self) -> int:
        return id(self)

    def __lt__(self, other: Self | Number) -> Self:
        return self._apply("lt", other)

    def __le__(self, other: Self | Number) -> Self:
        return self._apply("le", other)

    def __gt__(self, other: Self | Number) -> Self:
        return self._apply("gt", other)

    def __ge__(self, other: Self | Number) -> Self:
        return self._apply("ge", other)

    def isnan(self) -> Self:
        """See :func:`engine.isnan`."""
        return self._apply("isnan")

    def any(self, dim: int | Sequence[int] = (), keepdim: bool = False) -> Self:
        """See :func:`engine.any`."""
        return self._apply("any", dim, keepdim)

    def all(self, dim: int | Sequence[int] = (), keepdim: bool = False) -> Self:
        """See :func:`engine.all`."""
        return self._apply("all", dim, keepdim)
