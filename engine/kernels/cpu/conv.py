"""Two-dimensional convolution: whichever of four ways is quickest for its shapes.

**Shifted strips** (engine/kernels/lines.py) serve all. Padded and laid out row after row, an image is one long
line of pixels, and the pixel that a filter's weight meets at the next position is the next pixel of the line. So
each weight (a *tap*) belongs to one shift of the line, and a convolution is a sum of shifted lines, each times a
number: nothing is unfolded, no pixel is stored twice. With a stride of s the padded image is dealt into s x s
smaller ones first (every s-th row and column), and again each tap is a shift. The gradient for the image is the
same sum with the upstream gradient as the image; the gradient for a tap is the product, summed up, of the upstream
gradient and the shifted line. Fast because the sums of a block of filters times a strip of pixels stay in vector
registers (registers.py); a few rows are finished, and pooled if that is wanted, for all filters while they are in
the cache; small images lie side by side, so that lines are long, and rows share the zeros between them. What it
costs: at the end of each row the line has a few positions (filter width - 1, less the padding) that belong to no
output; they are computed and dropped.

**Images in lanes** (lanes.py): where rows are so short that these positions are many, as many images as a vector
has lanes are interleaved, and convolved at once.

**Tiles** (winograd.py, tiles.py): with many channels and filters of 3x3 or 5x5, a quarter to a third of the
multiplications suffices.

**A matrix product** (matmul.py) is what a filter as large as the image comes down to: it sees all of it at once.

Where NaN or infinity comes in, so that a zero of the padding times a number would not be 0, the plain loops take
over: slow, and right.
"""

import math

import numpy as np

from engine.arrays import Array
from engine.device import get_num_threads
from engine.kernels import tasks
from engine.kernels.cpu.matmul import linear, linear_backward_w, linear_backward_x
from engine.kernels.jit import compiled as plain
from engine.kernels.jit import using
from engine.kernels.lanes import slide_together
from engine.kernels.lines import WIDTHS, dot, slide
from engine.kernels.plan import (
    Together,
    backward_ways,
    blocks_of,
    dot_plan,
    forward_ways,
    opposite_padding,
    tiling_of,
)
from engine.kernels.reference import conv as loops
from engine.kernels.registers import DOT_FILTERS, DOT_TAPS
from engine.kernels.tasks import share
from engine.kernels.tile_slopes import multiply_tiles
from engine.kernels.tiles import Tiling, sum_tiles

compiled = using(tasks)

FLOAT32 = np.dtype(np.float32)
# The loops of the slide, compiled: what is used where 0 times something is not 0.
PLAIN_FORWARD, PLAIN_X, PLAIN_W = plain(loops.conv2d), plain(loops.conv2d_backward_x), plain(loops.conv2d_backward_w)


# What is handed over in place of the winners' places where nothing is pooled.
NO_PLACES = np.empty(0, np.int32)


def _covers(w: Array, x: Array, dy: Array, numbers: tuple[int, ...]) -> bool:
    """Return whether filters are as large as the image, so that each sees all of it: a fully connected layer."""
    return dy.shape[2] == dy.shape[3] == 1 and w.shape[1:] == x.shape[1:] and numbers[2] == numbers[3] == 0


def _rows(array: Array) -> Array:
    return array.reshape(len(array), math.prod(array.shape[1:]))


def conv2d(
    out: Array,
    x: Array,
    w: Array,
    b: Array,
    stride_h: int,
    stride_w: int,
    pad_top: int,
    pad_left: int,
    dilation_h: int,
    dilation_w: int,
    groups: int,
    relu: int,
) -> None:
    """Slide every filter over every image and sum the products; see the reference."""
    numbers = (stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w)
    if _covers(w, x, out, numbers):
        linear(_rows(out), _rows(x), _rows(w), b, relu)
        return
    if not convolve(out, NO_PLACES, x, w, b, out.shape, numbers, groups, 0, relu):
        PLAIN_FORWARD(out, x, w, b, *numbers, groups, relu)


def convolve(
    out: Array,
    index: Array,
    x: Array,
    w: Array,
    b: Array,
    maps: tuple[int, ...],
    numbers: tuple[int, ...],
    groups: int,
    pooled: int,
    relu: int = 0,
) -> bool:
    """Convolve into maps of this shape, or what is pooled from them; return False if a weight is not finite."""
    places = index.itemsize if pooled else 0
    tiling, plan = forward_ways(x.shape, w.shape, maps, numbers, groups, get_num_threads(), x.itemsize, places)
    flat = w.reshape(-1)
    if tiling is not None:
        area, size = w.shape[2] * w.shape[3], (maps[2], maps[3])
        if sum_tiles(out, index, x, flat, b, (w.shape[1] * area, area), 0, relu, pooled, size, tiling):
            return True
    if isinstance(plan, Together):
        step, pad, size = w.size // len(w), (numbers[2], numbers[3]), (maps[2], maps[3])
        return bool(slide_together(out, index, x, flat, b, plan, WIDTHS, step, w.shape[2], pad, size, relu, pooled))
    return bool(slide(out, index, x, flat, b, *plan, WIDTHS, 0, 1, groups, relu, pooled, (1, 1)))


def conv2d_backward_x(
    dx: Array,
    dy: Array,
    w: Array,
    stride_h: int,
    stride_w: int,
    pad_top: int,
    pad_left: int,
    dilation_h: int,
    dilation_w: int,
    groups: int,
) -> None:
    """Hand each output's gradient back to the pixels it was computed from; see the reference."""
    numbers = (stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w)
    if _covers(w, dx, dy, numbers):
        linear_backward_x(_rows(dx), _rows(dy), _rows(w))
        return
    if not _convolve_back(dx, dy, w, numbers, groups):
        PLAIN_X(dx, dy, w, *numbers, groups)


def _convolve_back(dx: Array, dy: Array, w: Array, numbers: tuple[int, ...], groups: int) -> bool:
    """Compute dx; return False if a weight is not finite."""
    tiling, plan = backward_ways(dx.shape, w.shape, dy.shape, numbers, groups, get_num_threads(), dx.itemsize)
    area, flat, nothing = w.shape[2] * w.shape[3], w.reshape(-1), np.zeros(dx.shape[1], dx.dtype)
    size = dx.shape[2], dx.shape[3]
    steps = area, w.shape[1] * area
    if tiling is not None and sum_tiles(dx, NO_PLACES, dy, flat, nothing, steps, 1, 0, 0, size, tiling):
        return True
    if isinstance(plan, Together):
        pad, rows = opposite_padding(w.shape, numbers), w.shape[2]
        return bool(slide_together(dx, NO_PLACES, dy, flat, nothing, plan, WIDTHS, area, rows, pad, size, 0, 0))
    strides = numbers[0], numbers[1]
    return bool(slide(dx, NO_PLACES, dy, flat, nothing, *plan, WIDTHS, area, 0, groups, 0, 0, strides))


def conv2d_backward_w(
    dw: Array,
    dy: Array,
    x: Array,
    stride_h: int,
    stride_w: int,
    pad_top: int,
    pad_left: int,
    dilation_h: int,
    dilation_w: int,
    groups: int,
) -> None:
    """Sum, for each weight, pixel times output gradient over all it took part in; see the reference."""
    numbers = (stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w)
    if _covers(dw, x, dy, numbers):
        linear_backward_w(_rows(dw), _rows(dy), _rows(x))
        return
    tiling = by_tiles(x, dw, dy.shape, numbers, groups)
    if tiling and multiply_tiles(dw, dy, x, get_num_threads(), tiling):
        return
    if not multiply_lines(dw, dy, NO_PLACES, x, dy.shape, numbers, groups, 0):
        PLAIN_W(dw, dy, x, *numbers, groups)


def by_tiles(x: Array, dw: Array, maps: tuple[int, ...], numbers: tuple[int, ...], groups: int) -> Tiling | None:
    """Return how dw is computed by tiles, if that is quicker."""
    if x.dtype != FLOAT32:
        return None
    return tiling_of(x.shape, len(dw), dw.shape[2:], maps[2:], numbers, groups, get_num_threads(), True)


def multiply_lines(
    dw: Array,
    dy: Array,
    index: Array,
    x: Array,
    maps: tuple[int, ...],
    numbers: tuple[int, ...],
    groups: int,
    pooled: int,
) -> bool:
    """Compute dw; `maps` is the shape of the convolution's result. Return False if it is not finite, and not right."""
    plan = dot_plan(x.shape, dw.shape, maps, numbers, groups, get_num_threads())
    count = plan.shift.size
    shift = np.zeros(-(-count // DOT_TAPS) * DOT_TAPS, np.int64)
    shift[:count] = plan.shift
    parts = max(1, min(len(x), get_num_threads()))
    total = np.zeros((parts, groups, len(dw) // groups, shift.size), dw.dtype)
    blocks = blocks_of(len(dw) // groups, DOT_FILTERS)
    dot(total, dy, index, x, blocks, shift, groups, count, plan.beside, plan.layout, maps[2], maps[3], pooled)
    dw[...] = total.sum(axis=0)[..., :count].reshape(dw.shape)
    with np.errstate(all="ignore"):
        return bool(np.isfinite(dw.sum()))


@compiled
def _sum_maps(k: int, db: Array, maps: Array) -> None:
    total = 0.0
    for n in range(len(maps)):
        line, part = maps[n, k], maps.dtype.type(0)
        for p in range(line.size):
            part += line[p]
        total += part
    db[k] = total


@compiled
def conv2d_backward_b(db: Array, dy: Array) -> None:
    """db[k] = sum of dy[:, k]; see the reference. A map is summed in its own dtype, the maps in float64."""
    batch, filters, out_h, out_w = dy.shape
    share(_sum_maps, filters, dy.size, (db, dy.reshape(batch, filters, out_h * out_w)))
