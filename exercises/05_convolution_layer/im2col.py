"""Unit 5, convolution layer: windows as columns of a matrix.

Write the function below, then run:  grade exercises/ --only im2col
"""

import numpy as np


def im2col(x: np.ndarray, filter_h: int, filter_w: int, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Copy every window that a filter covers into a column of its own.

    A convolution multiplies each window by the filter and adds up. With the windows as columns of a
    matrix and the filters as its rows, that is one matrix product, for which every computer has very fast
    code. The next exercise does this product; here are the columns. The price is memory: where windows
    overlap, a pixel is copied once for each of them, up to FH * FW times.

    A window at output position (i, j) covers C channels of FH by FW pixels. With stride S and a border of P
    zeros, the pixel (c, p, q) of that window goes to

        columns[n, (c * FH + p) * FW + q, i * OW + j] = x[n, c, S i + p - P, S j + q - P]

    where a pixel outside the image counts as 0. So, going down a column: channel by channel, and each
    channel row by row. Going from column to column: the windows in reading order, as on a page. There are
    OH = floor((H + 2 P - FH) / S) + 1 rows of windows, and OW in each row likewise.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32 or float64.
    filter_h, filter_w : int
        FH and FW; they may differ.
    stride : int
        S, at least 1.
    padding : int
        P, at least 0.

    Returns
    -------
    ndarray (N, C * FH * FW, OH * OW)
        Floating.

    Examples
    --------
    Windows of 2 by 2 in an image of 2 by 3: there are two. The first holds 1, 2, 4, 5.

    >>> x = np.array([[[[1.0, 2.0, 3.0],
    ...                 [4.0, 5.0, 6.0]]]])
    >>> im2col(x, 2, 2)
    array([[[1., 2.],
            [2., 3.],
            [4., 5.],
            [5., 6.]]])

    Windows of 1 by 2 have 4 places, two in each row. With stride 2 there is room for one only.

    >>> im2col(x, 1, 2)
    array([[[1., 2., 4., 5.],
            [2., 3., 5., 6.]]])
    >>> im2col(x, 1, 2, stride=2)
    array([[[1.],
            [2.]]])
    """
    raise NotImplementedError
