"""Buffers of kernels begin where a vector does, and have the size asked for."""

import numpy as np
import pytest

from engine.arrays import Array
from engine.kernels import buffers, load
from engine.kernels.buffers import buffer, zeros
from engine.kernels.jit import using
from engine.kernels.vectors import VECTOR_BYTES

load("cpu")
compiled = using(buffers)


@compiled
def _both(count: int, like: Array) -> tuple[Array, Array]:
    return buffer(count, like), zeros(count, like)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32])
@pytest.mark.parametrize("count", [0, 1, 7, 1000, 100_003])
def test_a_buffer_begins_where_a_vector_does(count: int, dtype: type[np.generic]) -> None:
    for _ in range(20):
        numbers, nothing = _both(count, np.empty(0, dtype))
        for array in (numbers, nothing):
            assert (array.shape, array.dtype) == ((count,), np.dtype(dtype))
            assert count == 0 or array.ctypes.data % VECTOR_BYTES == 0
        assert not nothing.any()
        numbers[:] = 1
        assert numbers.sum() == count
