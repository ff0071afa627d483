"""Unit 11, lenet5: trainable subsampling, forward and backward.

Write the function below, then run:  grade exercises/ --only subsample
"""

import numpy as np


def subsample(
    x: np.ndarray, coefficient: np.ndarray, bias: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Make maps half as high and half as wide, as LeNet-5 did, and compute all gradients.

    Before there was max pooling, LeNet-5's layers S2 and S4 added up the four pixels of each window of 2 by 2. The
    sum is multiplied by a coefficient, and a bias is added. Both are learned, and each map has its own:

        s[n, c, i, j]   = sum over p, q = 0, 1 of x[n, c, 2 i + p, 2 j + q]
        out[n, c, i, j] = coefficient[c] * s[n, c, i, j] + bias[c]

    With the coefficient 1/4 and no bias it would be average pooling. A map can choose: a small coefficient
    blurs, a large one, once the result is squashed, acts like "or", or like "and" if the bias is far below 0.
    The squashing is left out here, it is the next exercise.

    Windows lie side by side. If a map has an odd number of rows or columns, the last one is in no window.

    Backward: some loss L was computed from out, and dy is its gradient for out. All four pixels of a window
    went into the sum with the same weight, so they get the same. The coefficient and the bias of a map
    were used at every place of that map in every image, so their gradients add up over all these:

        dx[n, c, 2 i + p, 2 j + q] = coefficient[c] * dy[n, c, i, j], and 0 for a pixel in no window
        dcoefficient[c]            = sum over n, i, j of dy[n, c, i, j] * s[n, c, i, j]
        dbias[c]                   = sum over n, i, j of dy[n, c, i, j]

    You may begin with `out`, and return None for what is not written yet.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32 or float64; H and W at least 2.
    coefficient : ndarray (C,)
    bias : ndarray (C,)
    dy : ndarray (N, C, H // 2, W // 2)
        Any numbers, not only ones.

    Returns
    -------
    out : ndarray (N, C, H // 2, W // 2)
    dx : ndarray (N, C, H, W)
    dcoefficient : ndarray (C,)
    dbias : ndarray (C,)
        All floating.

    Examples
    --------
    Two rows of five pixels: there are two windows, with the sums 1 + 2 + 3 + 4 = 10 and 5 + 0 + 1 + 0 = 6.

    >>> x = np.array([[[[1.0, 2.0, 5.0, 0.0, 9.0],
    ...                 [3.0, 4.0, 1.0, 0.0, 9.0]]]])
    >>> dy = np.array([[[[10.0, 100.0]]]])
    >>> out, dx, dcoefficient, dbias = subsample(x, np.array([0.5]), np.array([1.0]), dy)
    >>> out  # 0.5 * 10 + 1 and 0.5 * 6 + 1
    array([[[[6., 4.]]]])
    >>> dx  # 0.5 * 10 and 0.5 * 100
    array([[[[ 5.,  5., 50., 50.,  0.],
             [ 5.,  5., 50., 50.,  0.]]]])
    >>> dcoefficient  # 10 * 10 + 100 * 6
    array([700.])
    >>> dbias  # 10 + 100
    array([110.])
    """
    raise NotImplementedError
