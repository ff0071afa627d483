"""Unit 6, pooling: max pooling in ceil mode.

Write the function below, then run:  grade exercises/ --only max_pool2d_ceil
"""

import numpy as np


def max_pool2d_ceil(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    """Keep the largest value of each window, also of windows that are cut off at the end of the map.

    Plain pooling rounds down: of 11 pixels, windows of 2 at stride 2 see 10, and the last is never looked
    at. Ceil mode rounds up instead: (11 - 2) / 2 + 1 = 5.5 becomes 6, and the sixth window has just one pixel.
    GoogLeNet pools like this. A network that was built with one of the two cannot use the other: its
    sizes would not agree.

    With windows of F x F pixels and stride S, along an axis of H pixels:

        OH = ceil((H - F) / S) + 1

    but a window must begin on the map: where the last would begin at pixel H or later, which happens
    only if S > F, there is one fewer. Of a window that sticks out, only the pixels on the map count:

        out[n, c, i, j] = max over p, q = 0 … F-1 with S i + p < H and S j + q < W of x[n, c, S i + p, S j + q]

    What lies beyond the edge is nothing at all, not 0: it must not win where all values are negative.

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
    Windows of 2 at stride 2 on rows of 5 pixels: there are 3, and the last holds only -7 and -9.

    >>> x = np.array([[[[1.0, 5.0, 2.0, 0.0, -7.0],
    ...                 [3.0, 4.0, 1.0, 7.0, -9.0]]]])
    >>> max_pool2d_ceil(x, kernel_size=2, stride=2)
    array([[[[ 5.,  7., -7.]]]])

    Windows of 1 pixel at stride 3 on the first row: ceil((5 - 1) / 3) + 1 = 3 would begin at 0, 3 and 6. Pixel
    6 is not on the map, so there are 2.

    >>> max_pool2d_ceil(x[:, :, :1], kernel_size=1, stride=3)
    array([[[[1., 0.]]]])
    """
    raise NotImplementedError
