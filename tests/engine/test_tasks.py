"""Work that threads share: every task once, whatever their number; little work wakes nobody; errors arrive."""

import threading

import numpy as np
import pytest

import engine
from engine.arrays import Array
from engine.device import THREADS, available_threads
from engine.kernels import load, tasks
from engine.kernels.jit import using
from engine.kernels.tasks import WORTH_SHARING, share

load("cpu")
compiled = using(tasks)


@compiled
def _count(task: int, counts: Array, step: int) -> None:
    counts[task] += step


@compiled
def _count_all(counts: Array, step: int, work: int) -> None:
    share(_count, counts.size, work, (counts, step))


@compiled
def _allocate(task: int, size: int, out: Array) -> None:
    out[task] = np.empty(size)[0]


@compiled
def _allocate_all(size: int, out: Array, work: int) -> None:
    share(_allocate, out.size, work, (size, out))


@pytest.mark.parametrize("work", [0, WORTH_SHARING - 1, WORTH_SHARING, 1 << 40])
@pytest.mark.parametrize("threads", [1, 2])
def test_every_task_is_done_once(threads: int, work: int) -> None:
    if threads > available_threads():
        pytest.skip("one processor")
    engine.set_num_threads(threads)
    try:
        assert THREADS[0] == threads
        for count in (0, 1, 2, 3, 7, 8, 9, 63, 1000, 100_001):
            counts = np.zeros(count, np.int64)
            _count_all(counts, 3, work)
            assert (counts == 3).all()
    finally:
        engine.set_num_threads(available_threads())


@pytest.mark.parametrize("work", [0, 1 << 40])
def test_a_task_without_memory_is_an_error(work: int) -> None:
    """Numba's own parallel loops lose what is raised in them, and go on with garbage."""
    with pytest.raises(MemoryError, match="not enough memory for a kernel's buffers"):
        _allocate_all(1 << 50, np.empty(3), work)
    _allocate_all(10, np.empty(3), work)


def test_kernels_may_be_called_from_several_threads() -> None:
    x, w = engine.tensor(np.ones((8, 3, 20, 20), np.float32)), engine.tensor(np.ones((4, 3, 3, 3), np.float32))
    right: list[bool] = []

    def convolve() -> None:
        right.extend(bool((engine.conv2d(x, w).array == 27).all()) for _ in range(50))

    threads = [threading.Thread(target=convolve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * 200
