"""Unit 7, backprop: batch normalisation, backward.

Write the function below, then run:  grade exercises/ --only batch_norm_backward
"""

import numpy as np


def batch_norm_backward(
    dy: np.ndarray, x: np.ndarray, weight: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute the gradients of batch normalisation in training, given the gradient of its output.

    For channel c, with M = N * H * W numbers, the layer computed

        mean = sum of x / M            var = sum of (x - mean) ** 2 / M
        xhat = (x - mean) / sqrt(var + eps)
        y    = weight * xhat + bias

    Bias and weight are used once for every number of the channel, so what comes back to them is summed:

        dbias[c]   = sum of dy over the channel
        dweight[c] = sum of dy * xhat over the channel

    For x it is less simple, because x has three ways to the loss: through its own xhat, and, since mean and
    variance are made of all numbers of the channel, through every other xhat as well. Taken together, with
    averages over the M numbers of the channel:

        dx = weight / sqrt(var + eps) * (dy - average of dy - xhat * average of (dy * xhat))

    Read it so: what comes through is dy, less the part that would move all numbers of the channel alike, which the
    mean takes away again, and less the part that would stretch them, which the variance takes away
    again. So dx sums to 0 in each channel.

    Whoever treats mean and variance as constants gets weight / sqrt(var + eps) * dy, which is wrong.

    Parameters
    ----------
    dy : ndarray (N, C, H, W)
        Any numbers, not only ones.
    x : ndarray (N, C, H, W)
        float32 or float64.
    weight : ndarray (C,)
    eps : float

    Returns
    -------
    dx : ndarray (N, C, H, W)
    dweight : ndarray (C,)
    dbias : ndarray (C,)
        All floating.

    Examples
    --------
    One channel of four numbers with mean 3 and variance 2. With eps = 2 the root is that of 4, and xhat
    is -1, 0, 1, 0.

    >>> x = np.array([[[[1.0, 3.0], [5.0, 3.0]]]])
    >>> dy = np.array([[[[0.0, 4.0], [8.0, 0.0]]]])
    >>> dx, dweight, dbias = batch_norm_backward(dy, x, np.array([10.0]), eps=2.0)
    >>> dbias, dweight
    (array([12.]), array([8.]))

    The average of dy is 3, that of dy * xhat is 2, and 10 / sqrt(4) is 5. So the first number of dx
    is 5 * (0 - 3 - (-1) * 2) = -5.

    >>> dx
    array([[[[ -5.,   5.],
             [ 15., -15.]]]])
    """
    raise NotImplementedError
