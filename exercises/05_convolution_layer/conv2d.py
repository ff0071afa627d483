"""Unit 5, convolution layer: the convolution layer.

Write the function below, then run:  grade exercises/ --only conv2d
"""

import numpy as np


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Apply K filters to N images: the forward pass of a convolution layer.

    Each filter is as deep as the image. It slides over height and width only; at each position all
    products, over all channels, are summed, and the filter's bias is added once. So each filter makes
    one map, and the K maps are the channels of the output.

    With a border of `padding` zeros on all four sides and a step of `stride` pixels:

        out[n, k, i, j] = b[k] + sum over c, p, q of x[n, c, S i + p - P, S j + q - P] * w[k, c, p, q]

    where S is the stride, P the padding, and a pixel outside the image counts as 0. The output has
    OH = floor((H + 2 P - FH) / S) + 1 rows, and OW columns likewise: where the filter would stick
    out at the end, it is not applied.

    Images and filters need not be square.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32 or float64.
    w : ndarray (K, C, FH, FW)
    b : ndarray (K,)
    stride : int
        At least 1.
    padding : int
        At least 0.

    Returns
    -------
    ndarray (N, K, OH, OW)
        Floating.

    Examples
    --------
    One image with two channels, one filter that adds the channels up, bias 100:

    >>> x = np.array([[[[1.0, 2.0, 3.0]], [[10.0, 20.0, 30.0]]]])
    >>> w = np.ones((1, 2, 1, 1))
    >>> conv2d(x, w, np.array([100.0]))
    array([[[[111., 122., 133.]]]])
    >>> conv2d(x, w, np.array([100.0]), stride=2)
    array([[[[111., 133.]]]])
    """
    raise NotImplementedError
