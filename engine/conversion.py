"""Conversions to another dtype, as methods.

They have a file of their own because their names hide Python's types in the class body.
"""

from typing import Any, Self, cast

import numpy as np

from engine.autograd import Variable
from engine.op import OPS


class Conversion(Variable):
    """Methods of Tensor that return it with elements of another dtype."""

    __slots__ = ()

    def to(self, dtype: Any) -> Self:
        """See :func:`engine.ops.to`; the tensor itself, if it has this dtype already."""
        converted = cast(Self, OPS["to"](self, dtype))
        return self if converted.array.dtype == self.array.dtype else converted

    def type(self, dtype: Any) -> Self:
        """See :meth:`to`."""
        return self.to(dtype)

    def float(self) -> Self:
        """Convert to float32."""
        return self.to(np.dtype(np.float32))

    def double(self) -> Self:
        """Convert to float64."""
        return self.to(np.dtype(np.float64))

    def long(self) -> Self:
        """Convert to int64; fractions are cut off."""
        return self.to(np.dtype(np.int64))

    def int(self) -> Self:
        """Convert to int32; fractions are cut off."""
        return self.to(np.dtype(np.int32))

    def bool(self) -> Self:
        """Convert to bool: what is not 0 is True."""
        return self.to(np.dtype(np.bool_))
