"""Two-dimensional convolution by shifted strips.

Padded and laid out row after row, an image is one long line of pixels, and the pixel that a filter's weight
meets at the next position is the next pixel of the line. So each weight (a *tap*) belongs to one shift of
the line, and a convolution is a sum of shifted lines, each times a number: nothing is unfolded, no pixel is
stored twice. With a stride of s the padded image is dealt into s x s smaller ones first (every s-th row and
column), and again each tap is a shift. The gradient for the image is the same sum with the upstream gradient
as the image; the gradient for a tap is the product, summed up, of the upstream gradient and the shifted line.

Fast because of three things: the sums of a block of filters times a strip of pixels stay in vector registers
(engine/kernels/registers.py); a few rows are finished for all filters while they are in the cache; images go
to different threads. What it costs: at the end of each row the line has a few positions (filter width - 1)
that belong to no output; they are computed and dropped. Where NaN or infinity comes in, so that a zero of
the padding times a number would not be 0, the plain loops take over: slow, and right.
"""

from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numba import prange

from engine.arrays import Array
from engine.device import get_num_threads
from engine.kernels import registers, vectors
from engine.kernels import rows as short_rows
from engine.kernels.jit import inner as plain
from engine.kernels.jit import using
from engine.kernels.reference import conv as loops
from engine.kernels.registers import DOT_FILTERS, DOT_TAPS, STRIPS, dot_block, sum_strip
from engine.kernels.rows import copy_rows
from engine.kernels.taps import Layout, Taps, backward_taps, forward_taps, whole_numbers
from engine.kernels.vectors import VECTOR_BYTES

kernel, inner = using(registers, short_rows, vectors)

# The loops of the slide, compiled: what is used where 0 times something is not 0.
PLAIN_FORWARD, PLAIN_X, PLAIN_W = plain(loops.conv2d), plain(loops.conv2d_backward_x), plain(loops.conv2d_backward_w)

Steps: TypeAlias = tuple[int, int]
Shape: TypeAlias = tuple[int, ...]
# Channels, rows and columns of an image.
Size: TypeAlias = tuple[int, int, int]

# STRIPS as an array, by size of block.
WIDTHS = np.array([STRIPS.get(size, 0) for size in range(max(STRIPS) + 1)])
# Pixels of the line that are finished for all filters before the next are begun.
CHUNK = 1024
# Elements that the longest strip may read or write past the end of a line: of float32, the more numerous.
MARGIN = max(STRIPS.values()) * VECTOR_BYTES // 4


@inner
def _deal(line: Array, at: int, pixels: Array, start: int, shape: Size, layout: tuple[int, ...]) -> None:
    """Lay an image out as one line, every step-th row and column together, with zeros around."""
    step_h, step_w, top, left, rows, columns, full = layout
    channels, height, width = shape
    nothing = line.dtype.type(0)
    for c in range(channels):
        image = start + c * height * width
        for a in range(step_h):
            low_r = min(rows, max(0, -((a - top) // step_h)))
            high_r = max(low_r, min(rows, -((a - top - height) // step_h)))
            for b in range(step_w):
                low = min(full, max(0, -((b - left) // step_w)))
                high = max(low, min(full, -((b - left - width) // step_w)))
                line[at : at + rows * columns] = nothing
                first = image + (low_r * step_h + a - top) * width + low * step_w + b - left
                to = at + low_r * columns + low
                at += rows * columns
                if low == high:
                    continue
                if step_w == 1:
                    copy_rows(line, to, columns, pixels, first, step_h * width, high_r - low_r, high - low, nothing)
                    continue
                for r in range(high_r - low_r):
                    # Cut out first and then indexed by the loop's own variable: Numba then knows that no
                    # index is negative, and LLVM turns the loop into vector instructions.
                    target = line[to + r * columns : to + r * columns + high - low]
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
    place: Steps,
    rows: int,
    width: int,
) -> None:
    """Add the bias to some rows and put them where they belong in the output; what ends a row is dropped."""
    if place[1] == 1:
        copy_rows(out, to, row_step * place[0], sums, at, columns, rows, width, bias)
        return
    for r in range(rows):
        source = sums[at + r * columns : at + r * columns + width]
        target = out[to + r * row_step * place[0] :]
        for w in range(width):
            target[w * place[1]] = source[w] + bias


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
    strips: Array,
    filter_step: int,
    groups: int,
    parts: int,
    layout: tuple[int, ...],
    place: Steps,
) -> bool:
    """Sum shifted lines for every phase of the output; an image, a group and a part of its rows to a thread.

    Return False, with nothing done, if a weight is NaN or infinite.
    """
    flat, pixels, (_, _, height_out, width_out) = out.reshape(out.size), x.reshape(x.size), out.shape
    channels, filters, taps = x.shape[1] // groups, out.shape[1] // groups, len(shift)
    shape = (channels, x.shape[2], x.shape[3])
    step_h, step_w, _, _, rows, columns, _ = layout
    size = channels * step_h * step_w * rows * columns
    lanes, together = VECTOR_BYTES // x.itemsize, max(1, CHUNK // columns)
    row = together * columns + MARGIN
    packed, totals = np.empty(w.size, w.dtype), np.empty(groups * (len(blocks) - 1))
    for task in prange(groups * (len(blocks) - 1)):
        g, block = task // (len(blocks) - 1), task % (len(blocks) - 1)
        totals[task] = _pack(packed, w, blocks, block, g, first, weight, filter_step, groups)
    if not np.isfinite(totals.sum()):
        return False
    for task in prange(x.shape[0] * groups * parts):
        n, g, part = task // (groups * parts), task // parts % groups, task % parts
        line, sums = np.empty(size + MARGIN, x.dtype), np.empty(blocks[1] * row, x.dtype)
        _deal(line, 0, pixels, (n * x.shape[1] + g * channels) * x.shape[2] * x.shape[3], shape, layout)
        line[size:] = 0
        for phase in range(len(first) - 1):
            height, width, depth = sizes[phase, 0], sizes[phase, 1], first[phase + 1] - first[phase]
            if depth == 0:
                sums[:] = 0
            for r in range(part * height // parts, (part + 1) * height // parts, together):
                taken = min(together, (part + 1) * height // parts - r)
                length = (taken - 1) * columns + width if depth > 0 and width > 0 else 0
                for block in range(len(blocks) - 1):
                    k, some = blocks[block], blocks[block + 1] - blocks[block]
                    at = g * filters * taps + filters * first[phase] + k * depth
                    p = 0
                    while p < length:
                        # At the end of the line, a narrow strip where a wide one would mostly be dropped.
                        vectors = strips[some] if length - p > strips[some] // 2 * lanes else 1
                        here = r * columns + p
                        sum_strip(
                            *(some, vectors, sums, p, row, line, here, shift, first[phase], depth),
                            *(packed, at, some, 1),
                        )
                        p += vectors * lanes
                    for f in range(some):
                        top, left = start[phase, 0] + r * place[0], start[phase, 1]
                        k_out = n * out.shape[1] + g * filters + k + f
                        to = (k_out * height_out + top) * width_out + left
                        bias = b[g * filters + k + f]
                        _place(flat, to, width_out, sums, f * row, columns, bias, place, taken, width)
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
    layout: tuple[int, ...],
) -> None:
    """total[part, group, k, t] = sum over a part of the images of dy times the line shifted by tap t."""
    parts, filters = total.shape[0], dy.shape[1] // groups
    batch, channels, (out_h, out_w) = x.shape[0], x.shape[1] // groups, dy.shape[2:]
    lanes = VECTOR_BYTES // dy.itemsize
    step_h, step_w, _, _, rows, columns, _ = layout
    size, nothing = channels * step_h * step_w * rows * columns, x.dtype.type(0)
    pixels, slopes, shape = x.reshape(x.size), dy.reshape(dy.size), (channels, x.shape[2], x.shape[3])
    together = min(out_h, max(1, CHUNK // columns))
    most = max(1, min(CHUNK // (out_h * columns), (batch + parts - 1) // parts))
    wide = (together * columns + lanes - 1) // lanes * lanes
    flat = total.reshape(total.size)
    for task in prange(parts * groups):
        part, g = task // groups, task % groups
        line, up = np.zeros(most * size + MARGIN, x.dtype), np.empty(most * filters * wide, x.dtype)
        low, high = part * batch // parts, (part + 1) * batch // parts
        for n in range(low, high, most):
            images = min(most, high - n)
            for m in range(images):
                image = ((n + m) * x.shape[1] + g * channels) * x.shape[2] * x.shape[3]
                _deal(line, m * size, pixels, image, shape, layout)
            for r in range(0, out_h, together):
                taken = min(together, out_h - r)
                for m in range(images):
                    for k in range(filters):
                        at, map_ = (m * filters + k) * wide, (n + m) * dy.shape[1] + g * filters + k
                        up[at : at + wide] = nothing
                        copy_rows(up, at, columns, slopes, (map_ * out_h + r) * out_w, out_w, taken, out_w, nothing)
                count = (taken * columns + lanes - 1) // lanes * lanes
                for block in range(len(blocks) - 1):
                    k, some = blocks[block], blocks[block + 1] - blocks[block]
                    for t in range(0, taps, DOT_TAPS):
                        to = ((part * groups + g) * filters + k) * len(shift) + t
                        dot_block(
                            *(some, flat, to, len(shift), up, k * wide, wide, filters * wide),
                            *(line, r * columns, size, shift, t, images, count),
                        )


@lru_cache(maxsize=256)
def _blocks(filters: int, sizes: tuple[int, ...]) -> Array:
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
    taps: Taps
    layout: tuple[int, ...]
    parts: int


@lru_cache(maxsize=256)
def _forward_plan(x: Shape, w: Shape, out: Shape, numbers: tuple[int, ...], groups: int, threads: int) -> Plan:
    layout, taps = forward_taps(*w[1:], *out[2:], x[3], numbers)
    return Plan(_blocks(w[0] // groups, tuple(STRIPS)), taps, tuple(layout), _parts(x[0] * groups, out[2], threads))


@lru_cache(maxsize=256)
def _backward_plan(dx: Shape, w: Shape, dy: Shape, numbers: tuple[int, ...], groups: int, threads: int) -> Plan:
    layout, taps = backward_taps(w[0] // groups, *w[1:], *dx[2:], dy[3], numbers)
    most = int(taps.sizes[:, 0].max())
    return Plan(_blocks(w[1], tuple(STRIPS)), taps, tuple(layout), _parts(dx[0] * groups, most, threads))


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
) -> None:
    """Slide every filter over every image and sum the products; see the reference."""
    numbers = (stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w)
    blocks, taps, layout, parts = _forward_plan(x.shape, w.shape, out.shape, numbers, groups, get_num_threads())
    step = w.shape[1] * w.shape[2] * w.shape[3]
    if not _slide(out, x, w.reshape(-1), b, blocks, *taps, WIDTHS, step, groups, parts, layout, (1, 1)):
        PLAIN_FORWARD(out, x, w, b, *numbers, groups)


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
    blocks, taps, layout, parts = _backward_plan(dx.shape, w.shape, dy.shape, numbers, groups, get_num_threads())
    nothing, step, steps = np.zeros(dx.shape[1], dx.dtype), w.shape[2] * w.shape[3], (stride_h, stride_w)
    if not _slide(dx, dy, w.reshape(-1), nothing, blocks, *taps, WIDTHS, step, groups, parts, layout, steps):
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
    layout, taps = forward_taps(*dw.shape[1:], *dy.shape[2:], x.shape[3], numbers)
    count = taps.shift.size
    shift = np.zeros(-(-count // DOT_TAPS) * DOT_TAPS, np.int64)
    shift[:count] = taps.shift
    parts = max(1, min(len(x), get_num_threads()))
    total = np.zeros((parts, groups, len(dw) // groups, shift.size), dw.dtype)
    _dot(total, dy, x, _blocks(len(dw) // groups, DOT_FILTERS), shift, groups, count, tuple(layout))
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
