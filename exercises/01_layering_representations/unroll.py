"""Unit 1, layering representations: images as rows of numbers.

Write the function below, then run:  grade exercises/ --only unroll
"""

import numpy as np


def unroll(images: np.ndarray) -> np.ndarray:
    """Write the pixels of an image, or of each image of a batch, into one row of numbers.

    A fully connected layer knows nothing of rows and columns: it takes a vector. So a digit of 20x20
    pixels becomes a vector of 400 numbers, the first row of pixels first, then the second, and so on:
    x_1 … x_20, then x_21 … x_40, at last x_381 … x_400. Counted from 0, as Python does, with W the width:

        row[i * W + j] = image[i, j]

    A batch is N images, one behind the other. It becomes N rows, one for each image, so that
    row n of what comes out is image n unrolled. Pixels of different images never share a row.

    Mind that many arrangements of the same numbers have the right shape. Only one has every pixel where
    it belongs.

    Parameters
    ----------
    images : ndarray (H, W) or (N, H, W)
        One image, or a batch. float32 or float64; the height and the width may differ.

    Returns
    -------
    ndarray (H * W,) or (N, H * W)
        One row for one image, a row for each image of a batch. Floating.

    Examples
    --------
    >>> image = np.array([[1.0, 2.0, 3.0],
    ...                   [4.0, 5.0, 6.0]])
    >>> unroll(image)
    array([1., 2., 3., 4., 5., 6.])

    The 5 stands in row 1 and column 1, so it becomes number 1 * 3 + 1 = 4, counted from 0. A batch of
    two images becomes two rows:

    >>> unroll(np.array([image, 10 * image]))
    array([[ 1.,  2.,  3.,  4.,  5.,  6.],
           [10., 20., 30., 40., 50., 60.]])
    >>> unroll(np.zeros((7, 20, 20))).shape
    (7, 400)
    """
    raise NotImplementedError
