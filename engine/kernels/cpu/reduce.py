"""Reductions over rows, one row to a thread.

Sums are kept in float64, so that a mean over a million float32 values is right to the last digit; the
conversion costs nothing beside the wait for memory.
"""

from numba import prange

from engine.arrays import Array
from engine.kernels.jit import kernel


@kernel
def sum_rows(out: Array, x: Array, divisor: int) -> None:
    """out[r] = (x[r, 0] + x[r, 1] + …) / divisor; see the reference."""
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
