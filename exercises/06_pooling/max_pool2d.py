"""Unit 6, pooling: max pooling.

Write the function below, then run:  grade exercises/ --only max_pool2d
"""

import numpy as np


def max_pool2d(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    """Keep the largest value of each window; each map on its own.

    A square window of F x F pixels slides over each map in steps of S pixels. Pooling makes maps
    smaller, and the answer a little less dependent on where exactly something was seen. There is
    nothing to learn in it.

        out[n, c, i, j] = max over p, q = 0 … F-1 of x[n, c, S i + p, S j + q]

    The output has floor((H - F) / S) + 1 rows, and columns likewise: pixels at the end that no whole
    window covers are left out. Windows overlap where S < F, and skip pixels where S > F. Values
    may be negative, all of them too.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32 or float64; H and W at least F.
    kernel_size : int
        F.
    stride : int
        S.

    Returns
    -------
    ndarray (N, C, OH, OW)
        Floating.

    Examples
    --------
    >>> x = np.array([[[[1.0, 5.0, 2.0, 0.0],
    ...                 [3.0, 4.0, 1.0, 7.0]]]])
    >>> max_pool2d(x, kernel_size=2, stride=2)
    array([[[[5., 7.]]]])
    >>> max_pool2d(x, kernel_size=2, stride=1)
    array([[[[5., 5., 7.]]]])
    """
    raise NotImplementedError
