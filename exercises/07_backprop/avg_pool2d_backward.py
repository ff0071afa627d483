"""Unit 7, backprop: average pooling, backward.

Write the function below, then run:  grade exercises/ --only avg_pool2d_backward
"""

import numpy as np


def avg_pool2d_backward(dy: np.ndarray, x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    """Compute the gradient of average pooling for its input, given the gradient of its output.

    The layer computed y = avg_pool2d(x, kernel_size, stride): each output is the mean of a window of F by F
    pixels, F = kernel_size, and windows are stride pixels apart. In a mean of F * F pixels every pixel has the
    weight 1 / (F * F). So each pixel of window (i, j) gets the same share of the window's gradient:

        each pixel of window (i, j) gets dy[n, c, i, j] / (F * F)

    Where the stride is smaller than F, windows overlap. A pixel in several of them gets a share
    from each, and the shares add up. Pixels at the end that lie in no window get 0.

    Unlike in max pooling, the values of x do not matter here, only its shape: how much the mean changes
    does not depend on where it is.

    Parameters
    ----------
    dy : ndarray (N, C, OH, OW)
        Any numbers, not only ones.
    x : ndarray (N, C, H, W)
        float32 or float64.
    kernel_size : int
    stride : int
        May be smaller or larger than kernel_size.

    Returns
    -------
    ndarray (N, C, H, W)
        Floating.

    Examples
    --------
    Two rows of three pixels; windows of 2x2, one pixel apart, so there are two.

    >>> x = np.zeros((1, 1, 2, 3))
    >>> avg_pool2d_backward(np.array([[[[4.0, 8.0]]]]), x, kernel_size=2, stride=1)
    array([[[[1., 3., 2.],
             [1., 3., 2.]]]])

    The shares are 4 / 4 = 1 and 8 / 4 = 2; the pixels in the middle lie in both windows and get 1 + 2.
    """
    raise NotImplementedError
