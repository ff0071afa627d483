"""Unit 4, cross correlation: four line detectors.

Write the function below, then run:  grade exercises/ --only line_detectors
"""

import numpy as np


def line_detectors(image: np.ndarray) -> np.ndarray:
    """Look for lines in four directions; give a map for each direction.

    A filter answers to what looks like it. These four have 2 along a line and -1 beside it, so each
    answers to a bright line in its own direction:

        0: horizontal     1: vertical       2: 45 degrees     3: 135 degrees
        -1  -1  -1        -1   2  -1        -1  -1   2         2  -1  -1
         2   2   2        -1   2  -1        -1   2  -1        -1   2  -1
        -1  -1  -1        -1   2  -1         2  -1  -1        -1  -1   2

    The third rises to the right, the fourth falls. The weights of each add up to 0, so a surface without
    any line gives 0, however bright it is. A dark line on bright ground gives a negative number.

    Slide every filter over the image and put the four maps on top of each other, in this order:

        out[k, i, j] = sum over p, q = 0, 1, 2 of image[i + p, j + q] * filter[k, p, q]

    This is a convolution layer with four filters. In a network nobody writes such filters down, but
    the first layer learns some that are much like them. (All four look the same after half a turn, so here it
    makes no difference whether a filter is turned first.)

    Parameters
    ----------
    image : ndarray (H, W)
        float32 or float64; H and W at least 3, and not always the same.

    Returns
    -------
    ndarray (4, H - 2, W - 2)
        Floating. Horizontal, vertical, 45 degrees, 135 degrees.

    Examples
    --------
    A vertical line of brightness 1. Its filter gives 2 + 2 + 2 = 6 on the line and -3 beside it. In a diagonal
    filter one 2 and two -1 lie on the line, which makes 0.

    >>> image = np.zeros((3, 5))
    >>> image[:, 2] = 1
    >>> maps = line_detectors(image)
    >>> maps.shape
    (4, 1, 3)
    >>> maps[1]
    array([[-3.,  6., -3.]])
    >>> float(maps[3, 0, 1])
    0.0
    """
    raise NotImplementedError
