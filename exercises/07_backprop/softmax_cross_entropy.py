"""Unit 7, backprop: softmax cross-entropy and its gradient.

Write the function below, then run:  grade exercises/ --only softmax_cross_entropy
"""

import numpy as np


def softmax_cross_entropy(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """Compute the softmax cross-entropy of a batch, and its gradient for the logits.

    The network gives K numbers for each of N examples, the logits. Softmax turns them into
    probabilities, and the loss is small where the right class has a high one:

        p[n, k] = exp(logits[n, k]) / sum over j of exp(logits[n, j])
        loss    = mean over n of -log p[n, labels[n]]

    The gradient is wonderfully simple: for one example it is p - 1 at the right class and p at all
    others. As the loss is the mean, each row is divided by N:

        dlogits[n, k] = (p[n, k] - (1 if k == labels[n] else 0)) / N

    Mind large logits: exp(1000) is too large for any float, and log(0) is -infinity. Adding the same
    number to all logits of a row changes no probability: which number would be a good one to take away?

    Parameters
    ----------
    logits : ndarray (N, K)
        float32 or float64, any size.
    labels : ndarray (N,), int64
        The right class of each example, from 0 to K - 1.

    Returns
    -------
    loss : float
    dlogits : ndarray (N, K)
        Floating.

    Examples
    --------
    Two classes, equal logits: each has probability 1/2, and -log(1/2) is 0.6931.

    >>> loss, dlogits = softmax_cross_entropy(np.array([[0.0, 0.0]]), np.array([1]))
    >>> round(float(loss), 4)
    0.6931
    >>> dlogits
    array([[ 0.5, -0.5]])
    """
    raise NotImplementedError
