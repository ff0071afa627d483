"""Normalise, rectify and pool in one pass over memory each way; see the reference.

The largest maps of a network lie between these steps. Here they are never written: forward reads what the
convolution made and writes a quarter as much; backward adds up over winners, then writes each gradient once.
What it costs: windows are 2x2, side by side, as they nearly always are; others take the steps one by one.
A convolution is pooled while its sums are in the cache (engine/kernels/lines.py).
"""

import numpy as np

from engine import memory
from engine.arrays import Array
from engine.kernels import rows, tasks, vectors
from engine.kernels.cpu.conv import PLAIN_FORWARD, by_tiles, conv2d_backward_w, convolve, multiply_lines
from engine.kernels.cpu.pool import give_to_winners
from engine.kernels.jit import using
from engine.kernels.rows import relu_pool_pairs
from engine.kernels.tasks import share

compiled = using(rows, tasks, vectors)


@compiled
def _relu_max_pool(p: int, out: Array, index: Array, x: Array, centre: Array, scale: Array, shift: Array) -> None:
    _, height, width = x.shape
    _, out_h, out_w = out.shape
    largest, winners, pixels = out.reshape(-1), index.reshape(-1), x.reshape(-1)
    c, to, at = p % centre.size, p * out_h * out_w, p * height * width
    relu_pool_pairs(*(largest, to, winners, pixels, at, width, out_h, out_w, centre[c], scale[c], shift[c], 0, width))


@compiled
def relu_max_pool2d(out: Array, index: Array, x: Array, centre: Array, scale: Array, shift: Array) -> None:
    """Keep the largest of each 2x2 window of max(0, (x - centre[c]) * scale[c] + shift[c]); see the reference."""
    share(_relu_max_pool, len(x), x.size, (out, index, x, centre, scale, shift))


@compiled
def relu_max_pool2d_backward(dx: Array, dy: Array, index: Array) -> None:
    """Give each 2x2 window's gradient to its winner, and 0 to all others; see the reference."""
    give_to_winners(dx, dy, index)


@compiled
def _normalise_backward(
    c: int,
    dx: Array,
    dw: Array,
    db: Array,
    dy: Array,
    index: Array,
    x: Array,
    mean: Array,
    variance: Array,
    weight: Array,
    eps: float,
    moments_of_x: int,
) -> None:
    """Compute the gradients of a channel, whose planes are rows."""
    batch, _, count = x.shape
    number = x.dtype.type
    deviation = np.sqrt(variance[c] + eps)
    sum_dy, sum_dy_x = 0.0, 0.0
    for n in range(batch):
        plane, upstream, places = x[n, c], dy[n, c], index[n, c]
        # Within a plane in the dtype of the maps, which is twice as fast; between planes in float64.
        part_dy, part_dy_x, centre = number(0), number(0), number(mean[c])
        for i in range(upstream.size):
            # Without branches, as in pool.py: -1 - p is pixel p, without gradient.
            place = places[i]
            product = upstream[i] * (plane[place ^ (place >> 63)] - centre)
            part_dy += upstream[i] if place >= 0 else number(0)
            part_dy_x += product if place >= 0 else number(0)
        sum_dy += part_dy
        sum_dy_x += part_dy_x
    dw[c], db[c] = sum_dy_x / deviation, sum_dy
    factor = weight[c] / deviation
    steepness, offset = number(0), number(0)
    if moments_of_x:
        steepness = number(factor * sum_dy_x / (deviation * deviation * batch * count))
        offset = number(factor * sum_dy / (batch * count))
    for n in range(batch):
        plane, target, upstream, places = x[n, c], dx[n, c], dy[n, c], index[n, c]
        centre, gain = number(mean[c]), number(factor)
        if moments_of_x:
            for i in range(plane.size):
                target[i] = (centre - plane[i]) * steepness - offset
        else:
            target[:] = 0
        for i in range(upstream.size):
            place = places[i]
            target[place ^ (place >> 63)] += gain * upstream[i] if place >= 0 else number(0)


@compiled
def normalise_relu_max_pool2d_backward(
    dx: Array,
    dw: Array,
    db: Array,
    dy: Array,
    index: Array,
    x: Array,
    mean: Array,
    variance: Array,
    weight: Array,
    eps: float,
    moments_of_x: int,
) -> None:
    """Gradients of a normalisation over a batch, rectified and pooled; see the reference."""
    batch, channels, height, width = x.shape
    maps, windows = (batch, channels, height * width), (batch, channels, dy.shape[2] * dy.shape[3])
    arrays = (dx.reshape(maps), dw, db, dy.reshape(windows), index.reshape(windows), x.reshape(maps))
    share(_normalise_backward, channels, 2 * x.size, (*arrays, mean, variance, weight, eps, moments_of_x))


def conv2d_relu_max_pool2d(
    out: Array,
    index: Array,
    x: Array,
    w: Array,
    b: Array,
    height: int,
    width: int,
    stride_h: int,
    stride_w: int,
    pad_top: int,
    pad_left: int,
    dilation_h: int,
    dilation_w: int,
    groups: int,
) -> None:
    """Convolve, rectify, and keep the largest of each 2x2 window; see the reference."""
    numbers = (stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w)
    maps = (*out.shape[:2], height, width)
    if not convolve(out, index, x, w, b, maps, numbers, groups, 1):
        slow, batch_of_planes = np.empty(maps, x.dtype), (-1, *out.shape[2:])
        PLAIN_FORWARD(slow, x, w, b, *numbers, groups, 0)
        nothing, one = np.zeros(1, x.dtype), np.ones(1, x.dtype)
        winners = index.reshape(batch_of_planes)
        relu_max_pool2d(out.reshape(batch_of_planes), winners, slow.reshape(-1, height, width), nothing, one, nothing)


def conv2d_relu_max_pool2d_backward_w(
    dw: Array,
    dy: Array,
    index: Array,
    x: Array,
    height: int,
    width: int,
    stride_h: int,
    stride_w: int,
    pad_top: int,
    pad_left: int,
    dilation_h: int,
    dilation_w: int,
    groups: int,
) -> None:
    """Sum pixel times output gradient, which belongs to the winners of the windows only; see the reference."""
    numbers = (stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w)
    maps = (*dy.shape[:2], height, width)
    if by_tiles(x, dw, maps, numbers, groups) or not multiply_lines(dw, dy, index, x, maps, numbers, groups, 1):
        slope, flat = memory.empty(maps, dy.dtype), (-1, *dy.shape[2:])
        relu_max_pool2d_backward(slope.reshape(-1, height, width), dy.reshape(flat), index.reshape(flat))
        conv2d_backward_w(dw, slope, x, *numbers, groups)


@compiled
def _sum_winners(k: int, db: Array, dy: Array, index: Array) -> None:
    total = 0.0
    for n in range(dy.shape[0]):
        slopes, places, part = dy[n, k], index[n, k], dy.dtype.type(0)
        for i in range(slopes.size):
            part += slopes[i] if places[i] >= 0 else dy.dtype.type(0)
        total += part
    db[k] = total


@compiled
def conv2d_relu_max_pool2d_backward_b(db: Array, dy: Array, index: Array) -> None:
    """db[k] = sum of dy[:, k] over windows that have a winner; see the reference."""
    flat = (dy.shape[0], dy.shape[1], dy.shape[2] * dy.shape[3])
    share(_sum_winners, len(db), dy.size, (db, dy.reshape(flat), index.reshape(flat)))
