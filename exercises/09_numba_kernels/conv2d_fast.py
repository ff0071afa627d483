"""Unit 9, numba kernels: the order of loops and memory.

Write the function below, then run:  grade exercises/ --only conv2d_fast
"""

import numpy as np
from numba import njit


@njit
def conv2d_fast(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Apply K filters to N images as fast as you can, on one thread.

    The layer is that of conv2d_njit, and its plain loops are compiled already. They still take about a hundred times as
    long as the kernel of this course's engine, on the same processor. That factor is made of:

    - Eight or sixteen. A processor multiplies and adds that many float32 by one instruction, if they lie side by side
      in memory, the factors as well as the sums.
    - Four to eight. An addition takes about four cycles, and two can begin in every cycle. But total += … always
      waits for the sum before it. Sums of different outputs need not wait for one another. The compiler may
      not regroup a sum by itself, because then it is rounded otherwise; @njit(fastmath=True) allows it.
    - Two, and more. Whatever is done in the innermost loop is done most often: a test for the border, an index of four
      numbers that must be worked out, a look whether an index is negative. Numba leaves that out, and uses
      the wide instructions, if a loop runs from 0 over arrays with one axis: for t in range(len(sums)).

    So what matters is what the innermost loop does. The order of the loops is yours: each product belongs to one
    output, and it does not matter when it is added. Arrays lie in memory as you read them, the last index
    fastest: x[n, c, i, j + 1] is the neighbour of x[n, c, i, j], and x[n, c, i + 1, j] lies a row further on. A good
    innermost loop

    - goes along one axis of memory, one by one, with long rows: its beginning and its end cost as much as some turns;
    - adds to another output in each turn: sums[t] += weight * pixels[t];
    - has one-dimensional arrays, cut out before it begins: pixels = padded[n, c, row, left:right].

    Copying costs little if what is copied is used often: pad the images before the loops; bring the filters into
    the order in which they are read, if that helps.

    The speed is measured at stride 1, with 8 images of 16 channels and 28 by 28 pixels, 32 filters of 5 by 5 and
    padding 2, as a multiple of the time of the engine's kernel on the same machine. Compiling does not count, and no
    index is checked. It must be right at every stride; that is looked at in plain Python, which checks every index.

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
    Two channels and a filter that adds them up, with twice the second one; bias 100:

    >>> x = np.array([[[[1, 2, 3]], [[10, 20, 30]]]], np.float32)
    >>> w = np.array([[[[1]], [[2]]]], np.float32)
    >>> conv2d_fast(x, w, np.array([100], np.float32), 1, 0)
    array([[[[121., 142., 163.]]]], dtype=float32)
    >>> conv2d_fast(x, w, np.array([100], np.float32), 2, 0)
    array([[[[121., 163.]]]], dtype=float32)
    """
    raise NotImplementedError
