"""Buffers of kernels: they begin where a line of the cache does.

A vector as wide as such a line, if it lies across two of them, costs two reads. NumPy's arrays begin at multiples
of 16 bytes, Numba's of 32.
"""

import numpy as np

from engine.arrays import Array
from engine.kernels import vectors
from engine.kernels.jit import using
from engine.kernels.vectors import VECTOR_BYTES

compiled = using(vectors)


@compiled
def buffer(count: int, like: Array) -> Array:
    """Return so many numbers, of any value, in one line, of the dtype of `like`."""
    whole = np.empty(count + VECTOR_BYTES // like.itemsize, like.dtype)
    beyond = np.int64(whole.ctypes.data) % VECTOR_BYTES
    first = (VECTOR_BYTES - beyond) % VECTOR_BYTES // like.itemsize
    return whole[first : first + count]


@compiled
def zeros(count: int, like: Array) -> Array:
    """Return so many zeros, as :func:`buffer`."""
    numbers = buffer(count, like)
    numbers[:] = 0
    return numbers
