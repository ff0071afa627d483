"""The ops as methods and operators of Tensor. Ops stand to the right of Tensor, hence they are found by name."""

from collections.abc import Sequence
from typing import Any, Self, TypeAlias, cast

from engine.autograd import Variable
from engine.op import OPS

Number: TypeAlias = bool | int | float


class Methods(Variable):
    """Operators of Tensor, and its ops as methods."""

    __slots__ = ()

    def _apply(self, name: str, *args: Any, **kwargs: Any) -> Self:
        return cast(Self, OPS[name](self, *args, **kwargs))

    def reshape(self, *shape: Any) -> Self:
        """See :func:`engine.reshape`."""
        return self._apply("reshape", shape[0] if len(shape) == 1 else shape)

    def view(self, *shape: Any) -> Self:
        """Like :meth:`reshape`: tensors are always contiguous, so a view always exists."""
        return self.reshape(*shape)

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
