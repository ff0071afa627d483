"""Convolution of many small images, one in each lane of a vector.

As many images as a vector has lanes are interleaved: pixel by pixel, the same pixel of all of them. A vector is
then one pixel of a map in several images, so that rows of any width fill vectors, where a line of short rows
(cpu/conv.py) is computed also at the few positions between them. Filter rows that would lie above or below the
image are left out. What it costs: pixels are interleaved, and results parted again, a block at a time in registers.
"""

import numpy as np

from engine.arrays import Array
from engine.kernels import buffers, lines, registers, tasks, vectors
from engine.kernels.buffers import buffer, zeros
from engine.kernels.jit import using
from engine.kernels.lines import Steps, pack
from engine.kernels.plan import Together
from engine.kernels.registers import sum_strip, transpose_block
from engine.kernels.tasks import PRODUCTS, share
from engine.kernels.vectors import VECTOR_BYTES

compiled = using(buffers, lines, registers, tasks, vectors)

# Results of a filter, in pixels, that are computed before they are parted: in the first-level cache still.
PIXELS = 256


@compiled
def _interleave(out: Array, x: Array, at: int, images: int, step: int, count: int) -> None:
    """out[p, image] = x[at + image step + p] for p = 0 … count - 1, and 0 where there is no image."""
    lanes = VECTOR_BYTES // x.itemsize
    if images == lanes and count >= lanes:
        for p in range(0, count, lanes):
            q = min(p, count - lanes)  # the last block overlaps the one before
            transpose_block(out, q * lanes, lanes, x, at + q, step)
        return
    for image in range(images):
        source = x[at + image * step : at + image * step + count]
        for p in range(count):
            out[p * lanes + image] = source[p]
    for image in range(images, lanes):
        for p in range(count):
            out[p * lanes + image] = 0


@compiled
def _part(out: Array, to: int, images: int, step: int, x: Array, count: int) -> None:
    """out[to + image step + p] = x[p, image] for p = 0 … count - 1."""
    lanes = VECTOR_BYTES // x.itemsize
    if images == lanes and count >= lanes:
        for p in range(0, count, lanes):
            q = min(p, count - lanes)
            transpose_block(out, to + q, step, x, q * lanes, lanes)
        return
    for image in range(images):
        target = out[to + image * step : to + image * step + count]
        for p in range(count):
            target[p] = x[p * lanes + image]


@compiled
def _pool(done: Array, places: Array, sums: Array, bias: float, first: int, rows: int, width: int) -> None:
    """Keep the largest of each 2x2 window of some rows, with bias, rectified, and where it was, counted from `first`.

    Places are those of reference/fused.py; NaN wins, and the last of them.
    """
    lanes = VECTOR_BYTES // sums.itemsize
    for r in range(rows // 2):
        for q in range(width // 2):
            at, to = (2 * r * width + 2 * q) * lanes, (r * (width // 2) + q) * lanes
            place = first + 2 * r * width + 2 * q
            target, winner = done[to : to + lanes], places[to : to + lanes]
            target[:] = 0
            winner[:] = -1 - place
            for h in range(2):
                for w in range(2):
                    here = at + (h * width + w) * lanes
                    source, mine = sums[here : here + lanes], place + h * width + w
                    for lane in range(lanes):
                        value = source[lane] + bias
                        take = (value > target[lane]) | (value != value)
                        target[lane] = value if take else target[lane]
                        winner[lane] = mine if take else winner[lane]


@compiled
def _slide_together(
    task: int,
    out: Array,
    index: Array,
    x: Array,
    weights: Array,
    b: Array,
    blocks: Array,
    shift: Array,
    strips: Array,
    filter_h: int,
    top: int,
    left: int,
    columns: int,
    parts: int,
    height: int,
    width: int,
    relu: int,
    pooled: int,
) -> None:
    """Convolve a vector full of images, a part of the rows of maps (height by width); or what is pooled from them."""
    lanes = VECTOR_BYTES // x.itemsize
    batch, channels, image_h, image_w = x.shape
    filters, out_h, out_w = out.shape[1:]
    n, part = task // parts * lanes, task % parts
    images, taps = min(lanes, batch - n), len(shift)
    row_taps, pixels = taps // filter_h, x.reshape(-1)
    line = zeros(channels * image_h * columns * lanes, x)
    dense = buffer(max(image_h * image_w, PIXELS + width) * lanes, x)
    plane, size = image_h * image_w, channels * image_h * image_w
    for c in range(channels):
        _interleave(dense, pixels, n * size + c * plane, images, size, plane)
        for h in range(image_h):
            to, long = ((c * image_h + h) * columns + left) * lanes, min(image_w, columns - left) * lanes
            target, source = line[to : to + long], dense[h * image_w * lanes : h * image_w * lanes + long]
            for i in range(long):
                target[i] = source[i]
    together = max(2, PIXELS // width // 2 * 2)
    pitch = (together + 1) * width * lanes
    sums, floor = buffer(blocks[1] * pitch, x), x.dtype.type(0 if relu else -np.inf)
    places = buffer(pitch if pooled else 0, index)
    # Windows of two rows are not cut apart.
    begin, end = part * (height // 2) // parts * 2, (part + 1) * (height // 2) // parts * 2
    if part == parts - 1 and not pooled:
        end = height
    for r in range(begin, end, together):
        taken = min(together, end - r)
        for block in range(len(blocks) - 1):
            k, some = blocks[block], blocks[block + 1] - blocks[block]
            for row in range(r, r + taken):
                low, high = max(0, top - row), min(filter_h, image_h + top - row)
                first, count = low * row_taps, max(0, high - low) * row_taps
                at, p = (row - top) * columns * lanes, (row - r) * width * lanes
                last = p + width * lanes
                if count == 0:
                    for f in range(some):
                        sums[f * pitch + p : f * pitch + last] = 0
                    continue
                while p < last:
                    vectors = strips[some] if last - p > (strips[some] - 1) * lanes else 1
                    here = at + p - (row - r) * width * lanes
                    start = k * taps + first * some
                    sum_strip(some, vectors, sums, p, pitch, line, here, shift, first, count, weights, start, some, 1)
                    p += vectors * lanes
            for f in range(some):
                own, bias = sums[f * pitch : f * pitch + taken * width * lanes], b[k + f]
                step, to = filters * out_h * out_w, ((n * filters) + k + f) * out_h * out_w
                if pooled:
                    _pool(dense, places, own, bias, r * width, taken, width)
                    to, count = to + r // 2 * out_w, taken // 2 * out_w
                    _part(index.reshape(-1).view(x.dtype), to, images, step, places.view(x.dtype), count)
                    _part(out.reshape(-1), to, images, step, dense, count)
                    continue
                for i in range(own.size):
                    value = own[i] + bias
                    own[i] = floor if value < floor else value
                _part(out.reshape(-1), to + r * out_w, images, step, own, taken * out_w)


@compiled
def slide_together(
    out: Array,
    index: Array,
    x: Array,
    w: Array,
    b: Array,
    plan: Together,
    strips: Array,
    filter_step: int,
    filter_h: int,
    pad: Steps,
    size: Steps,
    relu: int,
    pooled: int,
) -> bool:
    """Convolve images in lanes. Return False, with nothing done, if a weight is NaN or infinite."""
    blocks, shift, weight, columns, parts = plan
    count, first = len(blocks) - 1, np.array([0, len(shift)])
    totals, weights = np.empty(count), np.empty(w.size, w.dtype)
    share(pack, count, w.size, (weights, totals, w, blocks, first, weight, filter_step, 1))
    if not np.isfinite(totals.sum()):
        return False
    lanes = VECTOR_BYTES // x.itemsize
    tasks, work = (len(x) + lanes - 1) // lanes * parts, len(x) * w.size * size[0] * size[1] // PRODUCTS
    numbers = (filter_h, pad[0], pad[1], columns, parts, size[0], size[1], relu, pooled)
    share(_slide_together, tasks, work, (out, index, x, weights, b, blocks, shift, strips, *numbers))
    return True
