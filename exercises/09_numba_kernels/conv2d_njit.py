"""Unit 9, numba kernels: loops compiled by Numba.

Write the function below, then run:  grade exercises/ --only conv2d_njit
"""

import numpy as np
from numba import njit


@njit
def conv2d_njit(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Apply K filters to N images by loops that Numba compiles to machine code.

    The layer is that of conv2d in unit 5: with stride S, padding P, and 0 for every pixel outside the image,

        out[n, k, i, j] = b[k] + sum over c, p, q of x[n, c, S i + p - P, S j + q - P] * w[k, c, p, q]

    with OH = floor((H + 2 P - FH) / S) + 1 rows and OW columns likewise. What is new is @njit above the function.
    When it is first called, Numba looks at the types of the arguments, works out from them the type of every
    variable, and compiles the loops: that takes some seconds. Each later call with the same types starts at once,
    and runs about a hundred times as fast as Python does. So seven loops inside each other are no sin here, but
    the way it is done; all layers of this course's engine are such loops.

    What Numba compiles is a part of Python. Numbers, tuples, loops, if, arrays and their indices are
    in it, and of NumPy what makes arrays and some of the rest: np.zeros, np.empty, np.sum, but not np.pad or np.einsum.
    Sizes are tuples, np.zeros((3, 4), np.float32). And:

    - A variable has one type in the whole function. What is a number first may not become an array later.
    - Add up in a plain variable, and write it into the array once, at the end: a variable is kept in the
      processor, and an element of an array is fetched from memory and put back each time.
    - An index outside the array is not noticed, to save time, and reads or destroys other memory. The grader switches
      the check on (NUMBA_BOUNDSCHECK=1); set it as well when you look for a mistake. A negative index counts from the
      end, as in Python: the pixel in row -1 is no 0 but the last row.

    So padding is either a test, which takes a pixel only if its row and column are on the image, or a larger array
    of zeros into whose middle the image is copied.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32, as all arrays here, and C-contiguous: rows one after the other in memory.
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
    One image of 2 by 3 pixels, a filter of ones, bias 100:

    >>> x = np.array([[[[1, 2, 3], [4, 5, 6]]]], np.float32)
    >>> w, b = np.ones((1, 1, 2, 2), np.float32), np.array([100], np.float32)
    >>> conv2d_njit(x, w, b, 1, 0)
    array([[[[112., 116.]]]], dtype=float32)

    With a border of zeros, the filter sees one pixel in each corner, and two at the sides:

    >>> conv2d_njit(x, w, b, 1, 1)
    array([[[[101., 103., 105., 103.],
             [105., 112., 116., 109.],
             [104., 109., 111., 106.]]]], dtype=float32)
    """
    raise NotImplementedError
