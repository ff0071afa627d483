"""Unit 3, spatial dimensions: put a border of zeros around images.

Write the function below, then run:  grade exercises/ --only zero_pad
"""

import numpy as np


def zero_pad(x: np.ndarray, padding: int) -> np.ndarray:
    """Put a border of zeros around every map of a batch of images.

    A filter of F pixels takes F - 1 pixels off every axis, so a deep network would soon run out of
    image. And a pixel in the corner lies under the filter at one position only, a pixel in the
    middle at F * F. A border of zeros helps with both: with (F - 1) / 2 zeros on each side,
    F odd and stride 1, what comes out is as large as what went in.

    A batch has four axes: N images, C channels (red, green, blue, or the maps of a layer), height H and
    width W. Only the maps get a border; the numbers of images and channels stay. With P = padding:

        out[n, c, P + i, P + j] = x[n, c, i, j]    for i = 0 … H-1 and j = 0 … W-1
        out = 0                                    everywhere else

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32 or float64. Height and width may differ.
    padding : int
        Zeros on each of the four sides; 0 or more. With 0, nothing is added.

    Returns
    -------
    ndarray (N, C, H + 2 * padding, W + 2 * padding)
        Floating.

    Examples
    --------
    One image with one channel, of 2 by 3 pixels:

    >>> x = np.array([[[[1.0, 2.0, 3.0],
    ...                 [4.0, 5.0, 6.0]]]])
    >>> zero_pad(x, 1)
    array([[[[0., 0., 0., 0., 0.],
             [0., 1., 2., 3., 0.],
             [0., 4., 5., 6., 0.],
             [0., 0., 0., 0., 0.]]]])
    >>> zero_pad(x, 2).shape
    (1, 1, 6, 7)

    The height is 2 + 2 * 2 = 6 and the width 3 + 2 * 2 = 7.
    """
    raise NotImplementedError
