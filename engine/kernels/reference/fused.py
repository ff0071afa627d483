"""Several steps in one, as networks have them one after the other: normalise, rectify, keep the largest.

Each is defined by the steps it stands for, and agrees with them but for rounding. What is gained is memory:
the maps between the steps, which are the largest of a network, are neither written nor read again.
"""

import math

import numpy as np

from engine.arrays import Array
from engine.kernels.reference.conv import conv2d, conv2d_backward_b, conv2d_backward_w


@np.errstate(all="ignore")
def relu_max_pool2d(out: Array, index: Array, x: Array, centre: Array, scale: Array, shift: Array) -> None:
    """Keep the largest of each 2x2 window of z = max(0, (x - centre[c]) * scale[c] + shift[c]).

    Parameters
    ----------
    out : ndarray (P, H // 2, W // 2)
    index : ndarray (P, H // 2, W // 2), int32 or int64
        Position h * W + w of the winner in its plane, the first of equals but the last NaN; -1 - p where z is
        0 in the whole window, so that no pixel has a gradient, with p its first pixel.
    x : ndarray (P, H, W)
        A plane is a map of an image; c = p % C.
    centre, scale, shift : ndarray (C,)
    """
    planes, _, width = x.shape
    for p in range(planes):
        c = p % len(centre)
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                best, winner = 0.0, -1 - (2 * i * width + 2 * j)
                for h in (2 * i, 2 * i + 1):
                    for w in (2 * j, 2 * j + 1):
                        z = (float(x[p, h, w]) - float(centre[c])) * float(scale[c]) + float(shift[c])
                        if z > best or math.isnan(z):
                            best, winner = z, h * width + w
                out[p, i, j] = best
                index[p, i, j] = winner


def relu_max_pool2d_backward(dx: Array, dy: Array, index: Array) -> None:
    """Give each 2x2 window's gradient to its winner, and 0 to all others.

    Parameters
    ----------
    dx : ndarray (P, H, W)
    dy : ndarray (P, H // 2, W // 2)
    index : ndarray (P, H // 2, W // 2), int32 or int64
        As :func:`relu_max_pool2d` wrote it; no two windows share a pixel.
    """
    planes, out_h, out_w = dy.shape
    width = dx.shape[2]
    dx[...] = 0.0
    for p in range(planes):
        for i in range(out_h):
            for j in range(out_w):
                winner = index[p, i, j]
                if winner >= 0:
                    dx[p, winner // width, winner % width] = dy[p, i, j]


@np.errstate(all="ignore")
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
    """Gradients of a normalisation over a batch, rectified and pooled by :func:`relu_max_pool2d`.

    Only winners have an upstream gradient, so its sums run over a quarter of the pixels. With z = (x - mean) /
    deviation: dw = sum of dy z, db = sum of dy, and dx = weight (dy at the winner, else 0, - (db + z dw) / count)
    / deviation; without the term in db and dw if mean and variance were given.

    Parameters
    ----------
    dx, x : ndarray (N, C, H, W)
    dw, db, weight : ndarray (C,)
    dy, index : ndarray (N, C, H // 2, W // 2)
    mean, variance : ndarray (C,), float64
    eps : float
    moments_of_x : int
        1 if mean and variance were computed from x, 0 if they were given.
    """
    batch, channels, height, width = x.shape
    count = batch * height * width
    for c in range(channels):
        deviation = np.sqrt(variance[c] + eps)
        sum_dy = sum_dy_z = 0.0
        for n in range(batch):
            for i in range(dy.shape[2]):
                for j in range(dy.shape[3]):
                    winner = index[n, c, i, j]
                    if winner >= 0:
                        pixel = float(x[n, c, winner // width, winner % width])
                        sum_dy += float(dy[n, c, i, j])
                        sum_dy_z += float(dy[n, c, i, j]) * (pixel - float(mean[c])) / deviation
        dw[c], db[c] = sum_dy_z, sum_dy
        factor = float(weight[c]) / deviation
        for n in range(batch):
            for h in range(height):
                for w in range(width):
                    z = (float(x[n, c, h, w]) - float(mean[c])) / deviation
                    dx[n, c, h, w] = -factor * (sum_dy + z * sum_dy_z) / count if moments_of_x else 0.0
            for i in range(dy.shape[2]):
                for j in range(dy.shape[3]):
                    winner = index[n, c, i, j]
                    if winner >= 0:
                        dx[n, c, winner // width, winner % width] += factor * float(dy[n, c, i, j])


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
    """Convolve, rectify, and keep the largest of each 2x2 window.

    Parameters
    ----------
    out, index : ndarray (N, K, height // 2, width // 2)
        As for :func:`relu_max_pool2d`.
    x : ndarray (N, C, H, W)
    w : ndarray (K, C / groups, FH, FW)
    b : ndarray (K,)
    height, width : int
        Of the convolution's result.
    stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups : int
        As for conv2d.
    """
    batch, filters, out_h, out_w = out.shape
    maps = np.empty((batch, filters, height, width), x.dtype)
    conv2d(maps, x, w, b, stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups, 0)
    flat, one, nothing = (batch * filters, out_h, out_w), np.ones(1, x.dtype), np.zeros(1, x.dtype)
    planes = maps.reshape(batch * filters, height, width)
    relu_max_pool2d(out.reshape(flat), index.reshape(flat), planes, nothing, one, nothing)


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
    """Sum, for each weight, pixel times output gradient, which belongs to the winners of the windows only."""
    slope = spread(dy, index, height, width)
    conv2d_backward_w(dw, slope, x, stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups)


def conv2d_relu_max_pool2d_backward_b(db: Array, dy: Array, index: Array) -> None:
    """db[k] = sum of dy[:, k] over windows that have a winner."""
    conv2d_backward_b(db, np.where(index >= 0, dy, 0))


def spread(dy: Array, index: Array, height: int, width: int) -> Array:
    """Return the gradient of the maps that were pooled."""
    batch, filters, out_h, out_w = dy.shape
    slope, flat = np.empty((batch, filters, height, width), dy.dtype), (batch * filters, out_h, out_w)
    relu_max_pool2d_backward(slope.reshape(batch * filters, height, width), dy.reshape(flat), index.reshape(flat))
    return slope
