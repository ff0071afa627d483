"""Unit 6, pooling: average pooling.

Write the function below, then run:  grade exercises/ --only avg_pool2d
"""

import numpy as np


def avg_pool2d(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    """Take the mean of each window; each map on its own.

    Where max pooling asks whether something was seen in a window, average pooling asks how much of it there
    was. LeNet's subsampling layers are of this kind, and networks of today often end with one. Like
    max pooling it has nothing to learn. Unlike it, it is linear: a convolution with equal weights.

    A square window of F x F pixels slides over each map in steps of S pixels:

        out[n, c, i, j] = 1 / (F * F) * sum over p, q = 0 … F-1 of x[n, c, S i + p, S j + q]

    The output has floor((H - F) / S) + 1 rows, and columns likewise: pixels at the end that no whole
    window covers are left out. Windows overlap where S < F, and skip pixels where S > F. The divisor is
    the number of pixels in the window, whatever the stride.

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
    The first window holds 1, 5, 3 and 4: 13 / 4 = 3.25.

    >>> x = np.array([[[[1.0, 5.0, 2.0, 0.0],
    ...                 [3.0, 4.0, 1.0, 7.0]]]])
    >>> avg_pool2d(x, kernel_size=2, stride=2)
    array([[[[3.25, 2.5 ]]]])
    >>> avg_pool2d(x, kernel_size=2, stride=1)
    array([[[[3.25, 3.  , 2.5 ]]]])
    """
    raise NotImplementedError
