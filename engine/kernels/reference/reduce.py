"""Reductions. The op moves the axes to be summed to the end, so that a kernel only sees rows."""

from engine.arrays import Array


def sum_rows(out: Array, x: Array, divisor: int) -> None:
    """out[r] = (x[r, 0] + x[r, 1] + …) / divisor.

    Parameters
    ----------
    out : ndarray (R,)
    x : ndarray (R, L)
    divisor : int
        1 for a sum, L for a mean.
    """
    rows, length = x.shape
    for r in range(rows):
        total = 0.0
        for i in range(length):
            total += float(x[r, i])
        out[r] = total / divisor


def sum_rows_backward(dx: Array, dy: Array, divisor: int) -> None:
    """dx[r, i] = dy[r] / divisor: every element of a row had the same share in its sum.

    Parameters
    ----------
    dx : ndarray (R, L)
    dy : ndarray (R,)
    divisor : int
    """
    rows, length = dx.shape
    for r in range(rows):
        for i in range(length):
            dx[r, i] = dy[r] / divisor
