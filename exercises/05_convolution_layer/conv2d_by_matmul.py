"""Unit 5, convolution layer: the convolution layer as one matrix product.

Write the function below, then run:  grade exercises/ --only conv2d_by_matmul
"""

import numpy as np


def conv2d_by_matmul(columns: np.ndarray, w: np.ndarray, b: np.ndarray, out_h: int) -> np.ndarray:
    """Apply K filters to the windows of N images, given as columns, by one matrix product.

    The columns are what im2col makes of a batch: going down a column, the numbers of one window, channel by
    channel and each channel row by row; one column for each of the OH * OW windows, in reading order. A
    filter is as large as a window. Written down in the same order it is a row of C * FH * FW weights, and
    the row times the column is what the filter gives for that window:

        row k of W      = w[k], all of its C * FH * FW weights one after the other
        out[n, k, i, j] = b[k] + sum over r of W[k, r] * columns[n, r, i * OW + j]

    So the K filters are a matrix W of K rows, and W times the columns of an image is all the layer does.
    The product has a column for each window; at the end the windows become rows and columns of a map again.
    Stride, padding and the size of the image are not needed any more: im2col has dealt with them. Of the
    output's shape the height OH must be said, and OW follows from the number of columns.

    This is how most libraries compute convolutions, or did for years: matrix products are what processors
    do best. No loop is needed here.

    Parameters
    ----------
    columns : ndarray (N, C * FH * FW, OH * OW)
        float32 or float64.
    w : ndarray (K, C, FH, FW)
    b : ndarray (K,)
    out_h : int
        OH.

    Returns
    -------
    ndarray (N, K, OH, OW)
        Floating.

    Examples
    --------
    Two filters of 1 by 2 on four windows that lie in two rows. The first filter adds the two pixels, the second
    takes the left one from the right one; their biases are 0 and 100.

    >>> columns = np.array([[[1.0, 2.0, 4.0, 5.0],
    ...                      [2.0, 3.0, 5.0, 6.0]]])
    >>> w = np.array([[[[1.0, 1.0]]], [[[-1.0, 1.0]]]])
    >>> out = conv2d_by_matmul(columns, w, np.array([0.0, 100.0]), out_h=2)
    >>> out[0, 0]
    array([[ 3.,  5.],
           [ 9., 11.]])
    >>> out[0, 1]
    array([[101., 101.],
           [101., 101.]])
    """
    raise NotImplementedError
