"""Unit 6, pooling: global average pooling.

Write the function below, then run:  grade exercises/ --only global_avg_pool
"""

import numpy as np


def global_avg_pool(x: np.ndarray) -> np.ndarray:
    """Take the mean of each whole map.

    Behind its last convolution a network has, say, 512 maps of 7 by 7: each says where something was seen, and
    how clearly. For the class of the image it only matters how much of it there is. Global average
    pooling reduces each map to one number, its mean, so that 512 numbers are left:

        out[n, c] = 1 / (H * W) * sum over i, j of x[n, c, i, j]

    A fully connected layer to 10 classes then has 512 * 10 weights; on the unrolled maps it would
    have 7 * 7 * 512 * 10, which is 49 times as many. And since the number of weights no longer depends on H and
    W, the network takes images of any size. Network in Network did this first, GoogLeNet and the
    residual networks followed.

    Images stay apart, and so do channels: only height and width go.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32 or float64. H and W may differ, and either may be 1.

    Returns
    -------
    ndarray (N, C)
        Floating.

    Examples
    --------
    One image with two maps of 2 by 3. The first sums up to 12, and 12 / 6 = 2.

    >>> x = np.array([[[[1.0, 5.0, 2.0],
    ...                 [0.0, 3.0, 1.0]],
    ...                [[0.0, 0.0, 0.0],
    ...                 [0.0, 0.0, 3.0]]]])
    >>> global_avg_pool(x)
    array([[2. , 0.5]])
    """
    raise NotImplementedError
