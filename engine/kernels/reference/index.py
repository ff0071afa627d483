"""Gradients of picked rows, added up where they came from."""

from engine.arrays import Array


def scatter_add(dx: Array, positions: Array, dy: Array) -> None:
    """dx[r] = sum of dy[k] over all k with positions[k] = r, in the order of k.

    Parameters
    ----------
    dx : ndarray (R, W)
    positions : ndarray (K,), int64
        From 0 to R - 1; a row may occur any number of times.
    dy : ndarray (K, W)
    """
    dx[...] = 0.0
    for k in range(len(positions)):
        for w in range(dx.shape[1]):
            dx[positions[k], w] += dy[k, w]
