"""Radial basis functions: how far an example lies from the centre of each class.

Shapes: x (N, D), w (K, D), out and dy (N, K).
"""

from engine.arrays import Array


def rbf(out: Array, x: Array, w: Array) -> None:
    """out[n, k] = sum over d of (x[n, d] - w[k, d])^2.

    Parameters
    ----------
    out : ndarray (N, K)
    x : ndarray (N, D)
    w : ndarray (K, D)
    """
    batch, depth = x.shape
    for n in range(batch):
        for k in range(w.shape[0]):
            total = 0.0
            for d in range(depth):
                total += (float(x[n, d]) - float(w[k, d])) ** 2
            out[n, k] = total


def rbf_backward(dx: Array, dy: Array, x: Array, w: Array) -> None:
    """dx[n, d] = sum over k of 2 dy[n, k] * (x[n, d] - w[k, d]).

    A distance is the same from both ends: with x and w exchanged and dy transposed this is dw.

    Parameters
    ----------
    dx, x : ndarray (N, D)
    dy : ndarray (N, K)
    w : ndarray (K, D)
    """
    batch, depth = x.shape
    for n in range(batch):
        for d in range(depth):
            total = 0.0
            for k in range(w.shape[0]):
                total += float(dy[n, k]) * (float(x[n, d]) - float(w[k, d]))
            dx[n, d] = 2.0 * total
