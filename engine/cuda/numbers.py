"""Numbers that change from step to step, handed to kernels in an array on the device."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.cuda import arena, constants, driver, recording
from engine.cuda.array import DeviceArray, empty


def on_device(values: Sequence[float], dtype: np.dtype[Any]) -> DeviceArray:
    """Return an array of these numbers.

    In a graph it is always the same array, made when the graph is warmed up, and holds the numbers of the step
    that is replayed.

    Parameters
    ----------
    values : sequence of float
    dtype : dtype
    """
    state, numbers = recording.current, np.asarray(values, dtype)
    if state is None:
        return constants.on_device(numbers)
    if state.phase == "warming" and state.position == len(state.buffers):
        # Not from the graph's memory: a block that a kernel of the graph wrote to before would be written to again.
        with arena.shared():
            state.buffers.append((empty(numbers.shape, dtype), []))
    buffer: DeviceArray
    buffer, held = state.buffers[state.position]
    if held != list(values) and state.phase != "capturing":
        driver.upload(buffer, numbers)
    # What a capture asks for is put there when it is done.
    state.buffers[state.position] = buffer, list(values)
    state.position += 1
    return buffer
