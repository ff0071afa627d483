"""Memory for arrays too large for the C library to keep: used again from step to step.

What it costs: up to KEPT_BYTES that were freed stay with the process.
"""

import math
import mmap
import sys
import threading
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.arrays import Array

# The C library keeps what is smaller (engine.device.reuse_memory).
LARGE_BYTES = 32 << 20
KEPT_BYTES = 2 << 30


class Pool:
    """Blocks of memory that no array uses now.

    Parameters
    ----------
    kept_bytes : int
        How much is kept; where it would be more, what is kept goes back to the system first.
    """

    def __init__(self, kept_bytes: int) -> None:
        self.kept_bytes = kept_bytes
        self._free: dict[int, list[mmap.mmap]] = {}
        self._size = 0
        # A thread that takes a block may be interrupted by the garbage collector, which gives one back.
        self._lock = threading.RLock()

    def empty(self, shape: Sequence[int], dtype: np.dtype[Any]) -> Array:
        """Return an array whose memory is a free block of the same size, or a new one.

        Every page of memory fresh from the system is filled with zeros when it is first written, which takes
        longer than the writing. The block is free again when the last array that looks at it is gone.
        """
        count = math.prod(shape)
        block = self._take(count * dtype.itemsize)
        owner = np.frombuffer(block, dtype, count)
        weakref.finalize(owner, self._give_back, block).atexit = False
        return owner.reshape(shape)

    def _take(self, size: int) -> mmap.mmap:
        with self._lock:
            blocks = self._free.get(size)
            if blocks:
                self._size -= size
                return blocks.pop()
        block = _fresh(size)
        if hasattr(mmap, "MADV_HUGEPAGE"):
            block.madvise(mmap.MADV_HUGEPAGE)
        return block

    def _give_back(self, block: mmap.mmap) -> None:
        with self._lock:
            if self._size + len(block) > self.kept_bytes:
                self._free, self._size = {}, 0
            self._free.setdefault(len(block), []).append(block)
            self._size += len(block)


def _fresh(size: int) -> mmap.mmap:
    """Return memory from the system, of this process alone: a forked one that writes changes its own copy."""
    try:
        if sys.platform == "win32":
            return mmap.mmap(-1, size)
        return mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except (OSError, OverflowError):
        raise MemoryError(f"Unable to allocate {size:,} bytes for an array") from None


_pool = Pool(KEPT_BYTES)


def empty(shape: Sequence[int], dtype: np.dtype[Any]) -> Array:
    """Return an array with any numbers in it, as ``numpy.empty``; a large one in memory used before.

    Parameters
    ----------
    shape : sequence of int
    dtype : dtype

    Examples
    --------
    >>> empty((2, 3), np.dtype("float32")).shape
    (2, 3)
    """
    if math.prod(shape) * dtype.itemsize < LARGE_BYTES:
        return np.empty(shape, dtype)
    return _pool.empty(shape, dtype)
