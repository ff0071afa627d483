"""Pooling, one plane to a thread: no two threads write to the same plane, so there is no race.

Where the windows lie is worked out once for all planes, so that the loops only compare and add. The 2x2
windows of nearly every network are taken by vectors (engine/kernels/rows.py), 25 times as fast. It costs two
small tables, and a single large plane runs on one thread.
"""

import numpy as np
from numba import prange

from engine.arrays import Array
from engine.kernels import rows as short_rows
from engine.kernels import vectors
from engine.kernels.jit import using
from engine.kernels.rows import add_pairs, pool_pairs, spread_pairs

kernel, inner = using(short_rows, vectors)


@inner
def _are_pairs(windows: Array) -> bool:
    """Return whether the windows are pairs that lie side by side, as those of nearly every network do."""
    others = 0
    for i in range(windows.shape[0]):
        others += windows[i, 0] != 2 * i or windows[i, 1] != 2 * i + 2
    return others == 0


@inner
def _all_same(divisors: Array) -> bool:
    return divisors.size > 0 and divisors.min() == divisors.max()


@kernel
def max_pool2d(
    out: Array, index: Array, x: Array, rows: Array, columns: Array, dilation_h: int, dilation_w: int
) -> None:
    """Keep the largest pixel of each window and remember where it was; see the reference."""
    count, height, width = x.shape
    _, out_h, out_w = out.shape
    pairs = dilation_h == 1 and dilation_w == 1 and _are_pairs(rows) and _are_pairs(columns)
    largest, winners, pixels = out.reshape(out.size), index.reshape(index.size), x.reshape(x.size)
    zero, one = x.dtype.type(0), x.dtype.type(1)
    for p in prange(count):
        if pairs:
            to, at = p * out_h * out_w, p * height * width
            pool_pairs(largest, to, winners, pixels, at, width, out_h, out_w, zero, one, zero, 0, width)
            continue
        for i in range(out_h):
            for j in range(out_w):
                best = x.dtype.type(-np.inf)
                winner = -1
                for h in range(rows[i, 0], rows[i, 1], dilation_h):
                    for w in range(columns[j, 0], columns[j, 1], dilation_w):
                        value = x[p, h, w]
                        take = (value > best) | (value != value) | (winner < 0)
                        best = value if take else best
                        winner = h * width + w if take else winner
                out[p, i, j] = best
                index[p, i, j] = winner


@kernel
def max_pool2d_backward(dx: Array, dy: Array, index: Array) -> None:
    """Give each window's gradient to its winner; see the reference."""
    count, height, width = dx.shape
    flat = dx.reshape(count, height * width)
    windows = dy.shape[1] * dy.shape[2]
    up, winners = dy.reshape(count, windows), index.reshape(count, windows)
    for p in prange(count):
        plane, shares, places = flat[p], up[p], winners[p]
        plane[:] = 0.0
        for i in range(windows):
            # A negative number -1 - p is a window without gradient. It adds 0 to pixel p: which windows are
            # such cannot be guessed, and an addition costs less than a wrong guess.
            place = places[i]
            plane[place ^ (place >> 63)] += shares[i] if place >= 0 else dx.dtype.type(0)


@kernel
def avg_pool2d(out: Array, x: Array, rows: Array, columns: Array, divisors: Array) -> None:
    """Sum of each window, divided by its divisor; see the reference."""
    count, out_h, out_w = out.shape
    _, height, width = x.shape
    pairs = _are_pairs(rows) and _are_pairs(columns) and _all_same(divisors)
    means, pixels = out.reshape(out.size), x.reshape(x.size)
    for p in prange(count):
        if pairs:
            factor = x.dtype.type(1 / divisors[0, 0])
            add_pairs(means, p * out_h * out_w, pixels, p * height * width, width, out_h, out_w, factor)
            continue
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
    count, out_h, out_w = dy.shape
    _, height, width = dx.shape
    pairs = _are_pairs(rows) and _are_pairs(columns) and _all_same(divisors)
    slopes, upstream = dx.reshape(dx.size), dy.reshape(dy.size)
    for p in prange(count):
        if not pairs or height > 2 * out_h or width > 2 * out_w:
            dx[p] = 0.0
        if pairs:
            factor = dx.dtype.type(1 / divisors[0, 0])
            spread_pairs(slopes, p * height * width, upstream, p * out_h * out_w, width, out_h, out_w, factor)
            continue
        for i in range(out_h):
            for j in range(out_w):
                share = dy[p, i, j] / divisors[i, j]
                for h in range(rows[i, 0], rows[i, 1]):
                    for w in range(columns[j, 0], columns[j, 1]):
                        dx[p, h, w] += share
