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
        if len(self._buffers) < BUFFERS or self._buffers[0][0].nbytes < values.nbytes:
            buffer, copied = driver.pinned((values.nbytes,), np.dtype(np.uint8)), driver.event()
            self._buffers = self._buffers[-(BUFFERS - 1) :]
        else:
            buffer, copied = self._buffers.pop(0)
            driver.wait_for(copied)
        place = buffer[: values.nbytes].view(values.dtype).reshape(values.shape)
        place[...] = values
        array = empty(values.shape, values.dtype)
        driver.upload_later(array, place, copied)
        self._buffers.append((buffer, copied))
        return array
