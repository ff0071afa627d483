"""Unit 4, cross correlation: slide a filter over an image.

Write the function below, then run:  grade exercises/ --only cross_correlate2d
"""

import numpy as np


def cross_correlate2d(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Slide a filter over an image; at each position, multiply element by element and sum.

    The filter is laid on the image so that it fits wholly, first in the top left corner, then one
    pixel further right, and so on, row by row. What comes out is large where the image looks like
    the filter. With P x Q the filter's size:

        out[i, j] = sum over p = 0 … P-1 and q = 0 … Q-1 of image[i + p, j + q] * kernel[p, q]

    Mathematicians call this cross-correlation. Deep learning libraries call it convolution; in
    mathematics a convolution flips the filter first. Here nothing is flipped.

    Parameters
    ----------
    image : ndarray (H, W)
        float32 or float64.
    kernel : ndarray (P, Q)
        float32 or float64, no larger than the image, and not always square.

    Returns
    -------
    ndarray (H - P + 1, W - Q + 1)
        Floating.

    Examples
    --------
    >>> image = np.array([[1.0, 2.0, 3.0],
    ...                   [4.0, 5.0, 6.0]])
    >>> kernel = np.array([[1.0, 10.0]])
    >>> cross_correlate2d(image, kernel)
    array([[21., 32.],
           [54., 65.]])

    The first number is 1 * 1 + 2 * 10 = 21.
    """
    raise NotImplementedError
