"""Sums and variances over rows, one row to a thread.

Sums are kept in float64, so that a mean over a million float32 values is right to the last digit; the
conversion costs nothing beside the wait for memory. Whole numbers are summed by NumPy, which is exact and
spares a compile for each of their dtypes.
"""

import numpy as np
from numba import prange

from engine.arrays import Array
from engine.kernels.jit import kernel


def sum_rows(out: Array, x: Array, divisor: int) -> None:
    """out[r] = (x[r, 0] + x[r, 1] + …) / divisor; see the reference."""
    if x.dtype.kind == "f":
        _sum_rows(out, x, divisor)
    else:
        np.sum(x, axis=1, dtype=out.dtype, out=out)


@kernel
def _sum_rows(out: Array, x: Array, divisor: int) -> None:
    rows, length = x.shape
    for r in prange(rows):
        total = 0.0
        for i in range(length):
            total += x[r, i]
        out[r] = total / divisor


@kernel
def sum_rows_backward(dx: Array, dy: Array, divisor: int) -> None:
    """dx[r, i] = dy[r] / divisor; see the reference."""
    rows, length = dx.shape
    for r in prange(rows):
        share = dy[r] / divisor
        for i in range(length):
            dx[r, i] = share


@kernel
def variance_rows(out: Array, means: Array, x: Array, divisor: float) -> None:
    """out[r] = (sum over i of (x[r, i] - means[r]) ** 2) / divisor; see the reference."""
    rows, length = x.shape
    for r in prange(rows):
        total = 0.0
        for i in range(length):
            total += x[r, i]
        mean = total / length
        squares = 0.0
        for i in range(length):
            squares += (x[r, i] - mean) ** 2
        means[r] = mean
        out[r] = squares / divisor


@kernel
def variance_rows_backward(dx: Array, dy: Array, means: Array, x: Array, divisor: float) -> None:
    """dx[r, i] = dy[r] * 2 * (x[r, i] - means[r]) / divisor; see the reference."""
    rows, length = x.shape
    for r in prange(rows):
        slope = dy[r] * 2.0 / divisor
        for i in range(length):
            dx[r, i] = slope * (x[r, i] - means[r])
