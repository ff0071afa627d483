"""How a convolution is cut up: blocks of filters, images side by side, parts for threads. Kept for each shape."""

from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np

from engine.arrays import Array
from engine.kernels.channels_last import LANES
from engine.kernels.registers import STRIPS
from engine.kernels.taps import Layout, Taps, backward_taps, forward_taps, whole_numbers
from engine.kernels.tiles import Tiling
from engine.kernels.vectors import VECTOR_BYTES
from engine.kernels.winograd import POINTS

Shape: TypeAlias = tuple[int, ...]

# Pixels of the line that are finished for all filters before the next are begun.
CHUNK = 1024
# Places in the line of all channels: as many as stay in the second-level cache.
LINE = 131072
# For dw more of them pay: each sum over a line ends with adding up the lanes of its vectors.
LONG_LINE = 524288
# Images in lanes of vectors: so many numbers of them stay in the second-level cache; and it pays where padded rows
# are longer than those of results by so much.
TOGETHER, SPARE_COLUMNS = 131072, 1.1
# Tiles may compute so many outputs for each that is wanted: those at the edge reach beyond the map.
MOST_SPARE = 1.75


@lru_cache(maxsize=256)
def blocks_of(filters: int, sizes: tuple[int, ...]) -> Array:
    """Return where blocks of filters begin and end: as few as the sizes, largest first, allow."""
    ends = [0]
    while ends[-1] < filters:
        ends.append(ends[-1] + next(size for size in sizes if size <= filters - ends[-1]))
    return whole_numbers(ends)


def _parts(tasks: int, most: int, threads: int) -> int:
    """Return into how many parts to cut each of so many tasks, so that every thread has one."""
    return max(1, min(most, -(-threads // max(1, tasks))))


class Plan(NamedTuple):
    """What a convolution needs besides its arrays, for one set of shapes."""

    blocks: Array
    first: Array
    shift: Array
    weight: Array
    start: Array
    sizes: Array
    layout: tuple[int, ...]
    beside: int
    parts: int


def _plan(x: Shape, filters: int, layout: Layout, taps: Taps, groups: int, threads: int, line: int) -> Plan:
    """Decide how many images to lay side by side, row by row: as many as give every thread long lines."""
    heights = int(taps.sizes[:, 0].max())
    places = layout.rows * layout.columns * layout.step_h * layout.step_w * x[1] // groups
    most = max(1, min(CHUNK // max(1, heights * layout.columns), line // max(1, places)))
    rounds = max(1, -(-x[0] // (threads * most)))
    beside = max(1, -(-x[0] // (threads * rounds)))
    parts = _parts(-(-x[0] // beside) * groups, heights, threads)
    shift = taps.row * (layout.columns * beside) + taps.aside
    blocks = blocks_of(filters, tuple(STRIPS))
    return Plan(blocks, taps.first, shift, taps.weight, taps.start, taps.sizes, tuple(layout), beside, parts)


@lru_cache(maxsize=256)
def forward_plan(x: Shape, w: Shape, out: Shape, numbers: tuple[int, ...], groups: int, threads: int) -> Plan:
    """Plan the sum over taps for x (N, C, H, W), w (K, C / groups, FH, FW) and out (N, K, OH, OW)."""
    layout, taps = forward_taps(*w[1:], *out[2:], x[3], numbers)
    return _plan(x, w[0] // groups, layout, taps, groups, threads, LINE)


@lru_cache(maxsize=256)
def dot_plan(x: Shape, w: Shape, dy: Shape, numbers: tuple[int, ...], groups: int, threads: int) -> Plan:
    """Plan the products with shifted lines of x, one for each tap."""
    layout, taps = forward_taps(*w[1:], *dy[2:], x[3], numbers)
    return _plan(x, w[0] // groups, layout, taps, groups, threads, LONG_LINE)


@lru_cache(maxsize=256)
def backward_plan(dx: Shape, w: Shape, dy: Shape, numbers: tuple[int, ...], groups: int, threads: int) -> Plan:
    """Plan the sum over taps that gives dx."""
    layout, taps = backward_taps(w[0] // groups, *w[1:], *dx[2:], dy[3], numbers)
    return _plan(dy, w[1], layout, taps, groups, threads, LINE)


# Values of tiles at the points that are computed before they are multiplied: as many as stay in the cache. For dw,
# the products of all of them are added to memory, so there are at least so many for each number that is added to.
TILE_NUMBERS, FOR_EACH_SUM = 1 << 18, 2
# So often must each filter's values at the points be used to be worth computing (outputs of a map times weights),
# and twice as often to be worth adding up. Not so often where there are many filters: they are then transformed
# where they are used, a panel at a time.
OFTEN = 8192
OFTEN_BY_PANELS, MANY_FILTERS = 1536, 128


@lru_cache(maxsize=256)
def tiling_of(
    x: Shape,
    filters: int,
    size: tuple[int, ...],
    out: tuple[int, ...],
    numbers: tuple[int, ...],
    groups: int,
    threads: int,
    summed: bool = False,
) -> Tiling | None:
    """Plan a convolution by tiles: how the images x (N, C, H, W) are cut; None where the direct sum is quicker.

    `size` and `out` are the heights and widths of filters and of results; `summed`: whether dw is wanted.
    """
    batch, channels = x[:2]
    outputs = {(3, 3): 4, (5, 5): 2}.get((size[0], size[1]), 0)
    top, left = numbers[2:4]
    plain = numbers[:2] + numbers[4:] == (1, 1, 1, 1) and groups == 1
    if not (plain and outputs and batch) or min(channels, filters) < LANES:
        return None
    down, across = -(-out[0] // outputs), -(-out[1] // outputs)
    spare = outputs * outputs * down * across > MOST_SPARE * out[0] * out[1]
    used = batch * out[0] * out[1] * size[0] * size[1]
    often = 2 * OFTEN if summed else OFTEN
    by_panels = used < often and filters >= MANY_FILTERS
    least = OFTEN_BY_PANELS if by_panels else often
    if min(top, left) < 0 or spare or used < least:
        return None
    most = max(TILE_NUMBERS, FOR_EACH_SUM * POINTS * POINTS * channels * filters) if summed else TILE_NUMBERS
    strips = max(1, most // (POINTS * POINTS * (channels + filters) * across))
    strips = min(strips, -(-batch * down // threads))
    return Tiling(outputs, size[0], down, across, strips, top, left, int(by_panels))


class Together(NamedTuple):
    """What a convolution of images in lanes needs besides its arrays; see lanes.py."""

    blocks: Array
    shift: Array
    weight: Array
    columns: int
    parts: int


@lru_cache(maxsize=256)
def together_plan(
    x: Shape,
    filters: int,
    size: tuple[int, ...],
    out: tuple[int, ...],
    numbers: tuple[int, ...],
    groups: int,
    lanes: int,
    threads: int,
    back: bool = False,
) -> Together | None:
    """Plan a convolution of images in the lanes of vectors; None where another way is quicker.

    `size` and `out` are the heights and widths of filters and of results. `back`: the gradient of images is
    wanted; `x` is then that of the results, and a filter's channels are what it has filters for.
    """
    batch, channels, height, width = x
    stride_h, stride_w, top, left, dilation_h, dilation_w = numbers
    columns = left + width + max(0, out[1] + size[1] - 1 - width - left)
    large = channels * height * columns * lanes > TOGETHER
    if (stride_h, stride_w, dilation_h, dilation_w, groups) != (1, 1, 1, 1, 1) or large or min(top, left) < 0:
        return None
    if batch < lanes or out[0] < 2 or columns < SPARE_COLUMNS * out[1]:
        return None
    i, c, j = np.meshgrid(np.arange(size[0]), np.arange(channels), np.arange(size[1]), indexing="ij")
    shift = ((c * height + i) * columns + j) * lanes
    weight = (c * size[0] + i) * size[1] + j
    if back:
        weight = (c * filters * size[0] + size[0] - 1 - i) * size[1] + size[1] - 1 - j
    parts = max(1, min(out[0] // 2, -(-4 * threads // -(-batch // lanes))))
    blocks = blocks_of(filters, tuple(STRIPS))
    return Together(blocks, whole_numbers(shift.reshape(-1)), whole_numbers(weight.reshape(-1)), columns, parts)


@lru_cache(maxsize=256)
def forward_ways(
    x: Shape, w: Shape, maps: Shape, numbers: tuple[int, ...], groups: int, threads: int, itemsize: int, places: int
) -> tuple[Tiling | None, Together | Plan]:
    """Return how to convolve by tiles, where that is quicker, and how otherwise, or if something is not finite.

    `maps` is the shape of the convolution's result; `places` is the size of a winner's place, 0 if nothing is pooled.
    """
    sizes, lanes = (w[2:], maps[2:]), VECTOR_BYTES // itemsize
    tiling = tiling_of(x, w[0], *sizes, numbers, groups, threads) if itemsize == 4 and places in (0, 4) else None
    together = together_plan(x, w[0], *sizes, numbers, groups, lanes, threads) if places in (0, itemsize) else None
    return tiling, together or forward_plan(x, w, maps, numbers, groups, threads)


@lru_cache(maxsize=256)
def backward_ways(
    dx: Shape, w: Shape, dy: Shape, numbers: tuple[int, ...], groups: int, threads: int, itemsize: int
) -> tuple[Tiling | None, Together | Plan]:
    """Return the ways to compute dx: those of a convolution of dy by the filters turned round, where strides are 1."""
    tiling, together, opposite = None, None, (1, 1, *opposite_padding(w, numbers), 1, 1)
    if numbers[:2] + numbers[4:] == (1, 1, 1, 1):
        sizes, lanes = (w[2:], dx[2:]), VECTOR_BYTES // itemsize
        tiling = tiling_of(dy, w[1], *sizes, opposite, groups, threads) if itemsize == 4 else None
        together = together_plan(dy, w[1], *sizes, opposite, groups, lanes, threads, True)
    return tiling, together or backward_plan(dx, w, dy, numbers, groups, threads)


def opposite_padding(w: Shape, numbers: tuple[int, ...]) -> tuple[int, int]:
    """Return above and to the left of dy how far a filter that is turned round reaches beyond it."""
    return w[2] - 1 - numbers[2], w[3] - 1 - numbers[3]
