"""Unit 7, backprop: the fully connected layer, backward.

Write the function below, then run:  grade exercises/ --only linear_backward
"""

import numpy as np


def linear_backward(dy: np.ndarray, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute the gradients of a fully connected layer, given the gradient of its output.

    The layer computed y = x @ w.T + b, element by element

        y[n, k] = b[k] + sum over d = 0 … D-1 of w[k, d] * x[n, d]

    Some loss L was computed from y, and dy[n, k] says by how much L changes where y[n, k] does. Wanted is the
    same for every element of x, w and b. The chain rule says: go through all places where the element
    was used, and add up dy there times what the element was multiplied with.

        dx[n, d] = sum over k of dy[n, k] * w[k, d]      x[n, d] went into all K outputs of example n
        dw[k, d] = sum over n of dy[n, k] * x[n, d]      w[k, d] was used for all N examples
        db[k]    = sum over n of dy[n, k]                b[k] was added for all N examples

    Two of these are matrix products. Shapes tell which: of dy (N, K), x (N, D) and w (K, D), only one order
    with the right transpose gives (N, D), and only one gives (K, D). But shapes tell nothing where two of
    N, K and D are equal, so look at what is summed over.

    The gradients are sums over the batch, not means. If the loss is a mean, dy has the 1 / N already.

    Parameters
    ----------
    dy : ndarray (N, K)
        Any numbers, not only ones.
    x : ndarray (N, D)
    w : ndarray (K, D)

    Returns
    -------
    dx : ndarray (N, D)
    dw : ndarray (K, D)
    db : ndarray (K,)
        All floating.

    Examples
    --------
    One example of two numbers, one output.

    >>> dy, x, w = np.array([[10.0]]), np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])
    >>> dx, dw, db = linear_backward(dy, x, w)
    >>> dx  # 10 * 3 and 10 * 4
    array([[30., 40.]])
    >>> dw  # 10 * 1 and 10 * 2
    array([[10., 20.]])
    >>> db
    array([10.])
    """
    raise NotImplementedError
