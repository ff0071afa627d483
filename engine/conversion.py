"""Conversions to another dtype, and moves to another device, as methods.

They have a file of their own because their names hide Python's types in the class body.
"""

from collections.abc import Sequence
from typing import Any, Self, cast

import numpy as np

from engine.autograd import Variable
from engine.device import Device
from engine.op import OPS
from engine.placement import is_on_device


def wishes(where: Sequence[Any], dtype: Any, device: Any) -> tuple[Any, Device | None]:
    """Tell dtypes from devices among what ``to`` was given; None for what was not.

    Parameters
    ----------
    where : sequence of dtype, str, Device or Tensor
    dtype, device : object
        Given by name.
    """
    place = None if device is None else Device(device)
    for wish in where:
        if isinstance(wish, Variable):
            dtype, place = wish.array.dtype, Device("cuda" if is_on_device(wish.array) else "cpu")
        elif isinstance(wish, Device) or (isinstance(wish, str) and wish.partition(":")[0] in ("cpu", "cuda")):
            place = Device(wish)
        else:
            dtype = wish
    return dtype, place


class Conversion(Variable):
    """Methods of Tensor that return it with elements of another dtype, or on another device."""

    __slots__ = ()

    def to(self, *where: Any, dtype: Any = None, device: Any = None) -> Self:
        """Convert, move, or both: ``to("float64")``, ``to("cuda")``, ``to("cuda", "float64")``, ``to(other)``.

        Parameters
        ----------
        *where : dtype, device, or Tensor
            What PyTorch takes, in any order; a tensor stands for its device and dtype.
        dtype : dtype, optional
        device : str or Device, optional

        Returns
        -------
        Tensor
            The tensor itself, if there is nothing to do. See :func:`engine.ops.to` and
            :func:`engine.ops.to_device` for errors.

        Examples
        --------
        >>> import engine
        >>> engine.tensor([1, 2]).to("cpu", "float32")
        tensor([1., 2.])
        """
        kind, place = wishes(where, dtype, device)
        result = self
        if kind is not None:
            converted = cast(Self, OPS["to"](self, kind))
            result = self if converted.array.dtype == self.array.dtype else converted
        if place is not None and (place.type == "cuda") != is_on_device(result.array):
            result = cast(Self, OPS["to_device"](result, place))
        return result

    def cuda(self, device: Any = "cuda") -> Self:
        """Move to the CUDA device; see :meth:`to`."""
        return self.to(device=device)

    def cpu(self) -> Self:
        """Move to the memory of the processor, waiting for what is still being computed; see :meth:`to`."""
        return self.to(device="cpu")

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
