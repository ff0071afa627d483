"""Unit 4, cross correlation: a map moves as its image does.

Write the function below, then run:  grade exercises/ --only shift_equivariance
"""

import numpy as np


def shift_equivariance(
    image: np.ndarray, kernel: np.ndarray, dy: int, dx: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute what shows that a convolution is shift equivariant: the map moves as the image does.

    If a cat moves to the right, the places at which a filter finds its ears move to the right by as much. So a
    network need not learn cats again for every place. The word for it is equivariant, not invariant:
    the output does not stay the same, it moves along.

    Moving an image by (dy, dx) takes every pixel dy rows down and dx columns to the right. The size
    stays the same. What leaves the image is lost, and zeros move in on the other side:

        moved[i, j] = image[i - dy, j - dx]    if there is such a pixel, with 0 <= i - dy < H and 0 <= j - dx < W
        moved[i, j] = 0                        otherwise

    Negative dy and dx move up and to the left. Either may be larger than the image; then all is 0.

    Return three arrays, each of the size of a map, (H - P + 1) by (W - Q + 1) for a filter of P by Q:

        moved_first = cross_correlate(move(image))      the image moved, then the filter slid over it
        moved_last  = move(cross_correlate(image))      the filter slid over the image, then the map moved
        certain     = True where the two agree whatever the image and the filter

    They are certain to agree where move took a number of the map, and did not put a zero: there the window of
    the filter shows only pixels that were in the image before. At the edge they may differ, because
    the moved image has pixels there of which the map knew nothing.

    Parameters
    ----------
    image : ndarray (H, W)
        float32 or float64.
    kernel : ndarray (P, Q)
        float32 or float64, no larger than the image, not turned. Slide it as cross_correlate2d does.
    dy, dx : int
        Rows down and columns to the right; may be negative.

    Returns
    -------
    moved_first : ndarray (H - P + 1, W - Q + 1)
        Floating.
    moved_last : ndarray (H - P + 1, W - Q + 1)
        Floating.
    certain : ndarray (H - P + 1, W - Q + 1)
        bool.

    Examples
    --------
    One row, moved to the right by 1: [0, 1, 2, 3]. The filter adds two neighbours.

    >>> image = np.array([[1.0, 2.0, 3.0, 4.0]])
    >>> kernel = np.array([[1.0, 1.0]])
    >>> moved_first, moved_last, certain = shift_equivariance(image, kernel, 0, 1)
    >>> moved_first
    array([[1., 3., 5.]])
    >>> moved_last
    array([[0., 3., 5.]])
    >>> certain
    array([[False,  True,  True]])

    The sums of the image as it was are 3, 5 and 7. The 7 moved out, and a 0 moved in, where the moved image
    gives 0 + 1.
    """
    raise NotImplementedError
