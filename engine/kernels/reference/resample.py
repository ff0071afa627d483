"""Maps at another size. x (P, H, W) are planes: a batch (N, C, H, W) with P = N * C.

The op says which rows and columns of x each row and column of `out` is made of.
"""

from engine.arrays import Array


def upsample_nearest2d(out: Array, x: Array, rows: Array, columns: Array) -> None:
    """Copy for each pixel of `out` the one of x nearest to it.

    Parameters
    ----------
    out : ndarray (P, OH, OW)
    x : ndarray (P, H, W)
    rows, columns : ndarray (OH,) and (OW,), int64
        Row and column of x to copy from.
    """
    count, out_h, out_w = out.shape
    for p in range(count):
        for i in range(out_h):
            for j in range(out_w):
                out[p, i, j] = x[p, rows[i], columns[j]]


def upsample_nearest2d_backward(dx: Array, dy: Array, rows: Array, columns: Array) -> None:
    """Sum for each pixel the gradients of its copies; 0 where there is none.

    Parameters
    ----------
    dx : ndarray (P, H, W)
    dy : ndarray (P, OH, OW)
    rows, columns : ndarray (OH,) and (OW,), int64
    """
    count, out_h, out_w = dy.shape
    dx[...] = 0.0
    for p in range(count):
        for i in range(out_h):
            for j in range(out_w):
                dx[p, rows[i], columns[j]] += dy[p, i, j]


def upsample_bilinear2d(
    out: Array, x: Array, rows: Array, columns: Array, row_weights: Array, column_weights: Array
) -> None:
    """Mix for each pixel of `out` the four pixels of x around it.

    Parameters
    ----------
    out : ndarray (P, OH, OW)
    x : ndarray (P, H, W)
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
        The rows above and below, the columns to the left and to the right.
    row_weights, column_weights : ndarray (OH, 2) and (OW, 2)
        The share of each; two shares add up to 1.
    """
    count, out_h, out_w = out.shape
    for p in range(count):
        for i in range(out_h):
            for j in range(out_w):
                total = 0.0
                for a in range(2):
                    for b in range(2):
                        weight = float(row_weights[i, a]) * float(column_weights[j, b])
                        total += weight * float(x[p, rows[i, a], columns[j, b]])
                out[p, i, j] = total


def upsample_bilinear2d_backward(
    dx: Array, dy: Array, rows: Array, columns: Array, row_weights: Array, column_weights: Array
) -> None:
    """Hand each gradient back to the four pixels it was mixed from, by their shares.

    Parameters
    ----------
    dx : ndarray (P, H, W)
    dy : ndarray (P, OH, OW)
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
    row_weights, column_weights : ndarray (OH, 2) and (OW, 2)
    """
    count, out_h, out_w = dy.shape
    dx[...] = 0.0
    for p in range(count):
        for i in range(out_h):
            for j in range(out_w):
                for a in range(2):
                    for b in range(2):
                        weight = row_weights[i, a] * column_weights[j, b]
                        dx[p, rows[i, a], columns[j, b]] += weight * dy[p, i, j]
