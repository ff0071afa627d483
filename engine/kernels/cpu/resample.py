"""Maps at another size, one plane to a thread: a pixel's copies all lie in its plane, so there is no race.

The coordinates and their rounding are worked out once for all planes; the loops only look them up. It costs
a table entry for each row and column, and a single large plane runs on one thread.
"""

from engine.arrays import Array
from engine.kernels import tasks
from engine.kernels.jit import using
from engine.kernels.tasks import share

compiled = using(tasks)


@compiled
def _upsample_nearest2d_plane(p: int, out: Array, x: Array, rows: Array, columns: Array) -> None:
    _, out_h, out_w = out.shape
    for i in range(out_h):
        for j in range(out_w):
            out[p, i, j] = x[p, rows[i], columns[j]]


@compiled
def upsample_nearest2d(out: Array, x: Array, rows: Array, columns: Array) -> None:
    """Copy for each pixel of `out` the one of x nearest to it; see the reference."""
    count, _, _ = out.shape
    share(_upsample_nearest2d_plane, count, out.size, (out, x, rows, columns))


@compiled
def _upsample_nearest2d_backward_plane(p: int, dx: Array, dy: Array, rows: Array, columns: Array) -> None:
    _, height, width = dx.shape
    _, out_h, out_w = dy.shape
    for h in range(height):
        for w in range(width):
            dx[p, h, w] = 0.0
    for i in range(out_h):
        for j in range(out_w):
            dx[p, rows[i], columns[j]] += dy[p, i, j]


@compiled
def upsample_nearest2d_backward(dx: Array, dy: Array, rows: Array, columns: Array) -> None:
    """Sum for each pixel the gradients of its copies; see the reference."""
    count, _, _ = dx.shape
    share(_upsample_nearest2d_backward_plane, count, dy.size, (dx, dy, rows, columns))


@compiled
def _upsample_bilinear2d_plane(
    p: int, out: Array, x: Array, rows: Array, columns: Array, row_weights: Array, column_weights: Array
) -> None:
    _, out_h, out_w = out.shape
    for i in range(out_h):
        top, bottom = rows[i, 0], rows[i, 1]
        above, below = row_weights[i, 0], row_weights[i, 1]
        for j in range(out_w):
            left, right = columns[j, 0], columns[j, 1]
            west, east = column_weights[j, 0], column_weights[j, 1]
            upper = west * x[p, top, left] + east * x[p, top, right]
            lower = west * x[p, bottom, left] + east * x[p, bottom, right]
            out[p, i, j] = above * upper + below * lower


@compiled
def upsample_bilinear2d(
    out: Array, x: Array, rows: Array, columns: Array, row_weights: Array, column_weights: Array
) -> None:
    """Mix for each pixel of `out` the four pixels of x around it; see the reference."""
    count, _, _ = out.shape
    share(_upsample_bilinear2d_plane, count, 4 * out.size, (out, x, rows, columns, row_weights, column_weights))


@compiled
def _upsample_bilinear2d_backward_plane(
    p: int, dx: Array, dy: Array, rows: Array, columns: Array, row_weights: Array, column_weights: Array
) -> None:
    _, height, width = dx.shape
    _, out_h, out_w = dy.shape
    for h in range(height):
        for w in range(width):
            dx[p, h, w] = 0.0
    for i in range(out_h):
        for j in range(out_w):
            for a in range(2):
                for b in range(2):
                    weight = row_weights[i, a] * column_weights[j, b]
                    dx[p, rows[i, a], columns[j, b]] += weight * dy[p, i, j]


@compiled
def upsample_bilinear2d_backward(
    dx: Array, dy: Array, rows: Array, columns: Array, row_weights: Array, column_weights: Array
) -> None:
    """Hand each gradient back to the four pixels it was mixed from; see the reference."""
    count, _, _ = dx.shape
    share(_upsample_bilinear2d_backward_plane, count, 4 * dy.size, (dx, dy, rows, columns, row_weights, column_weights))
