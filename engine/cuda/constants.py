"""Small arrays of the host that kernels need, such as where windows begin: copied to the device once.

A step that repeats finds them there, and a graph that is captured copies nothing.
"""

from collections import OrderedDict
from typing import Any

from engine.arrays import Array
from engine.cuda import driver
from engine.cuda.array import DeviceArray, empty

# Larger arrays are copied each time.
LARGEST_BYTES = 1 << 16
MOST_KEPT = 1024

_kept: OrderedDict[tuple[Any, ...], DeviceArray] = OrderedDict()


def on_device(values: Array) -> DeviceArray:
    """Return a host array's values on the device; nobody may write to them."""
    if values.nbytes > LARGEST_BYTES:
        return _copied(values)
    key = values.shape, values.dtype.char, values.tobytes()
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = _copied(values)
        if len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    else:
        _kept.move_to_end(key)
    return found


def forget() -> None:
    """Give the memory of all constants back."""
    _kept.clear()


def _copied(values: Array) -> DeviceArray:
    array = empty(values.shape, values.dtype)
    driver.upload(array, values.copy(order="C"))
    return array
