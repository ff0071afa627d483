"""Maps at another size, a thread for each pixel written. x (P, H, W) are planes: (N, C, H, W) with P = N * C.

The op says which rows and columns of x each row and column of `out` is made of; they increase. Neighbouring
threads take neighbouring pixels of a row. Backward, each pixel of x looks for the pixels of `out` made of it, which
lie together, so that no two threads add to one place; a short launch finds where they begin and end, as for the
windows of pool.py.
"""

from engine.arrays import Array
from engine.cuda.driver import cuda
from engine.cuda.launch import kernel, real
from engine.kernels.cuda.pool import pixel, windows_of_pixels


@kernel
def _upsample_nearest2d(out: Array, x: Array, rows: Array, columns: Array) -> None:
    o = cuda.grid(1)
    if o < out.size:
        p, i, j = pixel(o, out.shape[1], out.shape[2])
        out[p, i, j] = x[p, rows[i], columns[j]]


def upsample_nearest2d(out: Array, x: Array, rows: Array, columns: Array) -> None:
    """Copy for each pixel of `out` the one of x nearest to it.

    Parameters
    ----------
    out : DeviceArray (P, OH, OW)
    x : DeviceArray (P, H, W)
    rows, columns : ndarray (OH,) and (OW,), int64
        Row and column of x to copy from.
    """
    _upsample_nearest2d.over(out.size, out, x, rows, columns)


@kernel
def _upsample_nearest2d_backward(
    dx: Array, dy: Array, rows: Array, columns: Array, by_row: Array, by_column: Array
) -> None:
    o = cuda.grid(1)
    if o < dx.size:
        p, h, w = pixel(o, dx.shape[1], dx.shape[2])
        total = real(0)
        for i in range(by_row[h, 0], by_row[h, 1]):
            for j in range(by_column[w, 0], by_column[w, 1]):
                if rows[i] == h and columns[j] == w:
                    total += dy[p, i, j]
        dx[p, h, w] = total


def upsample_nearest2d_backward(dx: Array, dy: Array, rows: Array, columns: Array) -> None:
    """Sum for each pixel the gradients of its copies; 0 where there is none.

    Parameters
    ----------
    dx : DeviceArray (P, H, W)
    dy : DeviceArray (P, OH, OW)
    rows, columns : ndarray (OH,) and (OW,), int64
    """
    by_row, by_column = windows_of_pixels(rows.reshape(-1, 1), columns.reshape(-1, 1), dx.shape[1], dx.shape[2], 1)
    _upsample_nearest2d_backward.over(dx.size, dx, dy, rows, columns, by_row, by_column)


@kernel
def _upsample_bilinear2d(
    out: Array, x: Array, rows: Array, columns: Array, row_weights: Array, column_weights: Array
) -> None:
    o = cuda.grid(1)
    if o < out.size:
        p, i, j = pixel(o, out.shape[1], out.shape[2])
        total = real(0)
        for a in range(2):
            for b in range(2):
                total += row_weights[i, a] * column_weights[j, b] * x[p, rows[i, a], columns[j, b]]
        out[p, i, j] = total


def upsample_bilinear2d(
    out: Array, x: Array, rows: Array, columns: Array, row_weights: Array, column_weights: Array
) -> None:
    """Mix for each pixel of `out` the four pixels of x around it.

    Parameters
    ----------
    out : DeviceArray (P, OH, OW)
    x : DeviceArray (P, H, W)
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
        The rows above and below, the columns to the left and to the right.
    row_weights, column_weights : ndarray (OH, 2) and (OW, 2)
        The share of each; two shares add up to 1. They are rounded to the dtype of `x`.
    """
    shares = [weights.astype(x.dtype, copy=False) for weights in (row_weights, column_weights)]
    _upsample_bilinear2d.over(out.size, out, x, rows, columns, *shares)


@kernel
def _upsample_bilinear2d_backward(
    dx: Array,
    dy: Array,
    rows: Array,
    columns: Array,
    row_weights: Array,
    column_weights: Array,
    by_row: Array,
    by_column: Array,
) -> None:
    o = cuda.grid(1)
    if o < dx.size:
        p, h, w = pixel(o, dx.shape[1], dx.shape[2])
        total = real(0)
        for i in range(by_row[h, 0], by_row[h, 1]):
            # At the border both rows may be this one.
            vertical = real(0)
            for a in range(2):
                if rows[i, a] == h:
                    vertical += row_weights[i, a]
            for j in range(by_column[w, 0], by_column[w, 1]):
                horizontal = real(0)
                for b in range(2):
                    if columns[j, b] == w:
                        horizontal += column_weights[j, b]
                total += vertical * horizontal * dy[p, i, j]
        dx[p, h, w] = total


def upsample_bilinear2d_backward(
    dx: Array, dy: Array, rows: Array, columns: Array, row_weights: Array, column_weights: Array
) -> None:
    """Hand each gradient back to the four pixels it was mixed from, by their shares.

    Parameters
    ----------
    dx : DeviceArray (P, H, W)
    dy : DeviceArray (P, OH, OW)
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
        The first of two is not behind the second.
    row_weights, column_weights : ndarray (OH, 2) and (OW, 2)
        They are rounded to the dtype of `dx`.
    """
    by_row, by_column = windows_of_pixels(rows, columns, dx.shape[1], dx.shape[2], 1)
    shares = [weights.astype(dx.dtype, copy=False) for weights in (row_weights, column_weights)]
    _upsample_bilinear2d_backward.over(dx.size, dx, dy, rows, columns, *shares, by_row, by_column)
