"""The parts of a convolution by shifted strips (cpu/conv.py explains it), and how threads share it.

Some images, side by side, are laid out as one line; shifted strips of it are summed up for every block of
filters; what comes out is put where it belongs. Or, for the gradient of the filters, the line is multiplied by
the upstream gradient, laid out alike.
"""

from typing import TypeAlias

import numpy as np

from engine.arrays import Array
from engine.kernels import buffers, registers, tasks, vectors
from engine.kernels import plan as plans
from engine.kernels import rows as short_rows
from engine.kernels.buffers import buffer, zeros
from engine.kernels.jit import using
from engine.kernels.plan import CHUNK
from engine.kernels.registers import DOT_TAPS, STRIPS, dot_block, sum_strip
from engine.kernels.rows import copy_rows, relu_pool_pairs
from engine.kernels.tasks import PRODUCTS, share
from engine.kernels.vectors import VECTOR_BYTES

compiled = using(buffers, plans, registers, short_rows, tasks, vectors)

Steps: TypeAlias = tuple[int, int]
# Channels, rows and columns of an image.
Size: TypeAlias = tuple[int, int, int]

# Into at most so many tasks the groups are parted.
SPANS = 64
# STRIPS as an array, by size of block.
WIDTHS = np.array([STRIPS.get(size, 0) for size in range(max(STRIPS) + 1)])
# Elements that the longest strip may read or write past the end of a line: of float32, the more numerous.
MARGIN = max(STRIPS.values()) * VECTOR_BYTES // 4


@compiled
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


@compiled
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


@compiled
def pack(
    task: int,
    packed: Array,
    totals: Array,
    w: Array,
    blocks: Array,
    first: Array,
    weight: Array,
    step: int,
    groups: int,
) -> None:
    """Put the weights of a block of filters in the order they are read in: by phase, tap, filter; note their sum."""
    filters, taps = blocks[-1], len(weight)
    g, block = task // (len(blocks) - 1), task % (len(blocks) - 1)
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
    totals[task] = total


@compiled
def _add_up(task: int, totals: Array, w: Array) -> None:
    """Note the sum of a part of the weights."""
    totals[task] = w[task * w.size // len(totals) : (task + 1) * w.size // len(totals)].sum()


@compiled
def _slide(
    task: int,
    out: Array,
    index: Array,
    x: Array,
    weights: Array,
    b: Array,
    blocks: Array,
    first: Array,
    shift: Array,
    start: Array,
    sizes: Array,
    layout: tuple[int, ...],
    beside: int,
    parts: int,
    spans: int,
    strips: Array,
    straight: int,
    groups: int,
    relu: int,
    pooled: int,
    place: Steps,
) -> None:
    """Sum shifted lines for every phase of the output: for some images, some groups and a part of the rows.

    If `pooled`, what is put in place is the largest of each 2x2 window, rectified, and where it was.
    """
    flat, winners, pixels, (batch, _, height_out, width_out) = (
        out.reshape(-1),
        index.reshape(-1),
        x.reshape(-1),
        out.shape,
    )
    channels, filters, taps = x.shape[1] // groups, out.shape[1] // groups, len(shift)
    shape = (channels, x.shape[2], x.shape[3])
    step_h, step_w, _, _, rows, columns, _ = layout
    period = beside * columns
    size = channels * step_h * step_w * rows * period
    lanes, together = VECTOR_BYTES // x.itemsize, max(1, CHUNK // period)
    if pooled:
        together = max(2, together // 2 * 2)
    one, nothing, floor = x.dtype.type(1), x.dtype.type(0), x.dtype.type(0 if relu else -np.inf)
    line_of_sums = together * period + MARGIN
    n, span, part = task // (spans * parts) * beside, task // parts % spans, task % parts
    images = min(beside, batch - n)
    line, sums = zeros(size + MARGIN, x), buffer(blocks[1] * line_of_sums, x)
    for g in range(span * groups // spans, (span + 1) * groups // spans):
        for m in range(images):
            image = ((n + m) * x.shape[1] + g * channels) * x.shape[2] * x.shape[3]
            _deal(line, m, beside, pixels, image, shape, layout)
        for phase in range(len(first) - 1):
            height, width, depth = sizes[phase, 0], sizes[phase, 1], first[phase + 1] - first[phase]
            if depth == 0:
                sums[:] = 0
            begin, end = part * height // parts, (part + 1) * height // parts
            if pooled:
                begin, end = part * (height // 2) // parts * 2, (part + 1) * (height // 2) // parts * 2
            pieces = max(1, (end - begin + together - 1) // together)
            several = max(1, (end - begin + pieces - 1) // pieces)
            if pooled:
                several += several % 2
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
                        map_ = g * filters + k + f
                        for m in range(images):
                            plane, source = (
                                ((n + m) * out.shape[1] + map_) * height_out * width_out,
                                f * line_of_sums + m * columns,
                            )
                            if pooled:
                                to = plane + r // 2 * width_out
                                relu_pool_pairs(
                                    *(flat, to, winners, sums, source, period, taken // 2, width_out),
                                    *(nothing, one, b[map_], r * width, width),
                                )
                            else:
                                to = plane + (start[phase, 0] + r * place[0]) * width_out + start[phase, 1]
                                _place(flat, to, width_out, sums, source, period, b[map_], floor, place, taken, width)


@compiled
def _scatter(
    up: Array, to: int, period: int, slopes: Array, winners: Array, at: int, row: int, width: int, pairs: int, some: int
) -> None:
    """Put the gradients of some rows of windows where their winners were: at a place in rows of this width."""
    for i in range(pairs):
        first, line = (row + 2 * i) * width, up[to + 2 * i * period :]
        upstream, places = slopes[at + i * some : at + (i + 1) * some], winners[at + i * some : at + (i + 1) * some]
        for j in range(some):
            # -1 - p is pixel p, without gradient; without branches, as in cpu/pool.py.
            place = np.int64(places[j])
            pixel = (place ^ (place >> 63)) - first
            pixel += period - width if pixel >= width else 0
            line[pixel] = upstream[j] if place >= 0 else up.dtype.type(0)


@compiled
def _dot(
    task: int,
    total: Array,
    dy: Array,
    index: Array,
    x: Array,
    blocks: Array,
    shift: Array,
    groups: int,
    taps: int,
    beside: int,
    layout: tuple[int, ...],
    out_h: int,
    out_w: int,
    pooled: int,
) -> None:
    """total[part, group, k, t] = sum over a part of the images of dy times the line shifted by tap t.

    If `pooled`, dy is that of the largest of each 2x2 window, and belongs where that was.
    """
    parts, filters = total.shape[0], dy.shape[1] // groups
    batch, channels = x.shape[0], x.shape[1] // groups
    lanes = VECTOR_BYTES // dy.itemsize
    step_h, step_w, _, _, rows, columns, _ = layout
    period, nothing, lowest = beside * columns, x.dtype.type(0), x.dtype.type(-np.inf)
    size = channels * step_h * step_w * rows * period
    pixels, slopes, winners = x.reshape(-1), dy.reshape(-1), index.reshape(-1)
    shape = (channels, x.shape[2], x.shape[3])
    together = min(out_h, max(1, CHUNK // period))
    if pooled:
        together = max(2, together // 2 * 2)
    wide = (together * period + lanes - 1) // lanes * lanes
    flat = total.reshape(-1)
    part, g = task // groups, task % groups
    line, up = zeros(size + MARGIN, x), buffer(filters * wide, x)
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
                    plane, to = (n + m) * dy.shape[1] + g * filters + k, k * wide + m * columns
                    if pooled:
                        source = (plane * dy.shape[2] + r // 2) * dy.shape[3]
                        _scatter(up, to, period, slopes, winners, source, r, out_w, taken // 2, dy.shape[3])
                    else:
                        source = (plane * out_h + r) * out_w
                        copy_rows(up, to, period, slopes, source, out_w, taken, out_w, nothing, lowest)
            count = (taken * period + lanes - 1) // lanes * lanes
            for block in range(len(blocks) - 1):
                k, some = blocks[block], blocks[block + 1] - blocks[block]
                for t in range(0, taps, DOT_TAPS):
                    to = ((part * groups + g) * filters + k) * len(shift) + t
                    dot_block(some, flat, to, len(shift), up, k * wide, wide, line, r * period, shift, t, count)


@compiled
def slide(
    out: Array,
    index: Array,
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
    pooled: int,
    place: Steps,
) -> bool:
    """Sum shifted lines for every phase of the output; some images, a group and a part of its rows are a task.

    Return False, with nothing done, if a weight is NaN or infinite.
    """
    count = groups * (len(blocks) - 1)
    totals = np.empty(count)
    # What forward needs, tap after tap of a filter, is how the weights lie.
    weights = w if straight else np.empty(w.size, w.dtype)
    if straight:
        share(_add_up, count, w.size, (totals, w))
    else:
        share(pack, count, w.size, (weights, totals, w, blocks, first, weight, filter_step, groups))
    if not np.isfinite(totals.sum()):
        return False
    sets, amount = (x.shape[0] + beside - 1) // beside * parts, out.size * len(shift) // PRODUCTS
    # Of many small groups, several are a task: handing them out one by one takes longer than some of them.
    spans = min(groups, max(1, SPANS // max(1, sets)))
    plan = (blocks, first, shift, start, sizes, layout, beside, parts, spans, strips)
    share(_slide, sets * spans, amount, (out, index, x, weights, b, *plan, straight, groups, relu, pooled, place))
    return True


@compiled
def dot(
    total: Array,
    dy: Array,
    index: Array,
    x: Array,
    blocks: Array,
    shift: Array,
    groups: int,
    taps: int,
    beside: int,
    layout: tuple[int, ...],
    out_h: int,
    out_w: int,
    pooled: int,
) -> None:
    """total[part, group, k, t] = sum over a part of the images of dy times the line shifted by tap t."""
    count = total.shape[0] * groups
    amount = x.shape[0] * dy.shape[1] * out_h * out_w * taps // PRODUCTS
    share(_dot, count, amount, (total, dy, index, x, blocks, shift, groups, taps, beside, layout, out_h, out_w, pooled))
