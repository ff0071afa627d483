"""Unit 7, backprop: the convolution layer, backward.

Write the function below, then run:  grade exercises/ --only conv2d_backward
"""

import numpy as np


def conv2d_backward(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, padding: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute the gradients of a convolution layer, given the gradient of its output.

    The layer computed y = conv2d(x, w, b, stride, padding). Some loss L was computed from y, and dy
    holds its derivative for every element of y. Wanted are the derivatives for x, w and b.

    Go through the forward sum once more: y[n, k, i, j] got a product x * w for each element of its
    window, and the bias once. So for each position of each filter:

    - the pixel gets back   dy[n, k, i, j] * (the weight it was multiplied with),
    - the weight gets back  dy[n, k, i, j] * (the pixel it was multiplied with),
    - the bias gets back    dy[n, k, i, j].

    A pixel lies in many windows, a weight meets many pixels, a bias is added everywhere: what comes
    back to the same place is summed. What comes back to the border of zeros is dropped: the
    border is no part of x. Note that pixels at the end may lie in no window at all.

    Parameters
    ----------
    dy : ndarray (N, K, OH, OW)
        Any numbers, not only ones.
    x : ndarray (N, C, H, W)
    w : ndarray (K, C, FH, FW)
    stride : int
        At least 1.
    padding : int
        At least 0; it may be as large as the filter.

    Returns
    -------
    dx : ndarray (N, C, H, W)
    dw : ndarray (K, C, FH, FW)
    db : ndarray (K,)
        All floating.

    Examples
    --------
    A row of three pixels, a filter of two weights: y = [1*10 + 2*20, 2*10 + 3*20].

    >>> x = np.array([[[[1.0, 2.0, 3.0]]]])
    >>> w = np.array([[[[10.0, 20.0]]]])
    >>> dx, dw, db = conv2d_backward(np.array([[[[1.0, 5.0]]]]), x, w, stride=1, padding=0)
    >>> dx  # the middle pixel: 1 * 20 from the first window, 5 * 10 from the second
    array([[[[ 10.,  70., 100.]]]])
    >>> dw
    array([[[[11., 17.]]]])
    >>> db
    array([6.])
    """
    raise NotImplementedError
