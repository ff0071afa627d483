"""Unit 7, backprop: max pooling, backward.

Write the function below, then run:  grade exercises/ --only max_pool2d_backward
"""

import numpy as np


def max_pool2d_backward(dy: np.ndarray, x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    """Compute the gradient of max pooling for its input, given the gradient of its output.

    The layer computed y = max_pool2d(x, kernel_size, stride). Only the largest pixel of a window had
    a say in it: moving any other by a little changes nothing. So the whole gradient of a window goes to
    its winner, and the others get 0:

        dx[winner of window (i, j)] gets dy[n, c, i, j]

    Windows overlap where the stride is smaller than the window. The same pixel may then win several
    times, and gets the sum.

    No two pixels of a map are equal here, so every window has exactly one winner.

    Parameters
    ----------
    dy : ndarray (N, C, OH, OW)
        Any numbers, not only ones.
    x : ndarray (N, C, H, W)
        float32 or float64, without equal values.
    kernel_size : int
    stride : int

    Returns
    -------
    ndarray (N, C, H, W)
        Floating.

    Examples
    --------
    >>> x = np.array([[[[1.0, 5.0, 2.0]]]])
    >>> x = np.concatenate([x, x - 10], axis=2)  # a second row of smaller values
    >>> max_pool2d_backward(np.array([[[[3.0, 4.0]]]]), x, kernel_size=2, stride=1)
    array([[[[0., 7., 0.],
             [0., 0., 0.]]]])

    The 5 won both windows: 3 + 4.
    """
    raise NotImplementedError
