"""The ops as methods and operators of Tensor. Ops stand to the right of Tensor, hence they are found by name."""

from collections.abc import Sequence
from typing import Any, Self, TypeAlias, cast

from engine.autograd import Variable
from engine.errors import ShapeError
from engine.op import OPS

Number: TypeAlias = bool | int | float


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

    def relu(self) -> Self:
        """See :func:`engine.relu`."""
        return self._apply("relu")

    def tanh(self) -> Self:
        """See :func:`engine.tanh`."""
        return self._apply("tanh")

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
