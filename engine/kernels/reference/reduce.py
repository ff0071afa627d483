"""Sums and variances. The op moves the axes to be summed to the end, so that a kernel only sees rows."""

from engine.arrays import Array


def sum_rows(out: Array, x: Array, divisor: int) -> None:
    """out[r] = (x[r, 0] + x[r, 1] + …) / divisor.

    Parameters
    ----------
    out : ndarray (R,)
        int64 if `x` has whole numbers or bool.
    x : ndarray (R, L)
    divisor : int
        1 for a sum, L for a mean.
    """
    rows, length = x.shape
    for r in range(rows):
        # Python's own numbers: float64, or whole numbers of any size.
        total = 0.0 if x.dtype.kind == "f" else 0
        for i in range(length):
            total += x[r, i].item()
        out[r] = total if divisor == 1 else total / divisor


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


def variance_rows(out: Array, means: Array, x: Array, divisor: float) -> None:
    """out[r] = (sum over i of (x[r, i] - means[r]) ** 2) / divisor, where means[r] is the mean of row r.

    The mean comes first: the shorter formula E[x ** 2] - E[x] ** 2 subtracts two large numbers where the
    mean is large, and what is left has few right digits.

    Parameters
    ----------
    out : ndarray (R,)
    means : ndarray (R,), float64
        Written too, for backward.
    x : ndarray (R, L)
    divisor : float
        L, or L - 1 to estimate the variance of what the rows were drawn from.
    """
    rows, length = x.shape
    for r in range(rows):
        total = 0.0
        for i in range(length):
            total += float(x[r, i])
        means[r] = total / length
        squares = 0.0
        for i in range(length):
            squares += (float(x[r, i]) - float(means[r])) ** 2
        out[r] = squares / divisor


def variance_rows_backward(dx: Array, dy: Array, means: Array, x: Array, divisor: float) -> None:
    """dx[r, i] = dy[r] * 2 * (x[r, i] - means[r]) / divisor.

    The mean depends on x, too, but as the distances from it sum to 0, its share is 0.

    Parameters
    ----------
    dx, x : ndarray (R, L)
    dy : ndarray (R,)
    means : ndarray (R,), float64
        As :func:`variance_rows` wrote it.
    divisor : float
    """
    rows, length = x.shape
    for r in range(rows):
        for i in range(length):
            dx[r, i] = float(dy[r]) * 2.0 * (float(x[r, i]) - float(means[r])) / divisor
