"""Normalise, rectify and pool in one pass over memory each way; see the reference.

The largest maps of a network lie between these steps. Here they are never written: forward reads what the
convolution made and writes a quarter as much; backward adds up over winners, then writes each gradient once.
What it costs: windows are 2x2, side by side, as they nearly always are; others take the steps one by one.
"""

import numpy as np
from numba import prange

from engine.arrays import Array
from engine.kernels.jit import inner, kernel


@inner
def _pool_row(
    best: Array, winner: Array, upper: Array, lower: Array, first: int, centre: float, scale: float, shift: float
) -> None:
    """Keep the largest of each four pixels, or 0. Choices instead of branches: see pool.py."""
    width = upper.size
    nothing = best.dtype.type(0)
    for j in range(best.size):
        a = (upper[2 * j] - centre) * scale + shift
        b = (upper[2 * j + 1] - centre) * scale + shift
        c = (lower[2 * j] - centre) * scale + shift
        d = (lower[2 * j + 1] - centre) * scale + shift
        take = (a > nothing) | (a != a)
        top, place = (a, 0) if take else (nothing, -1)
        take = (b > top) | (b != b)
        top, place = (b, 1) if take else (top, place)
        take = (c > top) | (c != c)
        top, place = (c, width) if take else (top, place)
        take = (d > top) | (d != d)
        top, place = (d, width + 1) if take else (top, place)
        best[j] = top
        winner[j] = first + 2 * j + place if place >= 0 else -1


@kernel
def relu_max_pool2d(out: Array, index: Array, x: Array, centre: Array, scale: Array, shift: Array) -> None:
    """Keep the largest of each 2x2 window of max(0, (x - centre[c]) * scale[c] + shift[c]); see the reference."""
    width, channels = x.shape[2], centre.size
    for p in prange(x.shape[0]):
        c = p % channels
        for i in range(out.shape[1]):
            upper, lower, first = x[p, 2 * i], x[p, 2 * i + 1], 2 * i * width
            _pool_row(out[p, i], index[p, i], upper, lower, first, centre[c], scale[c], shift[c])


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
                # Where there is no winner, pixel 0 counts for nothing.
                place = max(places[i], 0)
                slope = upstream[i] if places[i] >= 0 else number(0)
                part_dy += slope
                part_dy_x += slope * (plane[place] - centre) if places[i] >= 0 else number(0)
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
                if places[i] >= 0:
                    target[places[i]] += gain * upstream[i]
