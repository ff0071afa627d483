"""Largest and smallest elements. The op moves the axes to look along to the end: a kernel only sees rows."""

from engine.arrays import Array


def extremum_rows(out: Array, index: Array, x: Array, largest: int) -> None:
    """out[r] = the largest element of x[r], index[r] = where in the row it is.

    Parameters
    ----------
    out : ndarray (R,)
    index : ndarray (R,), int64
        The first of equals. NaN wins, so that it is not hidden, and the first NaN among several.
    x : ndarray (R, L), L >= 1
        Any dtype.
    largest : int
        1; or 0 for the smallest element.
    """
    rows, length = x.shape
    for r in range(rows):
        winner = 0
        for i in range(1, length):
            value, best = x[r, i], x[r, winner]
            beats = value > best if largest else value < best
            # value != value: it is NaN.
            if beats or (value != value and best == best):
                winner = i
        out[r] = x[r, winner]
        index[r] = winner


def extremum_rows_backward(dx: Array, dy: Array, index: Array) -> None:
    """Give each row's gradient to its winner.

    Parameters
    ----------
    dx : ndarray (R, L)
    dy : ndarray (R,)
    index : ndarray (R,), int64
        As :func:`extremum_rows` wrote it.
    """
    dx[...] = 0.0
    for r in range(dx.shape[0]):
        dx[r, index[r]] = dy[r]


def extremum_rows_backward_shared(dx: Array, dy: Array, x: Array, out: Array) -> None:
    """Share each row's gradient equally among the elements that equal its extremum.

    Parameters
    ----------
    dx, x : ndarray (R, L)
    dy : ndarray (R,)
    out : ndarray (R,)
        As :func:`extremum_rows` wrote it; where it is NaN, the row's NaNs share.
    """
    rows, length = x.shape
    for r in range(rows):
        winners = [i for i in range(length) if x[r, i] == out[r] or (x[r, i] != x[r, i] and out[r] != out[r])]
        dx[r] = 0.0
        for i in winners:
            dx[r, i] = float(dy[r]) / len(winners)
