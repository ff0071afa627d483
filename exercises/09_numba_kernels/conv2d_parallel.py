"""Unit 9, numba kernels: several threads and no race.

Write the function below, then run:  grade exercises/ --only conv2d_parallel
"""

import numpy as np
from numba import njit


@njit(parallel=True)
def conv2d_parallel(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Apply K filters to N images on all processors at once.

    The layer is that of conv2d_njit; begin with your own loops. With @njit(parallel=True) above the function, Numba
    shares out the turns of a loop over prange among threads, one for each processor. You write

        from numba import njit, prange

    and prange(…) instead of range(…) for one loop, an outer one, so that each turn is worth the trouble. Of pranges
    inside each other, only the outermost is shared out. Get it right with range first: an error raised inside is lost.

    Nobody knows which turn is done first, and two of them may run at the very same moment. So it must not matter. It
    does not, if each turn writes to places of its own, to which no other writes and from which no other reads. If two
    write to one place, that is a race. The worst about a race is that it mostly goes well:

        out[n, k, i, j] += …        is three steps: fetch the element, add, put it back

    If two threads fetch before either has put back, one of the two sums is lost. That happens once in a thousand
    times, on another machine, on the day of the exam. So look for it in the text, not in the results: for each
    array that is written to inside the loop, ask whether the place depends on the turn. What has outputs of its own
    may be shared out: images, filters, rows of the output. What is summed may not: channels, and the rows and columns
    of a filter, all of which add to the same outputs. An array that is needed only for a while is safe if it is
    made inside the loop: then each turn has its own. So are variables that are set inside the loop.

    There is one exception. If each turn adds to a variable or to a whole array, total += …, every thread gets a copy,
    and the copies are added up at the end. That is no race, but it rounds sums in an order that depends on the
    number of threads. Here, the result must be the same to the last bit for any number of threads: leave sums whole.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32, as all arrays here, and C-contiguous.
    w : ndarray (K, C, FH, FW)
    b : ndarray (K,)
    stride : int
        At least 1.
    padding : int
        At least 0. With it, the filter fits at least once.

    Returns
    -------
    ndarray (N, K, OH, OW)
        float32.

    Examples
    --------
    Two filters that could be applied by two threads; each writes to a map of its own:

    >>> x = np.array([[[[1, 2, 3], [4, 5, 6]]]], np.float32)
    >>> w = np.array([[[[1, 1]]], [[[1, -1]]]], np.float32)
    >>> conv2d_parallel(x, w, np.array([0, 10], np.float32), 1, 0)
    array([[[[ 3.,  5.],
             [ 9., 11.]],
    <BLANKLINE>
            [[ 9.,  9.],
             [ 9.,  9.]]]], dtype=float32)
    """
    raise NotImplementedError
