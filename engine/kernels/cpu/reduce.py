"""Sums and variances over rows, one row to a thread.

Sums are kept in float64, so that a mean over a million float32 values is right to the last digit; the
conversion costs nothing beside the wait for memory. Whole numbers are summed by NumPy, which is exact and
spares a compile for each of their dtypes.
"""

import numpy as np

from engine.arrays import Array
from engine.kernels import tasks
from engine.kernels.jit import using
from engine.kernels.tasks import share

compiled = using(tasks)


def sum_rows(out: Array, x: Array, divisor: int) -> None:
    """out[r] = (x[r, 0] + x[r, 1] + …) / divisor; see the reference."""
    if x.dtype.kind == "f":
        _sum_rows(out, x, divisor)
    else:
        np.sum(x, axis=1, dtype=out.dtype, out=out)


@compiled
def _sum_rows_row(r: int, out: Array, x: Array, divisor: int) -> None:
    _, length = x.shape
    total = 0.0
    for i in range(length):
        total += x[r, i]
    out[r] = total / divisor


@compiled
def _sum_rows(out: Array, x: Array, divisor: int) -> None:
    rows, _ = x.shape
    share(_sum_rows_row, rows, x.size, (out, x, divisor))


@compiled
def _sum_rows_backward_row(r: int, dx: Array, dy: Array, divisor: int) -> None:
    _, length = dx.shape
    share = dy[r] / divisor
    for i in range(length):
        dx[r, i] = share


@compiled
def sum_rows_backward(dx: Array, dy: Array, divisor: int) -> None:
    """dx[r, i] = dy[r] / divisor; see the reference."""
    rows, _ = dx.shape
    share(_sum_rows_backward_row, rows, dx.size, (dx, dy, divisor))


@compiled
def _variance_rows_row(r: int, out: Array, means: Array, x: Array, divisor: float) -> None:
    _, length = x.shape
    total = 0.0
    for i in range(length):
        total += x[r, i]
    mean = total / length
    squares = 0.0
    for i in range(length):
        squares += (x[r, i] - mean) ** 2
    means[r] = mean
    out[r] = squares / divisor


@compiled
def variance_rows(out: Array, means: Array, x: Array, divisor: float) -> None:
    """out[r] = (sum over i of (x[r, i] - means[r]) ** 2) / divisor; see the reference."""
    rows, _ = x.shape
    share(_variance_rows_row, rows, 2 * x.size, (out, means, x, divisor))


@compiled
def _variance_rows_backward_row(r: int, dx: Array, dy: Array, means: Array, x: Array, divisor: float) -> None:
    _, length = x.shape
    slope = dy[r] * 2.0 / divisor
    for i in range(length):
        dx[r, i] = slope * (x[r, i] - means[r])


@compiled
def variance_rows_backward(dx: Array, dy: Array, means: Array, x: Array, divisor: float) -> None:
    """dx[r, i] = dy[r] * 2 * (x[r, i] - means[r]) / divisor; see the reference."""
    rows, _ = x.shape
    share(_variance_rows_backward_row, rows, x.size, (dx, dy, means, x, divisor))
