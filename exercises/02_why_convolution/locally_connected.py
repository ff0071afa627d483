"""Unit 2, why convolution: a filter of its own for each place.

Write the function below, then run:  grade exercises/ --only locally_connected
"""

import numpy as np


def locally_connected(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Compute a layer in which each unit sees a small field of the image, with weights of its own.

    The units form a grid of OH by OW. Unit (i, j) sees the field of FH by FW pixels whose top left corner is
    pixel (i, j). It multiplies each pixel of its field by the weight for that pixel, adds up, and adds its bias:

        out[n, i, j] = b[i, j] + sum over p = 0 … FH-1 and q = 0 … FW-1 of x[n, i + p, j + q] * w[i, j, p, q]

    So w holds OH * OW small filters, one for each place of the grid. A fully connected layer would have a
    weight for every pixel in each of them; a convolutional layer would have one filter in all, the same
    at every place. This layer lies between the two: units look at neighbours only, as in a
    convolution, but nothing is shared. It makes sense where a place has a meaning, as in pictures of faces
    that all are cut out alike.

    Neighbouring fields overlap: moving one place to the right moves the field by one pixel, not by its width.

    Parameters
    ----------
    x : ndarray (N, H, W)
        N grey images. float32 or float64.
    w : ndarray (OH, OW, FH, FW)
        w[i, j] is the filter of unit (i, j). OH = H - FH + 1, OW = W - FW + 1.
    b : ndarray (OH, OW)
        A bias for each unit.

    Returns
    -------
    ndarray (N, OH, OW)
        Floating.

    Examples
    --------
    One image of one row of three pixels, so two units, with fields of two pixels.

    >>> x = np.array([[[1.0, 2.0, 3.0]]])
    >>> w = np.array([[[[10.0, 20.0]], [[1.0, -1.0]]]])
    >>> w.shape
    (1, 2, 1, 2)
    >>> locally_connected(x, w, np.array([[0.5, 100.0]]))
    array([[[50.5, 99. ]]])

    The first unit gives 1 * 10 + 2 * 20 + 0.5 = 50.5, the second 2 * 1 + 3 * (-1) + 100 = 99.
    """
    raise NotImplementedError
