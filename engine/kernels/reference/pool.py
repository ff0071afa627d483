"""Pooling: one number for each window of a plane.

A plane is one map of one image: x (P, H, W) is a batch (N, C, H, W) with P = N * C. The op says where the
windows lie: window (i, j) holds the rows from rows[i, 0] to just before rows[i, 1] and the columns from
columns[j, 0] to just before columns[j, 1]. For a stride s, a padding p and a kernel of k that is i * s - p
to i * s - p + k, less what lies on the padding.
"""

import math

from engine.arrays import Array


def max_pool2d(
    out: Array, index: Array, x: Array, rows: Array, columns: Array, dilation_h: int, dilation_w: int
) -> None:
    """Keep the largest pixel of each window and remember where it was.

    Parameters
    ----------
    out : ndarray (P, OH, OW)
    index : ndarray (P, OH, OW), int32 or int64
        Position h * W + w of the winner in its plane: the first of equals in reading order, but the last
        NaN if there is one. -1 for a window without pixels; its `out` is minus infinity.
    x : ndarray (P, H, W)
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
    dilation_h, dilation_w : int
        Step from one row of a window to the next, and from one column to the next.
    """
    count, _, width = x.shape
    for p in range(count):
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                best, winner = -math.inf, -1
                for h in range(rows[i, 0], rows[i, 1], dilation_h):
                    for w in range(columns[j, 0], columns[j, 1], dilation_w):
                        value = x[p, h, w]
                        # value != value: NaN wins, so that it is not hidden.
                        if value > best or value != value or winner < 0:
                            best, winner = value, h * width + w
                out[p, i, j] = best
                index[p, i, j] = winner


def max_pool2d_backward(dx: Array, dy: Array, index: Array, rows: Array, columns: Array) -> None:
    """Give each window's gradient to its winner; a pixel that won several windows gets the sum.

    Parameters
    ----------
    dx : ndarray (P, H, W)
    dy : ndarray (P, OH, OW)
    index : ndarray (P, OH, OW), int32 or int64
        As :func:`max_pool2d` wrote it.
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
        Where the windows lie: for kernels that ask for each pixel which windows it may have won.
    """
    count, out_h, out_w = dy.shape
    width = dx.shape[2]
    dx[...] = 0.0
    for p in range(count):
        for i in range(out_h):
            for j in range(out_w):
                winner = index[p, i, j]
                if winner >= 0:
                    dx[p, winner // width, winner % width] += dy[p, i, j]


def avg_pool2d(out: Array, x: Array, rows: Array, columns: Array, divisors: Array) -> None:
    """Sum of each window, divided by its divisor: for a mean, the number of pixels in the window.

    Parameters
    ----------
    out : ndarray (P, OH, OW)
    x : ndarray (P, H, W)
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
    divisors : ndarray (OH, OW), int64
    """
    count, out_h, out_w = out.shape
    for p in range(count):
        for i in range(out_h):
            for j in range(out_w):
                total = 0.0
                for h in range(rows[i, 0], rows[i, 1]):
                    for w in range(columns[j, 0], columns[j, 1]):
                        total += float(x[p, h, w])
                out[p, i, j] = total / divisors[i, j]


def avg_pool2d_backward(dx: Array, dy: Array, rows: Array, columns: Array, divisors: Array) -> None:
    """Share each window's gradient equally among its pixels.

    Parameters
    ----------
    dx : ndarray (P, H, W)
    dy : ndarray (P, OH, OW)
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
    divisors : ndarray (OH, OW), int64
    """
    count, out_h, out_w = dy.shape
    dx[...] = 0.0
    for p in range(count):
        for i in range(out_h):
            for j in range(out_w):
                share = dy[p, i, j] / divisors[i, j]
                for h in range(rows[i, 0], rows[i, 1]):
                    for w in range(columns[j, 0], columns[j, 1]):
                        dx[p, h, w] += share


def subsample2d(out: Array, sums: Array, x: Array, rows: Array, columns: Array, weight: Array, bias: Array) -> None:
    """Sum of each window, times the weight of its channel and plus its bias.

    Parameters
    ----------
    out : ndarray (P, OH, OW)
    sums : ndarray (P, OH, OW) or (0, OH, OW)
        The sums, for :func:`subsample2d_backward`; without planes if nobody wants them.
    x : ndarray (P, H, W)
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
    weight, bias : ndarray (C,)
        Plane p is a map of channel p % C.
    """
    count, out_h, out_w = out.shape
    for p in range(count):
        c = p % len(weight)
        for i in range(out_h):
            for j in range(out_w):
                total = 0.0
                for h in range(rows[i, 0], rows[i, 1]):
                    for w in range(columns[j, 0], columns[j, 1]):
                        total += float(x[p, h, w])
                if len(sums) > 0:
                    sums[p, i, j] = total
                out[p, i, j] = weight[c] * total + bias[c]


def subsample2d_backward(
    dx: Array, dw: Array, db: Array, dy: Array, sums: Array, rows: Array, columns: Array, weight: Array
) -> None:
    """Give each window's gradient, times the weight, to all its pixels; dw[c] = sum of dy * sums, db[c] = sum of dy.

    Parameters
    ----------
    dx : ndarray (P, H, W)
    dw, db : ndarray (C,)
    dy : ndarray (P, OH, OW)
    sums : ndarray (P, OH, OW)
        As :func:`subsample2d` wrote them.
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
    weight : ndarray (C,)
    """
    count, out_h, out_w = dy.shape
    dx[...], dw[...], db[...] = 0.0, 0.0, 0.0
    for p in range(count):
        c = p % len(weight)
        for i in range(out_h):
            for j in range(out_w):
                dw[c] += dy[p, i, j] * sums[p, i, j]
                db[c] += dy[p, i, j]
                for h in range(rows[i, 0], rows[i, 1]):
                    for w in range(columns[j, 0], columns[j, 1]):
                        dx[p, h, w] += weight[c] * dy[p, i, j]
