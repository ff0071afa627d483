"""Unit 9, numba kernels: tiles in shared memory.

Write the function below, then run:  grade exercises/ --only cuda_matmul_tiled
"""

import numpy as np
from numba import cuda


@cuda.jit
def cuda_matmul_tiled(out: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """Multiply two matrices on a card, tile by tile: out = a @ b.

    A convolution is a matrix product (unit 5), and this is how a card does it. Thread (x, y) of a block computes one
    element of out, and blocks have 4 by 4 threads. With

        column, row = cuda.grid(2)      x is the column, because neighbours in a row lie side by side in memory

    the element is the sum over t of a[row, t] * b[t, column]. Each element of a would be fetched once for every
    column, and memory is slow: a card multiplies dozens of times while it fetches one number. But the 4 threads of a
    row all want the same row of a, and the 4 of a column the same column of b. So they fetch together. A block has
    some fast memory that all its threads see:

        from numba import cuda, float32
        left = cuda.shared.array((4, 4), float32)       # the size must be numbers, not variables

    It goes along the sum in steps of 4. In each step, every thread fetches one element of a and one of b into
    two such tiles; then each adds 4 products, whose factors stand in the tiles:

        left[y, x]  = a[row, first + x]         first = 0, 4, 8 …, and x, y = cuda.threadIdx.x, cuda.threadIdx.y
        right[y, x] = b[first + y, column]
        total += left[y, t] * right[t, x]       for t = 0 … 3

    Threads do not run in step. Each uses what 6 others have fetched, so they must wait for one another: at
    cuda.syncthreads() a thread waits until all of its block are there. Two of these are needed in each step: one before
    the tiles are read, for they must be full, and one before they are filled again, for all must have read.

    Sizes need not be multiples of 4. A thread outside of `out` writes nothing, but it must not return early: it
    fetches for others, and they wait for it. Where a tile reaches beyond its matrix, it gets 0, which adds nothing to
    a sum.

    Parameters
    ----------
    out : ndarray (M, N)
        float32, as all arrays here; what is in it before is to be overwritten.
    a : ndarray (M, K)
    b : ndarray (K, N)
        The launch has blocks of (4, 4) threads, as many as cover the output: ceil(N / 4) by ceil(M / 4).

    Examples
    --------
    >>> a = np.array([[1, 2, 3, 4, 5]], np.float32)
    >>> b = np.array([[1, 0], [1, 0], [1, 0], [1, 0], [1, 1]], np.float32)
    >>> out = np.zeros((1, 2), np.float32)
    >>> cuda_matmul_tiled[(1, 1), (4, 4)](out, a, b)
    >>> out
    array([[15.,  5.]], dtype=float32)
    """
    raise NotImplementedError
