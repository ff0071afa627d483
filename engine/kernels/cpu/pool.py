"""Pooling, one plane to a thread: no two threads write to the same plane, so there is no race.

Where the windows lie is worked out once for all planes, so that the loops only compare and add. It costs
two small tables, and a single large plane runs on one thread.
"""

import numpy as np
from numba import prange

from engine.arrays import Array
from engine.kernels.jit import kernel


@kernel
def max_pool2d(
    out: Array, index: Array, x: Array, rows: Array, columns: Array, dilation_h: int, dilation_w: int
) -> None:
    """Keep the largest pixel of each window and remember where it was; see the reference."""
    count, _, width = x.shape
    _, out_h, out_w = out.shape
    for p in prange(count):
        for i in range(out_h):
            for j in range(out_w):
                best = x.dtype.type(-np.inf)
                winner = -1
                for h in range(rows[i, 0], rows[i, 1], dilation_h):
                    for w in range(columns[j, 0], columns[j, 1], dilation_w):
                        value = x[p, h, w]
                        if value > best or value != value or winner < 0:
                            best = value
                            winner = h * width + w
                out[p, i, j] = best
                index[p, i, j] = winner


@kernel
def max_pool2d_backward(dx: Array, dy: Array, index: Array) -> None:
    """Give each window's gradient to its winner; see the reference."""
    count, height, width = dx.shape
    _, out_h, out_w = dy.shape
    for p in prange(count):
        for h in range(height):
            for w in range(width):
                dx[p, h, w] = 0.0
        for i in range(out_h):
            for j in range(out_w):
                winner = index[p, i, j]
                if winner >= 0:
                    dx[p, winner // width, winner % width] += dy[p, i, j]


@kernel
def avg_pool2d(out: Array, x: Array, rows: Array, columns: Array, divisors: Array) -> None:
    """Sum of each window, divided by its divisor; see the reference."""
    count, out_h, out_w = out.shape
    for p in prange(count):
        for i in range(out_h):
            for j in range(out_w):
                total = 0.0
                for h in range(rows[i, 0], rows[i, 1]):
                    for w in range(columns[j, 0], columns[j, 1]):
                        total += x[p, h, w]
                out[p, i, j] = total / divisors[i, j]


@kernel
def avg_pool2d_backward(dx: Array, dy: Array, rows: Array, columns: Array, divisors: Array) -> None:
    """Share each window's gradient equally among its pixels; see the reference."""
    count, height, width = dx.shape
    _, out_h, out_w = dy.shape
    for p in prange(count):
        for h in range(height):
            for w in range(width):
                dx[p, h, w] = 0.0
        for i in range(out_h):
            for j in range(out_w):
                share = dy[p, i, j] / divisors[i, j]
                for h in range(rows[i, 0], rows[i, 1]):
                    for w in range(columns[j, 0], columns[j, 1]):
                        dx[p, h, w] += share
