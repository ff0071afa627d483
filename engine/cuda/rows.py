"""How the threads of a block add up rows together: each a part, then in pairs, in halves, down to one.

The order of the additions depends on the row's length alone, so the same sum has the same bits every time. With
n threads the error of a float32 sum grows with length / n + log2(n) steps, not with the length.
"""

from typing import Any

from engine.arrays import Array
from engine.cuda import driver
from engine.cuda.driver import cuda
from engine.cuda.launch import THREADS

# Numbers a thread should have before another is worth its share of the tree.
NUMBERS_OF_A_THREAD = 4
# Blocks for each multiprocessor, so that some compute while others wait for memory.
BLOCKS_OF_A_PROCESSOR = 4


def block_for(length: int) -> tuple[int, int]:
    """Return how many threads share a row of this length, and how many rows a block of THREADS has."""
    lanes = 1
    while lanes < THREADS and lanes * NUMBERS_OF_A_THREAD < length:
        lanes *= 2
    return lanes, THREADS // lanes


def pieces_for(rows: int, length: int) -> int:
    """Return in how many pieces rows must be cut for all multiprocessors to have work."""
    lanes, together = block_for(length)
    wanted = driver.multiprocessors() * BLOCKS_OF_A_PROCESSOR * together
    most = length // (lanes * NUMBERS_OF_A_THREAD * 4)
    return max(1, min(wanted // max(1, rows), most))


@driver.on_device
def group_sum(scratch: Array, lane: int, value: Any) -> Any:
    """Return the sum of the values of all threads of a row: the threads of a block with the same threadIdx.y.

    Parameters
    ----------
    scratch : ndarray (THREADS,)
        Shared memory of the dtype of `value`.
    lane : int
        threadIdx.x; blockDim.x is a power of two.
    value : number
        All threads of the block must come here, also those without a row, with 0.
    """
    place = cuda.threadIdx.y * cuda.blockDim.x + lane
    cuda.syncthreads()  # somebody may still read the former sum
    scratch[place] = value
    cuda.syncthreads()
    half = cuda.blockDim.x // 2
    while half > 0:
        if lane < half:
            scratch[place] += scratch[place + half]
        cuda.syncthreads()
        half //= 2
    return scratch[place - lane]


@driver.on_device
def group_max(scratch: Array, lane: int, value: Any) -> Any:
    """Return the largest of the values of all threads of a row; as :func:`group_sum`. NaN is passed over."""
    place = cuda.threadIdx.y * cuda.blockDim.x + lane
    cuda.syncthreads()
    scratch[place] = value
    cuda.syncthreads()
    half = cuda.blockDim.x // 2
    while half > 0:
        if lane < half and scratch[place + half] > scratch[place]:
            scratch[place] = scratch[place + half]
        cuda.syncthreads()
        half //= 2
    return scratch[place - lane]
