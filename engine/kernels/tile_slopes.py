"""The gradient of filters by Winograd's tiles: the way back of tiles.py.

Values of an image's tiles at the points, times those that belong to the upstream gradient, are added up over all
tiles; what is then gone back to are filters, not pixels.
"""

import numpy as np

from engine.arrays import Array
from engine.kernels import buffers, registers, tasks, tiles, vectors, winograd
from engine.kernels.buffers import buffer
from engine.kernels.channels_last import LANES, channels_last, whole_vectors
from engine.kernels.jit import using
from engine.kernels.registers import PANEL, ROWS, sum_strip
from engine.kernels.tasks import PRODUCTS, share
from engine.kernels.tiles import TALL, WIDE, Tiling, read_tiles, values_of_tiles
from engine.kernels.winograd import POINTS, points_to_weights, slopes_to_points

compiled = using(buffers, registers, tasks, tiles, vectors, winograd)


@compiled
def _read_slopes(
    m: Array, line: Array, scratch: Array, dy: Array, first: int, end: int, most: int, tiling: Tiling
) -> None:
    """m[point, t, k] = the gradients of values at the points, of the tiles in some strips."""
    outputs, _, down, across, _, _, _, _ = tiling
    whole, columns = whole_vectors(dy.shape[1]), outputs * across
    s, t = first, 0
    while s < end:
        n, row = s // down, s % down
        some = min(end - s, down - row)
        channels_last(line, scratch, dy, n, outputs * row, outputs * some, columns, 0)
        for i in range(some):
            for j in range(across):
                for k in range(0, whole, LANES):
                    at, step = (outputs * i * columns + outputs * j) * whole + k, most * whole
                    to = t * whole + k
                    slopes_to_points(outputs, m, to, POINTS * step, step, line, at, columns * whole, whole)
                t += 1
        s += some


@compiled
def _add_products(total: Array, m: Array, v: Array, tiles: int, most: int) -> None:
    """total[point, c, k] += sum over t of v[point, t, c] * m[point, t, k]."""
    _, channels, whole = total.shape
    deep = whole_vectors(channels)
    sums, shift = buffer(ROWS * WIDE, m), np.arange(most) * whole
    for point in range(POINTS * POINTS):
        c = 0
        while c < channels:
            some = TALL[min(ROWS, channels - c)]
            for k in range(0, whole, WIDE):
                width = min(WIDE, whole - k)
                step = PANEL if width == WIDE else 1
                for a in range(0, width, step * LANES):
                    sum_strip(
                        *(some, step, sums, a, WIDE, m, point * most * whole + k + a, shift, 0, tiles),
                        *(v, point * most * deep + c, deep, 1),
                    )
                for f in range(some):
                    target, source = total[point, c + f, k : k + width], sums[f * WIDE : f * WIDE + width]
                    for i in range(width):
                        target[i] += source[i]
            c += some


@compiled
def _multiply_part(part: int, total: Array, dy: Array, x: Array, tiling: Tiling) -> None:
    """total[part, point, c, k] = sum over a part of the tiles of values of x times gradients of y."""
    outputs, _, down, across, strips, _, _, _ = tiling
    most, deep, whole = strips * across, whole_vectors(x.shape[1]), whole_vectors(dy.shape[1])
    columns, tall = outputs * across, outputs * min(strips, down)
    read = (tall + POINTS - outputs) * deep
    v, m = buffer(POINTS * POINTS * most * deep, x), buffer(POINTS * POINTS * most * whole, x)
    line = buffer(max(read * (columns + POINTS - outputs), tall * columns * whole), x)
    scratch = buffer(max(read * x.shape[3], tall * dy.shape[3] * whole), x)
    low, high = part * len(x) * down // len(total), (part + 1) * len(x) * down // len(total)
    for first in range(low, high, strips):
        end = min(high, first + strips)
        read_tiles(v, line, scratch, x, first, end - first, most, tiling)
        _read_slopes(m, line, scratch, dy, first, end, most, tiling)
        _add_products(total[part], m, v, (end - first) * across, most)


@compiled
def _slopes_of_weights(c: int, dw: Array, total: Array) -> None:
    """dw[k, c] = the gradient that belongs to total[point, c, k]."""
    filters, size = dw.shape[0], dw.shape[2]
    channels, whole = total.shape[1:]
    flat, step = total.reshape(-1), channels * whole
    lanes = np.empty(size * size * LANES, dw.dtype)
    for k in range(0, filters, LANES):
        points_to_weights(size, lanes, 0, size * LANES, LANES, flat, c * whole + k, POINTS * step, step)
        for lane in range(min(LANES, filters - k)):
            for i in range(size):
                for j in range(size):
                    dw[k + lane, c, i, j] = lanes[(i * size + j) * LANES + lane]


@compiled
def _multiply_panel(panel: int, dw: Array, dy: Array, v: Array, tiling: Tiling) -> None:
    """Compute the gradients of a panel of filters: their values at the points never leave the cache."""
    k = panel * WIDE
    own, strips = dw[k : k + WIDE], len(dy) * tiling.down
    tiles, whole, tall = strips * tiling.across, whole_vectors(len(own)), tiling.outputs * tiling.down
    mine = dy[:, k : k + WIDE].copy()
    m = buffer(POINTS * POINTS * tiles * whole, dy)
    line = buffer(tall * tiling.outputs * tiling.across * whole, dy)
    scratch = buffer(tall * dy.shape[3] * whole, dy)
    _read_slopes(m, line, scratch, mine, 0, strips, tiles, tiling)
    total = np.zeros((POINTS * POINTS, dw.shape[1], whole), dy.dtype)
    _add_products(total, m, v, tiles, tiles)
    for c in range(dw.shape[1]):
        _slopes_of_weights(c, own, total)


@compiled
def multiply_tiles(dw: Array, dy: Array, x: Array, parts: int, tiling: Tiling) -> bool:
    """Compute dw by tiles; return False if something is not finite, and then perhaps wrong beside it."""
    work = dy.size * dw.shape[1] // PRODUCTS
    if tiling.by_panels:
        v = values_of_tiles(x, tiling)
        share(_multiply_panel, (len(dw) + WIDE - 1) // WIDE, work, (dw, dy, v, tiling))
        return bool(np.isfinite(dw.sum()))
    whole = whole_vectors(len(dw))
    total = np.zeros((parts, POINTS * POINTS, dw.shape[1], whole), dw.dtype)
    share(_multiply_part, parts, work, (total, dy, x, tiling))
    for part in range(1, parts):
        total[0] += total[part]
    share(_slopes_of_weights, dw.shape[1], total[0].size, (dw, total[0]))
    return bool(np.isfinite(dw.sum()))
