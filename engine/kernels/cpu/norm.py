"""Normalisation, one row (a channel, an example, a group) to a thread; the reference explains the layout.

A row of a batch of maps is small enough to stay in the cache, so the second walk over it is nearly free.
Sums are kept in float64, which costs little beside the wait for memory. Where each number has its own
weight (layer_norm), the innermost loop has length 1 and is not turned into vector instructions.
"""

import numpy as np

from engine.arrays import Array
from engine.kernels import tasks
from engine.kernels.jit import using
from engine.kernels.tasks import share

compiled = using(tasks)

# So many neighbouring weights are summed up together: what a cache line brings along is used.
BLOCK = 64


@compiled
def _moments_row(r: int, mean: Array, variance: Array, x: Array) -> None:
    pieces, rows, channels, pixels = x.shape
    count = pieces * channels * pixels
    flat = x.reshape(pieces, rows, channels * pixels)
    total = 0.0
    for a in range(pieces):
        line, part = flat[a, r], x.dtype.type(0)
        for i in range(line.size):
            part += line[i]
        total += part
    centre = total / count
    near, squares = x.dtype.type(centre), 0.0
    for a in range(pieces):
        line, part = flat[a, r], x.dtype.type(0)
        for i in range(line.size):
            difference = line[i] - near
            part += difference * difference
        squares += part
    mean[r] = centre
    variance[r] = squares / count


@compiled
def moments(mean: Array, variance: Array, x: Array) -> None:
    """mean[r] and variance[r] of all numbers in x[:, r]; see the reference."""
    _, rows, _, _ = x.shape
    share(_moments_row, rows, 2 * x.size, (mean, variance, x))


@compiled
def _normalise_piece(
    piece: int, out: Array, x: Array, mean: Array, variance: Array, weight: Array, bias: Array, eps: float, relu: int
) -> None:
    _, rows, channels, pixels = x.shape
    period = weight.shape[0]
    a, r = piece // rows, piece % rows
    centre, factor = mean[r], 1.0 / np.sqrt(variance[r] + eps)
    floor = 0.0 if relu else -np.inf
    for j in range(channels):
        scale, shift = factor * weight[r % period, j], bias[r % period, j]
        for s in range(pixels):
            value = (x[a, r, j, s] - centre) * scale + shift
            out[a, r, j, s] = floor if value < floor else value


@compiled
def normalise(
    out: Array, x: Array, mean: Array, variance: Array, weight: Array, bias: Array, eps: float, relu: int
) -> None:
    """Out = (x - mean) / sqrt(variance + eps) * weight + bias, rectified if so wished; see the reference."""
    pieces, rows, _, _ = x.shape
    share(_normalise_piece, pieces * rows, x.size, (out, x, mean, variance, weight, bias, eps, relu))


@compiled
def _normalise_backward_x_row(
    r: int, dx: Array, dy: Array, x: Array, mean: Array, variance: Array, weight: Array, eps: float, moments_of_x: int
) -> None:
    pieces, _, channels, pixels = x.shape
    period, count = weight.shape[0], pieces * channels * pixels
    centre, factor = mean[r], 1.0 / np.sqrt(variance[r] + eps)
    sum_dz = 0.0
    sum_dz_z = 0.0
    if moments_of_x:
        for a in range(pieces):
            for j in range(channels):
                sum_dy = 0.0
                sum_dy_x = 0.0
                for s in range(pixels):
                    sum_dy += dy[a, r, j, s]
                    sum_dy_x += dy[a, r, j, s] * (x[a, r, j, s] - centre)
                sum_dz += sum_dy * weight[r % period, j]
                sum_dz_z += sum_dy_x * weight[r % period, j] * factor
    slope = factor * factor * sum_dz_z / count
    shift = factor * sum_dz / count
    for a in range(pieces):
        for j in range(channels):
            scale = factor * weight[r % period, j]
            for s in range(pixels):
                dx[a, r, j, s] = dy[a, r, j, s] * scale - (x[a, r, j, s] - centre) * slope - shift


@compiled
def normalise_backward_x(
    dx: Array, dy: Array, x: Array, mean: Array, variance: Array, weight: Array, eps: float, moments_of_x: int
) -> None:
    """Gradient for x, also through the mean and the variance of its row; see the reference."""
    _, rows, _, _ = x.shape
    share(_normalise_backward_x_row, rows, 2 * x.size, (dx, dy, x, mean, variance, weight, eps, moments_of_x))


@compiled
def _normalise_backward_affine_block(
    pb: int, dw: Array, db: Array, dy: Array, x: Array, mean: Array, variance: Array, eps: float
) -> None:
    pieces, rows, channels, pixels = x.shape
    period = dw.shape[0]
    blocks = (channels + BLOCK - 1) // BLOCK
    p, first = pb // blocks, pb % blocks * BLOCK
    last = min(first + BLOCK, channels)
    sums = np.zeros((2, last - first))
    for r in range(p, rows, period):
        centre, factor = mean[r], 1.0 / np.sqrt(variance[r] + eps)
        for a in range(pieces):
            for j in range(first, last):
                sum_dy = 0.0
                sum_dy_x = 0.0
                for s in range(pixels):
                    sum_dy += dy[a, r, j, s]
                    sum_dy_x += dy[a, r, j, s] * (x[a, r, j, s] - centre)
                sums[0, j - first] += sum_dy_x * factor
                sums[1, j - first] += sum_dy
    for j in range(first, last):
        dw[p, j] = sums[0, j - first]
        db[p, j] = sums[1, j - first]


@compiled
def normalise_backward_affine(
    dw: Array, db: Array, dy: Array, x: Array, mean: Array, variance: Array, eps: float
) -> None:
    """Add up dy * (x - mean) / deviation, and dy, over all that shared a weight; see the reference."""
    _, _, channels, _ = x.shape
    period = dw.shape[0]
    blocks = (channels + BLOCK - 1) // BLOCK
    share(_normalise_backward_affine_block, period * blocks, 2 * x.size, (dw, db, dy, x, mean, variance, eps))
