"""Unit 4, cross correlation: the direction of lines.

Write the function below, then run:  grade exercises/ --only orientation
"""

import numpy as np


def orientation(image: np.ndarray) -> int:
    """Say which of four directions the lines of an image have.

    This is a whole convolutional network in small: filters, a ReLU, pooling, and the class with the
    largest score. Only its filters are not learned. They are those of line_detectors:

        0: horizontal     1: vertical       2: 45 degrees     3: 135 degrees
        -1  -1  -1        -1   2  -1        -1  -1   2         2  -1  -1
         2   2   2        -1   2  -1        -1   2  -1        -1   2  -1
        -1  -1  -1        -1   2  -1         2  -1  -1        -1  -1   2

    1. Slide each filter over the image, with stride 1 and without a border. That makes four maps of H - 2
       by W - 2 numbers.
    2. Set what is negative to 0 (ReLU). Else a line would cancel itself: its filter gives 6 on it and -3 on
       both sides of it.
    3. Add each map up: its score.
    4. Answer with the number of the direction that has the largest score.

        score[k] = sum over i and j of max(0, sum over p, q of image[i + p, j + q] * filter[k, p, q])

    Should several have the same score, the first of them is the answer. (The grader draws only images whose largest
    score is ahead by 0.5 or more.)

    Parameters
    ----------
    image : ndarray (H, W)
        float32 or float64; H and W at least 3, and not always the same.

    Returns
    -------
    int
        0, 1, 2 or 3.

    Examples
    --------
    A line that falls to the right. In the middle its own filter gives 2 + 2 + 2 = 6. Over the whole image the
    four scores are 2, 2, 0 and 12.

    >>> orientation(np.array([[1.0, 0.0, 0.0, 0.0],
    ...                       [0.0, 1.0, 0.0, 0.0],
    ...                       [0.0, 0.0, 1.0, 0.0],
    ...                       [0.0, 0.0, 0.0, 1.0]]))
    3
    """
    raise NotImplementedError
