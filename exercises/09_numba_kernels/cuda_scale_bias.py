"""Unit 9, numba kernels: a CUDA kernel with a guard.

Write the function below, then run:  grade exercises/ --only cuda_scale_bias
"""

import numpy as np
from numba import cuda


@cuda.jit
def cuda_scale_bias(out: np.ndarray, x: np.ndarray, scale: np.ndarray, bias: np.ndarray) -> None:
    """Multiply each channel by a number of its own and add another: batch normalisation, once a network is trained.

        out[c, t] = x[c, t] * scale[c] + bias[c]        c = 0 … C-1, t = 0 … L-1

    This is a CUDA kernel. On a graphics card, thousands of threads run the same function at the same time. They
    are launched in blocks, all blocks with the same number of threads, and each thread asks which one it is:

        cuda.threadIdx.x    which thread of its block      0, 1, 2 …
        cuda.blockIdx.x     which block                    0, 1, 2 …
        cuda.blockDim.x     threads in a block
        cuda.grid(1)        which thread of all, blockIdx.x * blockDim.x + threadIdx.x
        cuda.gridsize(1)    how many threads there are in all

    A kernel returns nothing: it writes into `out`, which is there already. Here the elements are counted through,
    channel by channel: element number e, from 0 to C * L - 1, belongs to channel e // L and is number e % L in it.
    Thread number e takes element number e. Two things are to be thought of:

    - There are hardly ever as many threads as elements, because all blocks are of one size. The threads that are too
      many must do nothing: a card does not notice an index that lies outside, and destroys other memory.
    - There may be fewer threads than elements. Then a thread takes several: after number e that with the number
      e + cuda.gridsize(1), and so on to the end. With this stride, threads that run side by side read side by side.

    A loop, for e in range(first, number of elements, step), does both: it has no turn for a thread that is too many.
    No element is done twice: each is written by one thread alone.

    Kernels are run on Numba's simulator, so you need no card. It knows no types and runs threads one after the other,
    and it looks at every index, as a card does not. On a card, the same file runs unchanged.

    Parameters
    ----------
    out : ndarray (C, L)
        float32, as all arrays here; what is in it before is to be overwritten.
    x : ndarray (C, L)
    scale, bias : ndarray (C,)

    Examples
    --------
    One channel of 3 elements and another one, with 2 blocks of 4 threads, two more than are needed:

    >>> x = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    >>> scale, bias = np.array([10, 1], np.float32), np.array([0, 0.5], np.float32)
    >>> out = np.zeros((2, 3), np.float32)
    >>> cuda_scale_bias[2, 4](out, x, scale, bias)
    >>> out
    array([[10. , 20. , 30. ],
           [ 4.5,  5.5,  6.5]], dtype=float32)
    """
    raise NotImplementedError
