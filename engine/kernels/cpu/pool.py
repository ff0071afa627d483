"""Pooling, one plane to a task, or several whole ones: no two tasks write to the same plane, so there is no race.

Where the windows lie is worked out once for all planes, so that the loops only compare and add. The 2x2
windows of nearly every network are taken by vectors (engine/kernels/rows.py), 25 times as fast. It costs two
small tables, and a single large plane runs on one thread.
"""

import numpy as np

from engine.arrays import Array
from engine.kernels import rows as short_rows
from engine.kernels import tasks, vectors
from engine.kernels.jit import using
from engine.kernels.rows import add_pairs, pool_pairs, spread_pairs
from engine.kernels.tasks import share

PIXELS_OF_A_TASK = 1 << 12

compiled = using(short_rows, tasks, vectors)


@compiled
def _are_pairs(windows: Array) -> bool:
    """Return whether the windows are pairs that lie side by side, as those of nearly every network do."""
    others = 0
    for i in range(windows.shape[0]):
        others += windows[i, 0] != 2 * i or windows[i, 1] != 2 * i + 2
    return others == 0


@compiled
def _all_same(divisors: Array) -> bool:
    return divisors.size > 0 and divisors.min() == divisors.max()


@compiled
def _max_pool(
    p: int, out: Array, index: Array, x: Array, rows: Array, columns: Array, gap_h: int, gap_w: int, pairs: bool
) -> None:
    _, height, width = x.shape
    _, out_h, out_w = out.shape
    largest, winners, pixels = out.reshape(-1), index.reshape(-1), x.reshape(-1)
    zero, one = x.dtype.type(0), x.dtype.type(1)
    if pairs:
        to, at = p * out_h * out_w, p * height * width
        pool_pairs(largest, to, winners, pixels, at, width, out_h, out_w, zero, one, zero, 0, width)
        return
    for i in range(out_h):
        for j in range(out_w):
            best = x.dtype.type(-np.inf)
            winner = -1
            for h in range(rows[i, 0], rows[i, 1], gap_h):
                for w in range(columns[j, 0], columns[j, 1], gap_w):
                    value = x[p, h, w]
                    take = (value > best) | (value != value) | (winner < 0)
                    best = value if take else best
                    winner = h * width + w if take else winner
            out[p, i, j] = best
            index[p, i, j] = winner


@compiled
def max_pool2d(
    out: Array, index: Array, x: Array, rows: Array, columns: Array, dilation_h: int, dilation_w: int
) -> None:
    """Keep the largest pixel of each window and remember where it was; see the reference."""
    pairs = dilation_h == 1 and dilation_w == 1 and _are_pairs(rows) and _are_pairs(columns)
    share(_max_pool, len(x), x.size, (out, index, x, rows, columns, dilation_h, dilation_w, pairs))


@compiled
def _max_pool_backward(p: int, dx: Array, dy: Array, index: Array) -> None:
    plane, shares, places = dx[p], dy[p], index[p]
    plane[:] = 0.0
    for i in range(shares.size):
        # A negative number -1 - p is a window without gradient. It adds 0 to pixel p: which windows are
        # such cannot be guessed, and an addition costs less than a wrong guess.
        place = places[i]
        plane[place ^ (place >> 63)] += shares[i] if place >= 0 else dx.dtype.type(0)


@compiled
def give_to_winners(dx: Array, dy: Array, index: Array) -> None:
    """Give each window's gradient to the pixel that `index` names, if it is not negative."""
    count, windows = len(dx), dy.shape[1] * dy.shape[2]
    planes = (dx.reshape(count, dx.shape[1] * dx.shape[2]), dy.reshape(count, windows), index.reshape(count, windows))
    share(_max_pool_backward, count, dx.size, planes)


def max_pool2d_backward(dx: Array, dy: Array, index: Array, rows: Array, columns: Array) -> None:
    """Give each window's gradient to its winner; see the reference."""
    give_to_winners(dx, dy, index)


@compiled
def _avg_pool(p: int, out: Array, x: Array, rows: Array, columns: Array, divisors: Array, pairs: bool) -> None:
    _, out_h, out_w = out.shape
    _, height, width = x.shape
    means, pixels = out.reshape(-1), x.reshape(-1)
    if pairs:
        factor = x.dtype.type(1 / divisors[0, 0])
        add_pairs(means, p * out_h * out_w, pixels, p * height * width, width, out_h, out_w, factor)
        return
    for i in range(out_h):
        for j in range(out_w):
            total = 0.0
            for h in range(rows[i, 0], rows[i, 1]):
                for w in range(columns[j, 0], columns[j, 1]):
                    total += x[p, h, w]
            out[p, i, j] = total / divisors[i, j]


@compiled
def avg_pool2d(out: Array, x: Array, rows: Array, columns: Array, divisors: Array) -> None:
    """Sum of each window, divided by its divisor; see the reference."""
    pairs = _are_pairs(rows) and _are_pairs(columns) and _all_same(divisors)
    share(_avg_pool, len(out), x.size, (out, x, rows, columns, divisors, pairs))


@compiled
def _avg_pool_backward(
    p: int, dx: Array, dy: Array, rows: Array, columns: Array, divisors: Array, pairs: bool, weight: float
) -> None:
    _, out_h, out_w = dy.shape
    _, height, width = dx.shape
    slopes, upstream = dx.reshape(-1), dy.reshape(-1)
    if not pairs or height > 2 * out_h or width > 2 * out_w:
        dx[p] = 0.0
    if pairs:
        factor = dx.dtype.type(weight / divisors[0, 0])
        spread_pairs(slopes, p * height * width, upstream, p * out_h * out_w, width, out_h, out_w, factor)
        return
    for i in range(out_h):
        for j in range(out_w):
            part = weight * dy[p, i, j] / divisors[i, j]
            for h in range(rows[i, 0], rows[i, 1]):
                for w in range(columns[j, 0], columns[j, 1]):
                    dx[p, h, w] += part


@compiled
def avg_pool2d_backward(dx: Array, dy: Array, rows: Array, columns: Array, divisors: Array) -> None:
    """Share each window's gradient equally among its pixels; see the reference."""
    pairs = _are_pairs(rows) and _are_pairs(columns) and _all_same(divisors)
    share(_avg_pool_backward, len(dx), dx.size, (dx, dy, rows, columns, divisors, pairs, 1.0))


@compiled
def _planes_of_a_task(height: int, width: int) -> int:
    """Return how many planes make a task of some thousand pixels: a call for each of the smallest takes longer."""
    return max(1, PIXELS_OF_A_TASK // (height * width))


@compiled
def _subsample(
    task: int,
    out: Array,
    sums: Array,
    x: Array,
    rows: Array,
    columns: Array,
    weight: Array,
    bias: Array,
    ones: Array,
    pairs: bool,
) -> None:
    count, out_h, out_w = out.shape
    _, height, width = x.shape
    block = _planes_of_a_task(height, width)
    results, totals, pixels = out.reshape(-1), sums.reshape(-1), x.reshape(-1)
    # Without a sign: else Numba checks each index for being negative, and loops are not vectorised.
    windows, one, keep = np.uint64(out_h * out_w), x.dtype.type(1), len(sums) > 0
    for p in range(task * block, min(count, (task + 1) * block)):
        if pairs:
            add_pairs(results, p * out_h * out_w, pixels, p * height * width, width, out_h, out_w, one)
        else:
            _avg_pool(p, out, x, rows, columns, ones, pairs)
        at, factor, shift = np.uint64(p) * windows, weight[p % weight.size], bias[p % weight.size]
        if keep:
            for i in range(windows):
                totals[at + i] = results[at + i]
        for i in range(windows):
            results[at + i] = factor * results[at + i] + shift


@compiled
def subsample2d(out: Array, sums: Array, x: Array, rows: Array, columns: Array, weight: Array, bias: Array) -> None:
    """Sum of each window, times a weight and plus a bias; see the reference."""
    pairs = _are_pairs(rows) and _are_pairs(columns)
    ones = np.ones((len(rows), len(columns)), np.int64)
    count, height, width = x.shape
    block = _planes_of_a_task(height, width)
    share(_subsample, (count + block - 1) // block, x.size, (out, sums, x, rows, columns, weight, bias, ones, pairs))


@compiled
def _subsample_backward(
    task: int,
    dx: Array,
    parts: Array,
    dy: Array,
    sums: Array,
    rows: Array,
    columns: Array,
    weight: Array,
    ones: Array,
    pairs: bool,
) -> None:
    count, out_h, out_w = dy.shape
    _, height, width = dx.shape
    block = _planes_of_a_task(height, width)
    slopes, upstream, totals = dx.reshape(-1), dy.reshape(-1), sums.reshape(-1)
    windows, whole = np.uint64(out_h * out_w), height == 2 * out_h and width == 2 * out_w
    for p in range(task * block, min(count, (task + 1) * block)):
        # Within a plane in the dtype of the maps, which is twice as fast; between planes in float64.
        part_w, part_b, at = dx.dtype.type(0), dx.dtype.type(0), np.uint64(p) * windows
        for i in range(windows):
            part_w += upstream[at + i] * totals[at + i]
            part_b += upstream[at + i]
        parts[p, 0], parts[p, 1] = part_w, part_b
        factor = weight[p % weight.size]
        if pairs and whole:
            spread_pairs(slopes, p * height * width, upstream, p * out_h * out_w, width, out_h, out_w, factor)
        else:
            _avg_pool_backward(p, dx, dy, rows, columns, ones, pairs, np.float64(factor))


@compiled
def subsample2d_backward(
    dx: Array, dw: Array, db: Array, dy: Array, sums: Array, rows: Array, columns: Array, weight: Array
) -> None:
    """Gradients of a subsampling; see the reference."""
    pairs = _are_pairs(rows) and _are_pairs(columns)
    ones = np.ones((len(rows), len(columns)), np.int64)
    count, height, width = dx.shape
    block = _planes_of_a_task(height, width)
    # Each plane's share of dw and db: channels are too few to go round the threads.
    parts = np.empty((count, 2))
    arrays = (dx, parts, dy, sums, rows, columns, weight, ones, pairs)
    share(_subsample_backward, (count + block - 1) // block, dx.size, arrays)
    for c in range(weight.size):
        total_w, total_b = 0.0, 0.0
        for p in range(c, count, weight.size):
            total_w += parts[p, 0]
            total_b += parts[p, 1]
        dw[c], db[c] = total_w, total_b
