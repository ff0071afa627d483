"""Convolution by Winograd's tiles (winograd.py explains them).

Channels lie innermost here, so that a vector holds one pixel of many channels, and tiles of any size and number
fill vectors. Some rows of tiles, a *strip* each, are taken at once: few enough that their values at the 36 points
stay in the cache, many enough that filters, which are read for each of them anew, are not all that is read. For
each point the values of tiles and filters are two matrices, whose product is made by register tiles.
"""

from typing import NamedTuple, TypeAlias

import numpy as np

from engine.arrays import Array
from engine.kernels import channels_last as layout
from engine.kernels import registers, tasks, vectors, winograd
from engine.kernels.channels_last import LANES, channels_first, channels_last, whole_vectors
from engine.kernels.jit import using
from engine.kernels.registers import PANEL, ROWS, STRIPS, sum_strip
from engine.kernels.tasks import PRODUCTS, share
from engine.kernels.winograd import (
    POINTS,
    pixels_to_points,
    points_to_outputs,
    points_to_weights,
    slopes_to_points,
    weights_to_points,
)

compiled = using(layout, registers, tasks, vectors, winograd)

Steps: TypeAlias = tuple[int, int]

WIDE = PANEL * LANES
# By the number of rows left: how many the next register tile has.
TALL = np.array([max((size for size in STRIPS if size <= left), default=0) for left in range(ROWS + 1)])


class Tiling(NamedTuple):
    """How a convolution is cut into tiles.

    Attributes
    ----------
    outputs, weights : int
        Of a tile, and of a filter, in each direction.
    down, across : int
        Tiles of an image.
    strips : int
        Rows of tiles that are taken at once.
    top, left : int
        Padding.
    """

    outputs: int
    weights: int
    down: int
    across: int
    strips: int
    top: int
    left: int


@compiled
def _weights_of_points(
    task: int,
    u: Array,
    w: Array,
    filters: int,
    channels: int,
    size: int,
    filter_step: int,
    channel_step: int,
    flip: int,
) -> None:
    """Transform some filters' weights for a channel: u[point] is a matrix (channels, filters), in panels.

    The weight (i, j) of filter k and channel c is ``w[k filter_step + c channel_step + i size + j]``, or, if `flip`,
    the one that lies opposite.
    """
    k, c = task // channels * LANES, task % channels
    area, whole = size * size, whole_vectors(filters)
    lanes = np.zeros(area * LANES, w.dtype)
    for lane in range(min(LANES, filters - k)):
        source = w[(k + lane) * filter_step + c * channel_step :]
        for i in range(area):
            lanes[(area - 1 - i if flip else i) * LANES + lane] = source[i]
    panel = k // WIDE
    to = panel * WIDE * channels + c * min(WIDE, whole - panel * WIDE) + k % WIDE
    step = channels * whole
    weights_to_points(size, u, to, POINTS * step, step, lanes, 0, size * LANES, LANES)


@compiled
def _multiply(m: Array, v: Array, u: Array, tiles: int, most: int, channels: int, filters: int) -> None:
    """m[point, t, k] = sum over c of v[point, t, c] * u[point, c, k]."""
    deep, whole = whole_vectors(channels), whole_vectors(filters)
    for panel in range(0, whole, WIDE):
        width = min(WIDE, whole - panel)
        shift = np.arange(channels) * width
        step = PANEL if width == WIDE else 1
        for point in range(POINTS * POINTS):
            pixels = (point * whole + panel) * channels
            t = 0
            while t < tiles:
                some = TALL[min(ROWS, tiles - t)]
                at = point * most + t
                for k in range(0, width, step * LANES):
                    to = at * whole + panel + k
                    sum_strip(some, step, m, to, whole, u, pixels + k, shift, 0, channels, v, at * deep, 1, deep)
                t += some


@compiled
def _read_tiles(
    v: Array, line: Array, scratch: Array, x: Array, first: int, strips: int, most: int, tiling: Tiling
) -> None:
    """v[point, t, c] = the values at the points of the tiles in some strips."""
    outputs, _, down, across, _, top, left = tiling
    deep, columns = whole_vectors(x.shape[1]), outputs * across + POINTS - outputs
    s, end, t = first, first + strips, 0
    while s < end:
        n, row = s // down, s % down
        some = min(end - s, down - row)
        rows = outputs * some + POINTS - outputs
        channels_last(line, scratch, x, n, outputs * row - top, rows, columns, left)
        for i in range(some):
            for j in range(across):
                for c in range(0, deep, LANES):
                    at = (outputs * i * columns + outputs * j) * deep + c
                    to, step = t * deep + c, most * deep
                    pixels_to_points(0, v, to, POINTS * step, step, line, at, columns * deep, deep)
                t += 1
        s += some


@compiled
def _finish(done: Array, m: Array, bias: Array, relu: int, rows: int, width: int, columns: int) -> float:
    """Add the bias to some rows of outputs, rectify them, and close the gap that ends a row.

    Return 0, or NaN if an output is not finite.
    """
    whole = bias.size
    check: float = done.dtype.type(0)
    for r in range(rows):
        for q in range(width):
            source = m[(r * columns + q) * whole : (r * columns + q + 1) * whole]
            target = done[(r * width + q) * whole : (r * width + q + 1) * whole]
            for k in range(whole):
                value = source[k] + bias[k]
                check += value * 0
                target[k] = 0 if relu and value < 0 else value
    return check


@compiled
def _finish_pooled(
    done: Array, places: Array, m: Array, bias: Array, first: int, rows: int, width: int, columns: int
) -> float:
    """Keep the largest of each 2x2 window of some rows of outputs, with bias, rectified, and where it was.

    Places are those of reference/fused.py; `first` is that of the first output. Return 0, or NaN if an output
    is not finite.
    """
    whole, nothing = bias.size, done.dtype.type(0)
    check: float = nothing
    for r in range(rows // 2):
        for q in range(width // 2):
            at = (2 * r * columns + 2 * q) * whole
            a, b = m[at : at + whole], m[at + whole : at + 2 * whole]
            c, d = m[at + columns * whole : at + (columns + 1) * whole], m[at + (columns + 1) * whole :]
            to, place = (r * (width // 2) + q) * whole, np.int32(first + 2 * r * width + 2 * q)
            target, winner = done[to : to + whole], places[to : to + whole]
            for k in range(whole):
                best, where = nothing, -1 - place
                value = a[k] + bias[k]
                check += value * 0
                best, where = (value, place) if value > best else (best, where)
                value = b[k] + bias[k]
                check += value * 0
                best, where = (value, place + 1) if value > best else (best, where)
                value = c[k] + bias[k]
                check += value * 0
                best, where = (value, place + width) if value > best else (best, where)
                value = d[k] + bias[k]
                check += value * 0
                best, where = (value, place + width + 1) if value > best else (best, where)
                target[k] = best
                winner[k] = where
    return check


@compiled
def _sum_tiles(
    task: int,
    out: Array,
    index: Array,
    x: Array,
    u: Array,
    b: Array,
    finite: Array,
    relu: int,
    pooled: int,
    height: int,
    width: int,
    tiling: Tiling,
) -> None:
    """Compute the outputs, height by width, of some strips, or what is pooled from them; note if all are finite."""
    outputs, _, down, across, strips, _, _ = tiling
    batch, filters, out_h, out_w = out.shape
    channels, most = x.shape[1], strips * across
    deep, whole = whole_vectors(channels), whole_vectors(filters)
    columns, tall = outputs * across, outputs * min(strips, down)
    read = (tall + POINTS - outputs) * deep
    v, m = np.empty(POINTS * POINTS * most * deep, x.dtype), np.empty(POINTS * POINTS * most * whole, x.dtype)
    line = np.empty(max(read * (columns + POINTS - outputs), tall * columns * whole), x.dtype)
    scratch = np.empty(max(read * x.shape[3], tall * width * whole), x.dtype)
    places = np.empty(tall * width * whole // 4 if pooled else 0, np.int32)
    first = task * strips
    end = min(first + strips, batch * down)
    _read_tiles(v, line, scratch, x, first, end - first, most, tiling)
    _multiply(m, v, u, (end - first) * across, most, channels, filters)
    bias = np.zeros(whole, x.dtype)
    bias[:filters] = b
    s, t, check = first, 0, x.dtype.type(0)
    while s < end:
        n, row = s // down, s % down
        some = min(end - s, down - row)
        for i in range(some):
            for j in range(across):
                for k in range(0, whole, LANES):
                    to, step = (outputs * i * columns + outputs * j) * whole + k, most * whole
                    points_to_outputs(outputs, line, to, columns * whole, whole, m, t * whole + k, POINTS * step, step)
                t += 1
        row *= outputs
        rows, to = min(outputs * some, height - row), n * filters * out_h * out_w
        if pooled:
            check += _finish_pooled(scratch, places, line, bias, row * width, rows, width, columns)
            to, count = to + row // 2 * out_w, rows // 2 * out_w
            channels_first(index.view(x.dtype).reshape(-1), to, out_h * out_w, places.view(x.dtype), count, filters)
        else:
            check += _finish(scratch, line, bias, relu, rows, width, columns)
            to, count = to + row * out_w, rows * out_w
        channels_first(out.reshape(-1), to, out_h * out_w, scratch, count, filters)
        s += some
    finite[task] = check == 0


@compiled
def _multiply_tiles(part: int, total: Array, dy: Array, x: Array, tiling: Tiling) -> None:
    """total[part, point, c, k] = sum over a part of the tiles of values of x times gradients of y."""
    outputs, _, down, across, strips, _, _ = tiling
    channels, filters, most = x.shape[1], dy.shape[1], strips * across
    deep, whole = whole_vectors(channels), whole_vectors(filters)
    columns, tall = outputs * across, outputs * min(strips, down)
    read = (tall + POINTS - outputs) * deep
    v, m = np.empty(POINTS * POINTS * most * deep, x.dtype), np.empty(POINTS * POINTS * most * whole, x.dtype)
    line = np.empty(max(read * (columns + POINTS - outputs), tall * columns * whole), x.dtype)
    scratch = np.empty(max(read * x.shape[3], tall * dy.shape[3] * whole), x.dtype)
    sums, shift = np.empty(ROWS * WIDE, x.dtype), np.arange(most) * whole
    own = total[part]
    low, high = part * len(x) * down // len(total), (part + 1) * len(x) * down // len(total)
    for first in range(low, high, strips):
        end = min(high, first + strips)
        _read_tiles(v, line, scratch, x, first, end - first, most, tiling)
        s, t = first, 0
        while s < end:
            n, row = s // down, s % down
            some = min(end - s, down - row)
            channels_last(line, scratch, dy, n, outputs * row, outputs * some, columns, 0)
            for i in range(some):
                for j in range(across):
                    for k in range(0, whole, LANES):
                        at, step = (outputs * i * columns + outputs * j) * whole + k, most * whole
                        slopes_to_points(
                            outputs, m, t * whole + k, POINTS * step, step, line, at, columns * whole, whole
                        )
                    t += 1
            s += some
        for point in range(POINTS * POINTS):
            c = 0
            while c < channels:
                some = TALL[min(ROWS, channels - c)]
                for k in range(0, whole, WIDE):
                    width = min(WIDE, whole - k)
                    step = PANEL if width == WIDE else 1
                    for a in range(0, width, step * LANES):
                        sum_strip(
                            *(some, step, sums, a, WIDE, m, point * most * whole + k + a, shift, 0, t),
                            *(v, point * most * deep + c, deep, 1),
                        )
                    for f in range(some):
                        target, source = own[point, c + f, k : k + width], sums[f * WIDE : f * WIDE + width]
                        for i in range(width):
                            target[i] += source[i]
                c += some


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
def sum_tiles(
    out: Array,
    index: Array,
    x: Array,
    w: Array,
    b: Array,
    steps: Steps,
    flip: int,
    relu: int,
    pooled: int,
    size: Steps,
    tiling: Tiling,
) -> bool:
    """Convolve by tiles; return False if something is not finite, and then perhaps wrong beside it.

    `steps` lie between the weights of two filters, and of two channels; `size` is that of the maps.
    """
    channels, filters = x.shape[1], out.shape[1]
    vectors = (filters + LANES - 1) // LANES
    u = np.empty(POINTS * POINTS * channels * vectors * LANES, w.dtype)
    weights = (u, w, filters, channels, tiling.weights, steps[0], steps[1], flip)
    share(_weights_of_points, vectors * channels, u.size, weights)
    tasks = (x.shape[0] * tiling.down + tiling.strips - 1) // tiling.strips
    finite, work = np.zeros(tasks, np.bool_), x.shape[0] * filters * size[0] * size[1] * channels // PRODUCTS
    share(_sum_tiles, tasks, work, (out, index, x, u, b, finite, relu, pooled, size[0], size[1], tiling))
    return bool(finite.all())


@compiled
def multiply_tiles(dw: Array, dy: Array, x: Array, parts: int, tiling: Tiling) -> bool:
    """Compute dw by tiles; return False if something is not finite, and then perhaps wrong beside it."""
    whole = (dw.shape[0] + LANES - 1) // LANES * LANES
    total = np.zeros((parts, POINTS * POINTS, dw.shape[1], whole), dw.dtype)
    share(_multiply_tiles, parts, dy.size * dw.shape[1] // PRODUCTS, (total, dy, x, tiling))
    for part in range(1, parts):
        total[0] += total[part]
    share(_slopes_of_weights, dw.shape[1], total[0].size, (dw, total[0]))
    return bool(np.isfinite(dw.sum()))
