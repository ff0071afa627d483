"""Methods that change a tensor's values where they are; their names end in an underscore, as in PyTorch."""

from typing import Any, Self

import numpy as np

from engine.arrays import Array
from engine.autograd import Variable, is_grad_enabled
from engine.errors import DTypeError, GraphError, ParameterError, ShapeError
from engine.indexing import take_apart
from engine.versions import mark_changed


class InPlace(Variable):
    """In-place methods of Tensor.

    None of them is recorded: on a tensor that has a gradient they raise GraphError, unless under
    ``no_grad``. Backward finds out if it would have needed the former values.
    """

    __slots__ = ()

    def _writable(self, who: str) -> Array:
        if self.requires_grad and is_grad_enabled():
            fix = "do it under engine.no_grad(), or use an op that returns a new tensor"
            raise GraphError(who, "a tensor without gradient", "one with requires_grad", fix)
        return self.array

    def _written(self) -> Self:
        mark_changed(self.array)
        return self

    def _other(self, who: str, other: Any) -> Array:
        values = other.array if isinstance(other, Variable) else np.asarray(other)
        target = self.array.dtype
        if not np.can_cast(values.dtype, target, "same_kind"):
            raise DTypeError(who, f"values that fit into {target}", str(values.dtype))
        try:
            np.broadcast_to(values, self.array.shape)
        except ValueError:
            raise ShapeError(who, f"values that broadcast to {self.array.shape}", f"shape {values.shape}") from None
        return values.astype(target)

    def __setitem__(self, index: Any, value: Any) -> None:
        values = value.array if isinstance(value, Variable) else value
        taken = take_apart("__setitem__", index, self.array.shape)
        places = self._writable("__setitem__")[taken.basic]
        try:
            places[taken.of_view() or ...] = values
        except ValueError as error:
            raise ShapeError("__setitem__", "values that fit the places", str(error)) from None
        self._written()

    def zero_(self) -> Self:
        """Set every element to 0; returns the tensor."""
        return self.fill_(0)

    def fill_(self, value: Any) -> Self:
        """Set every element to `value`; returns the tensor."""
        self._writable("fill_")[...] = value
        return self._written()

    def copy_(self, other: Any) -> Self:
        """Take over the values of `other`, which broadcasts; returns the tensor."""
        self._writable("copy_")[...] = self._other("copy_", other)
        return self._written()

    def add_(self, other: Any, *, alpha: float = 1) -> Self:
        """Add `alpha` times `other`; returns the tensor."""
        places = self._writable("add_")
        places += alpha * self._other("add_", other) if alpha != 1 else self._other("add_", other)
        return self._written()

    def sub_(self, other: Any, *, alpha: float = 1) -> Self:
        """Subtract `alpha` times `other`; returns the tensor."""
        return self.add_(other, alpha=-alpha)

    def mul_(self, other: Any) -> Self:
        """Multiply by `other`; returns the tensor."""
        places = self._writable("mul_")
        places *= self._other("mul_", other)
        return self._written()

    def div_(self, other: Any) -> Self:
        """Divide by `other`; returns the tensor."""
        places = self._writable("div_")
        if places.dtype.kind != "f":
            raise DTypeError("div_", "float32 or float64", str(places.dtype))
        with np.errstate(all="ignore"):
            places /= self._other("div_", other)
        return self._written()

    def clamp_(self, min: float | None = None, max: float | None = None) -> Self:
        """Move values below `min` to it, and values above `max` to that; returns the tensor."""
        if min is None and max is None:
            raise ParameterError("clamp_", "min, max or both", "neither")
        places = self._writable("clamp_")
        low, high = (None if bound is None else self._other("clamp_", bound) for bound in (min, max))
        np.clip(places, low, high, out=places)
        return self._written()
