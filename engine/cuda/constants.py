"""Small arrays of the host that kernels need, such as where windows begin: copied to the device once.

A step that repeats finds them there, and a graph that is captured copies nothing.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from engine.arrays import Array
from engine.cuda import driver
from engine.cuda.array import DeviceArray, empty

# Larger arrays are copied each time.
LARGEST_BYTES = 1 << 16
MOST_KEPT = 1024

T = TypeVar("T")

_kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()


def on_device(values: Array) -> DeviceArray:
    """Return a host array's values on the device; nobody may write to them."""
    if values.nbytes > LARGEST_BYTES:
        return _copied(values)
    return remembered((values.shape, values.dtype.char, values.tobytes()), lambda: _copied(values))


def remembered(key: tuple[Any, ...], make: Callable[[], T]) -> T:
    """Return what `make` returned when it was last called for this key: arrays that nobody may write to.

    Parameters
    ----------
    key : tuple
        Says all that the result depends on.
    make : callable
    """
    found: T
    if key in _kept:
        _kept.move_to_end(key)
        found = _kept[key]
    else:
        found = _kept[key] = make()
        if len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found


def forget() -> None:
    """Give the memory of all constants back."""
    _kept.clear()


def _copied(values: Array) -> DeviceArray:
    array = empty(values.shape, values.dtype)
    driver.upload(array, values.copy(order="C"))
    return array
