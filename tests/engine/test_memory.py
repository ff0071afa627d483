"""Large arrays use memory again, but never while somebody still looks at it."""

import gc
import os

import numpy as np
import pytest

from engine import memory
from engine.arrays import Array
from engine.memory import LARGE_BYTES, Pool

FLOAT = np.dtype("float32")
LARGE = LARGE_BYTES // FLOAT.itemsize


def place(array: Array) -> int:
    start: int = array.__array_interface__["data"][0]
    return start


def test_freed_memory_of_the_same_size_is_used_again() -> None:
    pool = Pool(1 << 20)
    first = pool.empty((4, 256), FLOAT)
    before = place(first)
    del first
    assert place(pool.empty((1024,), FLOAT)) == before


def test_memory_in_use_is_not_given_twice() -> None:
    pool = Pool(1 << 20)
    first = pool.empty((4, 256), FLOAT)
    view = first.reshape(-1)[5:]
    before = place(first)
    del first
    second = pool.empty((4, 256), FLOAT)
    view[:] = 1
    second[...] = 2
    assert place(second) != before
    assert (view == 1).all()


def test_another_size_gets_memory_of_its_own() -> None:
    pool = Pool(1 << 20)
    del_me = pool.empty((1024,), FLOAT)
    before = place(del_me)
    del del_me
    other = pool.empty((2048,), FLOAT)
    other[:] = 1
    assert other.size == 2048
    assert place(pool.empty((1024,), FLOAT)) == before


def test_no_more_than_the_limit_is_kept() -> None:
    pool = Pool(10_000)
    arrays = [pool.empty((1024,), FLOAT) for _ in range(5)]
    arrays.clear()
    gc.collect()
    assert 0 < pool._size <= 10_000
    assert sum(len(block) for blocks in pool._free.values() for block in blocks) == pool._size


def test_only_large_arrays_come_from_the_pool() -> None:
    small = memory.empty((LARGE - 1,), FLOAT)
    assert small.flags.owndata
    large = memory.empty((LARGE,), FLOAT)
    assert not large.flags.owndata
    assert large.flags.writeable
    assert large.flags.c_contiguous
    large[...] = 3
    assert float(large.sum(dtype=np.float64)) == 3.0 * LARGE


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_writes_into_its_own_copy() -> None:
    array = memory.empty((LARGE,), FLOAT)
    array[:] = 1
    child = os.fork()
    if child == 0:
        array[:] = 2
        os._exit(0)
    os.waitpid(child, 0)
    assert (array == 1).all()


@pytest.mark.parametrize("count", [1 << 46, 1 << 62])
def test_more_than_there_is_is_a_memory_error(count: int) -> None:
    with pytest.raises(MemoryError, match="Unable to allocate"):
        memory.empty((count,), FLOAT)
