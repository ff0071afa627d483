"""Normalise, rectify and pool in one pass over memory each way; see the reference.

The largest maps of a network lie between these steps. Here they are never written: forward reads what the
convolution made and writes a quarter as much; backward adds up over winners, then writes each gradient once.
What it costs: windows are 2x2, side by side, as they nearly always are; others take the steps one by one.
"""

import numpy as np
from numba import prange

from engine.arrays import Array
from engine.kernels import rows, vectors
from engine.kernels.jit import using
from engine.kernels.rows import relu_pool_pairs

kernel, _ = using(rows, vectors)


@kernel
def relu_max_pool2d(out: Array, index: Array, x: Array, centre: Array, scale: Array, shift: Array) -> None:
    """Keep the largest of each 2x2 window of max(0, (x - centre[c]) * scale[c] + shift[c]); see the reference."""
    count, height, width = x.shape
    _, out_h, out_w = out.shape
    largest, winners, pixels = out.reshape(out.size), index.reshape(index.size), x.reshape(x.size)
    for p in prange(count):
        c, to, at = p % centre.size, p * out_h * out_w, p * height * width
        relu_pool_pairs(largest, to, winners, pixels, at, width, out_h, out_w, centre[c], scale[c], shift[c])


@kernel
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
    windows, count = dy.shape[2] * dy.shape[3], batch * height * width
    pixels, slopes = x.reshape(batch, channels, height * width), dx.reshape(batch, channels, height * width)
    up, winners = dy.reshape(batch, channels, windows), index.reshape(batch, channels, windows)
    number = x.dtype.type
    for c in prange(channels):
        deviation = np.sqrt(variance[c] + eps)
        sum_dy, sum_dy_x = 0.0, 0.0
        for n in range(batch):
            plane, upstream, places = pixels[n, c], up[n, c], winners[n, c]
            # Within a plane in the dtype of the maps, which is twice as fast; between planes in float64.
            part_dy, part_dy_x, centre = number(0), number(0), number(mean[c])
            for i in range(windows):
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
            steepness = number(factor * sum_dy_x / (deviation * deviation * count))
            offset = number(factor * sum_dy / count)
        for n in range(batch):
            plane, target, upstream, places = pixels[n, c], slopes[n, c], up[n, c], winners[n, c]
            centre, gain = number(mean[c]), number(factor)
            if moments_of_x:
                for i in range(plane.size):
                    target[i] = (centre - plane[i]) * steepness - offset
            else:
                target[:] = 0
            for i in range(windows):
                place = places[i]
                target[place ^ (place >> 63)] += gain * upstream[i] if place >= 0 else number(0)
