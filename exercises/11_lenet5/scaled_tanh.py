"""Unit 11, lenet5: the scaled tanh, forward and backward.

Write the function below, then run:  grade exercises/ --only scaled_tanh
"""

import numpy as np


def scaled_tanh(a: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Squash each number as LeNet-5 does, and compute the gradient.

    Every unit of LeNet-5 up to the layer F6 adds up its inputs, which gives a, and squashes the sum:

        out = 1.7159 * tanh(2 a / 3)

    Why these two numbers? With them 1 goes to 1 and -1 to -1 (to five digits), and 1 and -1 are the values that
    the units are to learn to give. A plain tanh comes near 1 only where it is flat, so a unit that shall give 1
    would be driven to where it learns nothing more. Here it is flat near 1.7159 and -1.7159 only, and at 1
    and -1 it still has two thirds of its slope.

    Some loss L was computed from out, and dy is its gradient for out. The chain rule takes the outer
    number, the inner number and the slope of tanh, which is 1 - tanh(…)^2:

        dx = dy * 1.7159 * 2/3 * (1 - tanh(2 a / 3)^2)

    The square is that of the tanh alone, not of out, which is larger by 1.7159.

    Parameters
    ----------
    a : ndarray of any shape
        float32 or float64, any size: exp(1000) is too large for any float, tanh(1000) is just 1.
    dy : ndarray of the same shape
        Any numbers, not only ones.

    Returns
    -------
    out : ndarray of the same shape
    dx : ndarray of the same shape
        The gradient for a. Both floating.

    Examples
    --------
    >>> out, dx = scaled_tanh(np.array([0.0, 1.0, -1.0, 1000.0]), np.array([1.0, 1.0, 10.0, 1.0]))
    >>> np.round(out, 4)
    array([ 0.    ,  1.    , -1.    ,  1.7159])
    >>> np.round(dx, 4)
    array([1.1439, 0.7554, 7.5541, 0.    ])

    At 0 the slope is 1.7159 * 2/3 = 1.1439; for a = -1 it is the same as for 1, and dy there was 10.
    """
    raise NotImplementedError
