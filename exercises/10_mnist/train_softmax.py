"""Unit 10, mnist: a training loop with momentum.

Write the function below, then run:  grade exercises/ --only train_softmax
"""

import numpy as np


def train_softmax(
    x: np.ndarray,
    labels: np.ndarray,
    w: np.ndarray,
    b: np.ndarray,
    lr: float,
    momentum: float,
    batch_size: int,
    epochs: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Train a linear classifier by gradient descent with momentum, batch after batch.

    Every network of this course is trained by the loop that you write here. The network is the smallest there is,
    one layer: logits = x @ w + b. On MNIST that is enough to be right about 92 times of 100.

    An epoch goes through the examples from the first to the last, batch_size at a time; the last batch has
    what is left. (One would shuffle first. Here they stay as they are, so that there is one right answer.) Each batch
    makes one step. For its n examples xs with labels ys:

        logits   = xs @ w + b                                   (n, K)
        p[i, k]  = exp(logits[i, k]) / sum over j of exp(logits[i, j])
        loss     = mean over i of -log p[i, ys[i]]
        d[i, k]  = (p[i, k] - (1 if k == ys[i] else 0)) / n     the gradient for the logits
        dw       = xs.T @ d                                     (D, K)
        db       = sum over i of d[i]                           (K,)

    The mean is over the examples in this very batch, also where it is smaller than the others. Plain gradient descent
    would now subtract lr * dw from w. But gradients of single batches point to and fro. With momentum, w moves by a
    velocity that remembers former gradients: what they have in common adds up, the rest cancels out.

        vw = momentum * vw + dw         w = w - lr * vw
        vb = momentum * vb + db         b = b - lr * vb

    That is how PyTorch's SGD does it. The velocities are 0 before the first step of all, and go on
    from batch to batch and from epoch to epoch. With momentum 0 this is plain gradient descent.

    Logits may be large: exp(1000) is too large for any float, and log(0) is -infinity. See softmax_cross_entropy
    in unit 7.

    Parameters
    ----------
    x : ndarray (N, D)
        Examples, float32 or float64.
    labels : ndarray (N,), int64
        The right class of each, from 0 to K - 1.
    w : ndarray (D, K)
    b : ndarray (K,)
        Where to begin. They are the caller's: leave them as they are, and return others.
    lr : float
        The learning rate.
    momentum : float
        From 0 to less than 1.
    batch_size : int
        At least 1; may be more than N.
    epochs : int
        At least 1.

    Returns
    -------
    w : ndarray (D, K)
    b : ndarray (K,)
        After the last step.
    losses : ndarray (S,)
        The loss of each batch, worked out before the step that it makes; S = epochs * ceil(N / batch_size). All
        floating.

    Examples
    --------
    Two examples of one number, two classes, batches of one. At first all logits are 0, so p is 1/2 for both classes,
    d is [-1/2, 1/2], and dw is 2 * d. In the second batch x is 0, and so is dw. Yet w moves on, by half of its first
    step: that is momentum.

    >>> x, labels = np.array([[2.0], [0.0]]), np.array([0, 0])
    >>> zeros = np.zeros((1, 2)), np.zeros(2)
    >>> w, b, losses = train_softmax(x[:1], labels[:1], *zeros, lr=1.0, momentum=0.5, batch_size=1, epochs=1)
    >>> w
    array([[ 1., -1.]])
    >>> b
    array([ 0.5, -0.5])
    >>> w, b, losses = train_softmax(x, labels, *zeros, lr=1.0, momentum=0.5, batch_size=1, epochs=1)
    >>> w
    array([[ 1.5, -1.5]])
    >>> losses.round(4)  # log(2), then -log p at the logits 0.5 and -0.5
    array([0.6931, 0.3133])
    """
    raise NotImplementedError
