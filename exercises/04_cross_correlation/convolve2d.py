"""Unit 4, cross correlation: convolution, with the filter turned.

Write the function below, then run:  grade exercises/ --only convolve2d
"""

import numpy as np


def convolve2d(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Convolve an image with a filter, as the word is meant in mathematics.

    The layers of a convolutional network do not convolve, they cross-correlate: they lay the filter on
    the image as it is. A convolution turns the filter by half a turn first, so that its last row
    comes first and its last column too. With P x Q the filter's size:

        out[i, j] = sum over p = 0 … P-1 and q = 0 … Q-1 of
                    image[i + P-1 - p, j + Q-1 - q] * kernel[p, q]

    As p grows, the filter goes down and the image goes up: that is the turn. Only positions count at
    which the filter lies wholly on the image, just as in cross_correlate2d.

    Why anybody turns a filter: so that an image with a single bright pixel comes out as a picture of the
    filter, not of the turned filter (see below), and so that image and filter may change places, as the
    factors of a product may. A network does not care. It learns its filters, and would learn turned ones just as
    well. But you will need this: the gradient of a layer runs backwards through turned filters, and SciPy
    and signal processing mean this by convolution.

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
    One bright pixel, and the filter appears. Cross-correlation would give [[4, 3], [2, 1]].

    >>> image = np.array([[0.0, 0.0, 0.0],
    ...                   [0.0, 1.0, 0.0],
    ...                   [0.0, 0.0, 0.0]])
    >>> kernel = np.array([[1.0, 2.0],
    ...                    [3.0, 4.0]])
    >>> convolve2d(image, kernel)
    array([[1., 2.],
           [3., 4.]])

    A filter of one row is turned, too. The first number is 2 * 1 + 1 * 10 = 12.

    >>> convolve2d(np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 10.0]]))
    array([[12., 23.]])
    """
    raise NotImplementedError
