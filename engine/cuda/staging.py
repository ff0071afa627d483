"""Batches on their way to the device, through memory that the device itself can read.

From ordinary memory the driver first copies into such *pinned* memory of its own, and Python waits. With two
pinned buffers the next batch is put together while the last one is still being copied.
"""

from typing import Any

import numpy as np

from engine.arrays import Array
from engine.cuda import driver
from engine.cuda.array import DeviceArray, empty

# While one is copied, the next is filled.
BUFFERS = 2


class Staging:
    """Pinned buffers for arrays of one kind, as large as the largest so far."""

    def __init__(self) -> None:
        self._buffers: list[tuple[Array, Any]] = []

    def send(self, values: Array) -> DeviceArray:
        """Return an array on the device that will hold these values when the kernels launched next read it.

        Parameters
        ----------
        values : ndarray
            May be changed as soon as this returns.
        """
        full = len(self._buffers) == BUFFERS
        buffer, copied = self._buffers.pop(0) if full else (np.empty(0, np.uint8), driver.event())
        driver.wait_for(copied)  # also for one that is too small: it may not go before it was read
        if buffer.nbytes < values.nbytes:
            buffer = driver.pinned((values.nbytes,), buffer.dtype)
        place = buffer[: values.nbytes].view(values.dtype).reshape(values.shape)
        place[...] = values
        array = empty(values.shape, values.dtype)
        driver.upload_later(array, place, copied)
        self._buffers.append((buffer, copied))
        return array
