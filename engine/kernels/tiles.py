"""Convolution by Winograd's tiles (winograd.py explains them).

Channels lie innermost here, so that a vector holds one pixel of many channels, and tiles of any size and number
fill vectors. Some rows of tiles, a *strip* each, are taken at once: few enough that their values at the 36 points
stay in the cache, many enough that filters, which are read for each of them anew, are not all that is read. For
each point the values of tiles and filters are two matrices, whose product is made by register tiles.
"""

from typing import NamedTuple, TypeAlias

import numpy as np

from engine.arrays import Array
from engine.kernels import buffers, registers, tasks, vectors, winograd
from engine.kernels import channels_last as layout
from engine.kernels.buffers import buffer
from engine.kernels.channels_last import LANES, channels_first, channels_last, whole_vectors
from engine.kernels.jit import using
from engine.kernels.registers import PANEL, ROWS, STRIPS, sum_strip
from engine.kernels.tasks import PRODUCTS, share
from engine.kernels.winograd import (
    POINTS,
    pixels_to_points,
    points_to_outputs,
    weights_to_points,
)

compiled = using(buffers, layout, registers, tasks, vectors, winograd)

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
    by_panels : int
        1 if tiles are so few that filters, a panel of them at a time, are transformed where they are used.
    """

    outputs: int
    weights: int
    down: int
    across: int
    strips: int
    top: int
    left: int
    by_panels: int


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
def read_tiles(
    v: Array, line: Array, scratch: Array, x: Array, first: int, strips: int, most: int, tiling: Tiling
) -> None:
    """v[point, t, c] = the values at the points of the tiles in some strips."""
    outputs, _, down, across, _, top, left, _ = tiling
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
def _write_tiles(
    out: Array,
    index: Array,
    m: Array,
    b: Array,
    filters: tuple[int, int],
    first: int,
    end: int,
    relu: int,
    pooled: int,
    size: Steps,
    tiling: Tiling,
) -> bool:
    """Compute the outputs, of this size, of some strips, or what is pooled from them; return whether all are finite.

    m[point, t, k] are their values at the points, for k + filters[0] from filters[0] to filters[1] - 1.
    """
    outputs, _, down, across, _, _, _, _ = tiling
    maps, out_h, out_w = out.shape[1:]
    (height, width), some_filters, columns = size, filters[1] - filters[0], outputs * across
    whole, tall = whole_vectors(some_filters), outputs * min(end - first, down)
    most = m.size // (POINTS * POINTS * whole)
    line, scratch = buffer(tall * columns * whole, m), buffer(tall * width * whole, m)
    places = np.empty(tall * width * whole // 4 if pooled else 0, np.int32)
    bias = np.zeros(whole, m.dtype)
    bias[:some_filters] = b[filters[0] : filters[1]]
    s, t, check = first, 0, m.dtype.type(0)
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
        rows, to = min(outputs * some, height - row), (n * maps + filters[0]) * out_h * out_w
        if pooled:
            check += _finish_pooled(scratch, places, line, bias, row * width, rows, width, columns)
            to, count = to + row // 2 * out_w, rows // 2 * out_w
            flat = index.view(m.dtype).reshape(-1)
            channels_first(flat, to, out_h * out_w, places.view(m.dtype), count, some_filters)
        else:
            check += _finish(scratch, line, bias, relu, rows, width, columns)
            to, count = to + row * out_w, rows * out_w
        channels_first(out.reshape(-1), to, out_h * out_w, scratch, count, some_filters)
        s += some
    return bool(check == 0)


@compiled
def _sum_strips(
    task: int,
    out: Array,
    index: Array,
    x: Array,
    u: Array,
    b: Array,
    finite: Array,
    relu: int,
    pooled: int,
    size: Steps,
    tiling: Tiling,
) -> None:
    """Compute all that comes of some strips."""
    outputs, _, down, across, strips, _, _, _ = tiling
    channels, filters = x.shape[1], out.shape[1]
    first = task * strips
    end = min(first + strips, len(x) * down)
    tiles, deep = (end - first) * across, whole_vectors(channels)
    read = (outputs * min(strips, down) + POINTS - outputs) * deep
    v = buffer(POINTS * POINTS * tiles * deep, x)
    m = buffer(POINTS * POINTS * tiles * whole_vectors(filters), x)
    line = buffer(read * (outputs * across + POINTS - outputs), x)
    scratch = buffer(read * x.shape[3], x)
    read_tiles(v, line, scratch, x, first, end - first, tiles, tiling)
    _multiply(m, v, u, tiles, tiles, channels, filters)
    finite[task] = _write_tiles(out, index, m, b, (0, filters), first, end, relu, pooled, size, tiling)


@compiled
def _read_strip(strip: int, v: Array, x: Array, tiling: Tiling) -> None:
    """Transform the tiles of one strip among all: v[point, tile, c]."""
    outputs, _, down, across, _, _, _, _ = tiling
    deep = whole_vectors(x.shape[1])
    line = buffer(POINTS * (outputs * across + POINTS - outputs) * deep, x)
    scratch = buffer(POINTS * x.shape[3] * deep, x)
    read_tiles(v[strip * across * deep :], line, scratch, x, strip, 1, len(x) * down * across, tiling)


@compiled
def values_of_tiles(x: Array, tiling: Tiling) -> Array:
    """Return the values at the points of all tiles: v[point, tile, c], as one line."""
    strips = len(x) * tiling.down
    v: Array = buffer(POINTS * POINTS * strips * tiling.across * whole_vectors(x.shape[1]), x)
    share(_read_strip, strips, v.size, (v, x, tiling))
    return v


@compiled
def _sum_panel(
    panel: int,
    out: Array,
    index: Array,
    v: Array,
    w: Array,
    b: Array,
    finite: Array,
    channels: int,
    steps: Steps,
    flip: int,
    relu: int,
    pooled: int,
    size: Steps,
    tiling: Tiling,
) -> None:
    """Compute all that a panel of filters makes of all tiles: its values at the points never leave the cache."""
    batch, filters = out.shape[:2]
    k, strips, tiles = panel * WIDE, batch * tiling.down, batch * tiling.down * tiling.across
    some = min(WIDE, filters - k)
    whole, own = whole_vectors(some), w[k * steps[0] :]
    u = buffer(POINTS * POINTS * channels * whole, w)
    for task in range(whole // LANES * channels):
        _weights_of_points(task, u, own, some, channels, tiling.weights, steps[0], steps[1], flip)
    m = buffer(POINTS * POINTS * tiles * whole, w)
    _multiply(m, v, u, tiles, tiles, channels, some)
    finite[panel] = _write_tiles(out, index, m, b, (k, k + some), 0, strips, relu, pooled, size, tiling)


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
    channels, filters, strips = x.shape[1], out.shape[1], len(x) * tiling.down
    vectors, work = whole_vectors(filters) // LANES, len(x) * filters * size[0] * size[1] * channels // PRODUCTS
    if tiling.by_panels:
        v = values_of_tiles(x, tiling)
        count = (filters + WIDE - 1) // WIDE
        finite = np.zeros(count, np.bool_)
        how = (channels, steps, flip, relu, pooled, size, tiling)
        share(_sum_panel, count, work, (out, index, v, w, b, finite, *how))
        return bool(finite.all())
    u = buffer(POINTS * POINTS * channels * vectors * LANES, w)
    weights = (u, w, filters, channels, tiling.weights, steps[0], steps[1], flip)
    share(_weights_of_points, vectors * channels, u.size, weights)
    count = (strips + tiling.strips - 1) // tiling.strips
    finite = np.zeros(count, np.bool_)
    share(_sum_strips, count, work, (out, index, x, u, b, finite, relu, pooled, size, tiling))
    return bool(finite.all())
