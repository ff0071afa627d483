"""Two-dimensional convolution by shifted strips.

Padded and laid out row after row, an image is one long line of pixels, and the pixel that a filter's weight
meets at the next position is the next pixel of the line. So each weight (a *tap*) belongs to one shift of
the line, and a convolution is a sum of shifted lines, each times a number: nothing is unfolded, no pixel is
stored twice. With a stride of s the padded image is dealt into s x s smaller ones first (every s-th row and
column), and again each tap is a shift. The gradient for the image is the same sum with the upstream gradient
as the image; the gradient for a tap is the product, summed up, of the upstream gradient and the shifted line.

Fast because of four things: the sums of a block of filters times a strip of pixels stay in vector registers
(engine/kernels/registers.py); a few rows are finished for all filters while they are in the cache; small images
lie side by side, so that lines are long, and rows share the zeros between them; images go to different threads.
What it costs: at the end of each row the line has a few positions (filter width - 1, less the padding) that
belong to no output; they are computed and dropped. A filter as large as the image sees all of it at once: that
is a matrix product, and computed as one. Where NaN or infinity comes in, so that a zero of the padding times a
number would not be 0, the plain loops take over: slow, and right.
"""

import math
from typing import TypeAlias

import numpy as np
from numba import prange

from engine.arrays import Array
from engine.device import get_num_threads
from engine.kernels import plan as plans
from engine.kernels import registers, vectors
from engine.kernels import rows as short_rows
from engine.kernels.cpu.matmul import linear, linear_backward_w, linear_backward_x
from engine.kernels.jit import inner as plain
from engine.kernels.jit import using
from engine.kernels.plan import CHUNK, backward_plan, blocks_of, dot_plan, forward_plan
from engine.kernels.reference import conv as loops
from engine.kernels.registers import DOT_FILTERS, DOT_TAPS, STRIPS, dot_block, sum_strip
from engine.kernels.rows import copy_rows
from engine.kernels.vectors import VECTOR_BYTES

kernel, inner = using(plans, registers, short_rows, vectors)

# The loops of the slide, compiled: what is used where 0 times something is not 0.
PLAIN_FORWARD, PLAIN_X, PLAIN_W = plain(loops.conv2d), plain(loops.conv2d_backward_x), plain(loops.conv2d_backward_w)

Steps: TypeAlias = tuple[int, int]
# Channels, rows and columns of an image.
Size: TypeAlias = tuple[int, int, int]

# STRIPS as an array, by size of block.
WIDTHS = np.array([STRIPS.get(size, 0) for size in range(max(STRIPS) + 1)])
# Elements that the longest strip may read or write past the end of a line: of float32, the more numerous.
MARGIN = max(STRIPS.values()) * VECTOR_BYTES // 4


@inner
def _deal(line: Array, slot: int, beside: int, pixels: Array, start: int, shape: Size, layout: tuple[int, ...]) -> None:
    """Lay an image out in its slot of the line, every step-th row and column together; all around is 0 already."""
    step_h, step_w, top, left, rows, columns, full = layout
    channels, height, width = shape
    as_is, period = (line.dtype.type(0), line.dtype.type(-np.inf)), beside * columns
    at = slot * columns
    for c in range(channels):
        image = start + c * height * width
        for a in range(step_h):
            low_r = min(rows, max(0, -((a - top) // step_h)))
            high_r = max(low_r, min(rows, -((a - top - height) // step_h)))
            for b in range(step_w):
                low = min(full, max(0, -((b - left) // step_w)))
                high = max(low, min(full, -((b - left - width) // step_w)))
                first = image + (low_r * step_h + a - top) * width + low * step_w + b - left
                to = at + low_r * period + low
                at += rows * period
                if low == high:
                    continue
                if step_w == 1:
                    copy_rows(line, to, period, pixels, first, step_h * width, high_r - low_r, high - low, *as_is)
                    continue
                for r in range(high_r - low_r):
                    # Cut out first and then indexed by the loop's own variable: Numba then knows that no
                    # index is negative, and LLVM turns the loop into vector instructions.
                    target = line[to + r * period : to + r * period + high - low]
                    row = pixels[first + r * step_h * width :]
                    for q in range(high - low):
                        target[q] = row[q * step_w]


@inner
def _place(
    out: Array,
    to: int,
    row_step: int,
    sums: Array,
    at: int,
    columns: int,
    bias: float,
    floor: float,
    place: Steps,
    rows: int,
    width: int,
) -> None:
    """Add the bias to some rows and put them where they belong in the output; what ends a row is dropped."""
    if place[1] == 1:
        copy_rows(out, to, row_step * place[0], sums, at, columns, rows, width, bias, floor)
        return
    for r in range(rows):
        source = sums[at + r * columns : at + r * columns + width]
        target = out[to + r * row_step * place[0] :]
        for w in range(width):
            value = source[w] + bias
            target[w * place[1]] = floor if value < floor else value


@inner
def _pack(
    packed: Array, w: Array, blocks: Array, block: int, g: int, first: Array, weight: Array, step: int, groups: int
) -> float:
    """Put the weights of a block of filters in the order they are read in: by phase, tap, filter; return their sum."""
    filters, taps = blocks[-1], len(weight)
    k, size = blocks[block], blocks[block + 1] - blocks[block]
    own = w[g * (w.size // groups) :]
    total = 0.0
    for phase in range(len(first) - 1):
        count = first[phase + 1] - first[phase]
        to = g * filters * taps + filters * first[phase] + k * count
        places, target = weight[first[phase] : first[phase + 1]], packed[to : to + size * count]
        for f in range(size):
            line = own[(k + f) * step :]
            for t in range(count):
                value = line[places[t]]
                target[t * size + f] = value
                total += value
    return total


@kernel
def _slide(
    out: Array,
    x: Array,
    w: Array,
    b: Array,
    blocks: Array,
    first: Array,
    shift: Array,
    weight: Array,
    start: Array,
    sizes: Array,
    layout: tuple[int, ...],
    beside: int,
    parts: int,
    strips: Array,
    filter_step: int,
    straight: int,
    groups: int,
    relu: int,
    place: Steps,
) -> bool:
    """Sum shifted lines for every phase of the output; some images, a group and a part of its rows to a thread.

    Return False, with nothing done, if a weight is NaN or infinite.
    """
    flat, pixels, (batch, _, height_out, width_out) = out.reshape(out.size), x.reshape(x.size), out.shape
    channels, filters, taps = x.shape[1] // groups, out.shape[1] // groups, len(shift)
    shape = (channels, x.shape[2], x.shape[3])
    step_h, step_w, _, _, rows, columns, _ = layout
    period = beside * columns
    size = channels * step_h * step_w * rows * period
    lanes, together = VECTOR_BYTES // x.itemsize, max(1, CHUNK // period)
    floor = x.dtype.type(0 if relu else -np.inf)
    line_of_sums = together * period + MARGIN
    # What forward needs, tap after tap of a filter, is how the weights lie.
    weights, totals = w if straight else np.empty(w.size, w.dtype), np.empty(groups * (len(blocks) - 1))
    for task in prange(groups * (len(blocks) - 1)):
        g, block = task // (len(blocks) - 1), task % (len(blocks) - 1)
        if straight:
            own = w[(g * filters + blocks[block]) * taps : (g * filters + blocks[block + 1]) * taps]
            totals[task] = own.sum()
        else:
            totals[task] = _pack(weights, w, blocks, block, g, first, weight, filter_step, groups)
    if not np.isfinite(totals.sum()):
        return False
    for task in prange((batch + beside - 1) // beside * groups * parts):
        n, g, part = task // (groups * parts) * beside, task // parts % groups, task % parts
        images = min(beside, batch - n)
        line, sums = np.zeros(size + MARGIN, x.dtype), np.empty(blocks[1] * line_of_sums, x.dtype)
        for m in range(images):
            image = ((n + m) * x.shape[1] + g * channels) * x.shape[2] * x.shape[3]
            _deal(line, m, beside, pixels, image, shape, layout)
        for phase in range(len(first) - 1):
            height, width, depth = sizes[phase, 0], sizes[phase, 1], first[phase + 1] - first[phase]
            if depth == 0:
                sums[:] = 0
            begin, end = part * height // parts, (part + 1) * height // parts
            pieces = max(1, (end - begin + together - 1) // together)
            several = max(1, (end - begin + pieces - 1) // pieces)
            for r in range(begin, end, several):
                taken = min(several, end - r)
                length = taken * period - columns + width if depth > 0 and width > 0 else 0
                for block in range(len(blocks) - 1):
                    k, some = blocks[block], blocks[block + 1] - blocks[block]
                    at = g * filters * taps + filters * first[phase] + k * depth
                    tap_step, row_step = (1, taps) if straight else (some, 1)
                    p = 0
                    while p < length:
                        # At the end of the line, narrow strips where part of a wide one would be dropped.
                        vectors = strips[some] if length - p > (strips[some] - 1) * lanes else 1
                        here = r * period + p
                        sum_strip(
                            *(some, vectors, sums, p, line_of_sums, line, here, shift, first[phase], depth),
                            *(weights, at, tap_step, row_step),
                        )
                        p += vectors * lanes
                    for f in range(some):
                        top, left, map_ = start[phase, 0] + r * place[0], start[phase, 1], g * filters + k + f
                        for m in range(images):
                            to = (((n + m) * out.shape[1] + map_) * height_out + top) * width_out + left
                            source = f * line_of_sums + m * columns
                            _place(flat, to, width_out, sums, source, period, b[map_], floor, place, taken, width)
    return True


@kernel
def _dot(
    total: Array,
    dy: Array,
    x: Array,
    blocks: Array,
    shift: Array,
    groups: int,
    taps: int,
    beside: int,
    layout: tuple[int, ...],
) -> None:
    """total[part, group, k, t] = sum over a part of the images of dy times the line shifted by tap t."""
    parts, filters = total.shape[0], dy.shape[1] // groups
    batch, channels, (out_h, out_w) = x.shape[0], x.shape[1] // groups, dy.shape[2:]
    lanes = VECTOR_BYTES // dy.itemsize
    step_h, step_w, _, _, rows, columns, _ = layout
    period, nothing, lowest = beside * columns, x.dtype.type(0), x.dtype.type(-np.inf)
    size = channels * step_h * step_w * rows * period
    pixels, slopes, shape = x.reshape(x.size), dy.reshape(dy.size), (channels, x.shape[2], x.shape[3])
    together = min(out_h, max(1, CHUNK // period))
    wide = (together * period + lanes - 1) // lanes * lanes
    flat = total.reshape(total.size)
    for task in prange(parts * groups):
        part, g = task // groups, task % groups
        line, up = np.zeros(size + MARGIN, x.dtype), np.empty(filters * wide, x.dtype)
        low, high = part * batch // parts, (part + 1) * batch // parts
        for n in range(low, high, beside):
            images = min(beside, high - n)
            for m in range(images):
                image = ((n + m) * x.shape[1] + g * channels) * x.shape[2] * x.shape[3]
                _deal(line, m, beside, pixels, image, shape, layout)
            for r in range(0, out_h, together):
                taken = min(together, out_h - r)
                up[:] = nothing
                for k in range(filters):
                    for m in range(images):
                        source = (((n + m) * dy.shape[1] + g * filters + k) * out_h + r) * out_w
                        to = k * wide + m * columns
                        copy_rows(up, to, period, slopes, source, out_w, taken, out_w, nothing, lowest)
                count = (taken * period + lanes - 1) // lanes * lanes
                for block in range(len(blocks) - 1):
                    k, some = blocks[block], blocks[block + 1] - blocks[block]
                    for t in range(0, taps, DOT_TAPS):
                        to = ((part * groups + g) * filters + k) * len(shift) + t
                        dot_block(some, flat, to, len(shift), up, k * wide, wide, line, r * period, shift, t, count)


def _covers(w: Array, x: Array, dy: Array, numbers: tuple[int, ...]) -> bool:
    """Return whether filters are as large as the image, so that each sees all of it: a fully connected layer."""
    return w.shape[1:] == x.shape[1:] and dy.shape[2] == dy.shape[3] == 1 and numbers[2] == numbers[3] == 0


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
    plan = forward_plan(x.shape, w.shape, out.shape, numbers, groups, get_num_threads())
    step = w.shape[1] * w.shape[2] * w.shape[3]
    if not _slide(out, x, w.reshape(-1), b, *plan, WIDTHS, step, 1, groups, relu, (1, 1)):
        PLAIN_FORWARD(out, x, w, b, *numbers, groups, relu)


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
    plan = backward_plan(dx.shape, w.shape, dy.shape, numbers, groups, get_num_threads())
    nothing, step, steps = np.zeros(dx.shape[1], dx.dtype), w.shape[2] * w.shape[3], (stride_h, stride_w)
    if not _slide(dx, dy, w.reshape(-1), nothing, *plan, WIDTHS, step, 0, groups, 0, steps):
        PLAIN_X(dx, dy, w, *numbers, groups)


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
    plan = dot_plan(x.shape, dw.shape, dy.shape, numbers, groups, get_num_threads())
    count = plan.shift.size
    shift = np.zeros(-(-count // DOT_TAPS) * DOT_TAPS, np.int64)
    shift[:count] = plan.shift
    parts = max(1, min(len(x), get_num_threads()))
    total = np.zeros((parts, groups, len(dw) // groups, shift.size), dw.dtype)
    _dot(total, dy, x, blocks_of(len(dw) // groups, DOT_FILTERS), shift, groups, count, plan.beside, plan.layout)
    dw[...] = total.sum(axis=0)[..., :count].reshape(dw.shape)
    with np.errstate(all="ignore"):
        finite = np.isfinite(dw.sum())
    if not finite:
        PLAIN_W(dw, dy, x, *numbers, groups)


@kernel
def conv2d_backward_b(db: Array, dy: Array) -> None:
    """db[k] = sum of dy[:, k]; see the reference. A map is summed in its own dtype, the maps in float64."""
    batch, filters, out_h, out_w = dy.shape
    maps = dy.reshape(batch, filters, out_h * out_w)
    for k in prange(filters):
        total = 0.0
        for n in range(batch):
            line, part = maps[n, k], dy.dtype.type(0)
            for p in range(line.size):
                part += line[p]
            total += part
        db[k] = total
