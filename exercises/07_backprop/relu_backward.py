"""Unit 7, backprop: ReLU, backward.

Write the function below, then run:  grade exercises/ --only relu_backward
"""

import numpy as np


def relu_backward(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Compute the gradient of ReLU for its input, given the gradient of its output.

    The layer computed y = max(x, 0), for each element by itself. Where x is positive, y moves as x does:
    the gradient goes through unchanged. Where x is negative, y stays 0 whatever x does: nothing goes through.

        dx = dy    where x > 0
        dx = 0     where x < 0

    It is the sign of x that decides, not that of dy: a gradient may well be negative.

    Exactly at 0 there is a kink, with the slope 0 on one side and 1 on the other, so there is no
    derivative. Libraries agree on 0 there, and so shall you. The grader looks at this by itself, for one
    point; in all other cases no x is 0.

    Parameters
    ----------
    dy : ndarray of any shape
        Any numbers, not only ones.
    x : ndarray of the same shape
        What went into the layer. float32 or float64.

    Returns
    -------
    ndarray of the same shape
        Floating.

    Examples
    --------
    >>> x = np.array([[3.0, -2.0, 0.5],
    ...               [-1.0, -4.0, 7.0]])
    >>> dy = np.array([[10.0, 20.0, -30.0],
    ...                [40.0, -50.0, 60.0]])
    >>> relu_backward(dy, x)
    array([[ 10.,   0., -30.],
           [  0.,   0.,  60.]])
    """
    raise NotImplementedError
