"""Unit 1, layering representations: two fully connected layers.

Write the function below, then run:  grade exercises/ --only mlp_forward
"""

import numpy as np


def mlp_forward(x: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray) -> np.ndarray:
    """Compute the logits of a multilayer perceptron with one hidden layer of ReLU units.

    Each row of x is one example, such as an unrolled image of D pixels. A hidden unit has a weight for
    each pixel, adds up pixel times weight, adds its bias, and cuts negative sums off at 0: that is ReLU,
    the rectified linear unit. The H hidden units are a new description of the image. From them a second
    layer computes, in the same way but without ReLU, one number for each of the K classes, the
    logits; the class with the largest is the network's answer.

        s[n, h]      = b1[h] + sum over d = 0 … D-1 of w1[h, d] * x[n, d]
        hidden[n, h] = max(s[n, h], 0)
        logits[n, k] = b2[k] + sum over h = 0 … H-1 of w2[k, h] * hidden[n, h]

    Why ReLU between the layers: without it, two layers are no more than one, since a weighted sum of
    weighted sums is a weighted sum. Why none after the second: logits may be negative.
    Turning them into probabilities (softmax) is left to the loss.

    The weights of one unit are one row of w1, as in PyTorch. So the matrix product that adds up over d needs
    the transpose of w1.

    Parameters
    ----------
    x : ndarray (N, D)
        float32 or float64.
    w1 : ndarray (H, D)
    b1 : ndarray (H,)
    w2 : ndarray (K, H)
    b2 : ndarray (K,)

    Returns
    -------
    ndarray (N, K)
        The logits. Floating.

    Examples
    --------
    One example of two numbers, two hidden units, one class.

    >>> x = np.array([[1.0, 2.0]])
    >>> w1 = np.array([[3.0, 1.0],
    ...                [1.0, -1.0]])
    >>> b1 = np.array([1.0, 0.5])
    >>> mlp_forward(x, w1, b1, np.array([[10.0, 100.0]]), np.array([-7.0]))
    array([[53.]])

    The sums are 3*1 + 1*2 + 1 = 6 and 1*1 - 1*2 + 0.5 = -0.5, of which ReLU makes 6 and 0. The logit is
    10*6 + 100*0 - 7 = 53.
    """
    raise NotImplementedError
