"""Several steps in one, as networks have them one after the other: normalise, rectify, keep the largest.

What is gained is memory: the maps between the steps, which are the largest of a network, are neither written nor
read again. A thread computes a 2x2 window forward and a pixel backward. No two windows share a pixel, so a pixel
knows without a search which window to ask. The sums of a normalisation's gradients run over winners only; the
threads of a block share a channel, and channels are cut into pieces where they are too few to go round. What it
costs: windows are 2x2, side by side, as they nearly always are; others take the steps one by one.
"""

import math
from functools import cache
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.cuda import driver
from engine.cuda.array import empty
from engine.cuda.driver import cuda, int64, uint32
from engine.cuda.launch import THREADS, kernel, real
from engine.cuda.product import Product, multiply
from engine.cuda.rows import group_sum
from engine.kernels.cuda.conv import Sliding, backward_w, conv2d, conv2d_backward_b
from engine.kernels.cuda.pool import pixel, split, sum_channels


@kernel
def _relu_max_pool2d(out: Array, index: Array, x: Array, centre: Array, scale: Array, shift: Array) -> None:
    o = cuda.grid(1)
    if o < out.size:
        p, i, j = pixel(o, out.shape[1], out.shape[2])
        _, c = split(p, centre.size)
        width = x.shape[2]
        best, winner = real(0), -1 - (2 * i * width + 2 * j)
        for h in range(2 * i, 2 * i + 2):
            for w in range(2 * j, 2 * j + 2):
                z = (x[p, h, w] - centre[c]) * scale[c] + shift[c]
                # z != z: NaN wins, so that it is not hidden.
                if z > best or z != z:
                    best, winner = z, h * width + w
        out[p, i, j] = best
        index[p, i, j] = winner


def relu_max_pool2d(out: Array, index: Array, x: Array, centre: Array, scale: Array, shift: Array) -> None:
    """Keep the largest of each 2x2 window of z = max(0, (x - centre[c]) * scale[c] + shift[c]).

    Parameters
    ----------
    out : DeviceArray (P, H // 2, W // 2)
    index : DeviceArray (P, H // 2, W // 2), int32 or int64
        Position h * W + w of the winner in its plane, the first of equals but the last NaN; -1 - p where z is
        0 in the whole window, so that no pixel has a gradient, with p its first pixel.
    x : DeviceArray (P, H, W)
        A plane is a map of an image; c = p % C.
    centre, scale, shift : DeviceArray (C,), or ndarray
    """
    _relu_max_pool2d.over(out.size, out, index, x, centre, scale, shift)


@kernel
def _relu_max_pool2d_backward(dx: Array, dy: Array, index: Array) -> None:
    o = cuda.grid(1)
    if o < dx.size:
        p, h, w = pixel(o, dx.shape[1], dx.shape[2])
        i, j = h // 2, w // 2
        slope = real(0)
        # The last row and the last column have no window if they are alone.
        if i < dy.shape[1] and j < dy.shape[2] and index[p, i, j] == h * dx.shape[2] + w:
            slope = dy[p, i, j]
        dx[p, h, w] = slope


def relu_max_pool2d_backward(dx: Array, dy: Array, index: Array) -> None:
    """Give each 2x2 window's gradient to its winner, and 0 to all others.

    Parameters
    ----------
    dx : DeviceArray (P, H, W)
    dy : DeviceArray (P, H // 2, W // 2)
    index : DeviceArray (P, H // 2, W // 2), int32 or int64
        As :func:`relu_max_pool2d` wrote it; no two windows share a pixel.
    """
    _relu_max_pool2d_backward.over(dx.size, dx, dy, index)


@kernel
def _sum_winners(
    dw: Array, db: Array, dy: Array, index: Array, x: Array, mean: Array, variance: Array, eps: float, piece: int
) -> None:
    # dw and db are (C, pieces), dy and index (N, C, windows), x is (N, C, pixels).
    scratch = cuda.shared.array(THREADS, real)
    lane, c, part = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y, cuda.blockIdx.y
    sum_dy, sum_dy_z = real(0), real(0)
    if c < x.shape[1]:
        windows = dy.shape[2]
        centre, steepness = mean[c], real(1) / math.sqrt(variance[c] + eps)
        for k in range(part * piece + lane, min((part + 1) * piece, x.shape[0] * windows), cuda.blockDim.x):
            n, i = split(k, windows)
            winner = index[n, c, i]
            if winner >= 0:
                sum_dy += dy[n, c, i]
                sum_dy_z += dy[n, c, i] * ((x[n, c, winner] - centre) * steepness)
    sum_dy = group_sum(scratch, lane, sum_dy)
    sum_dy_z = group_sum(scratch, lane, sum_dy_z)
    if c < x.shape[1] and lane == 0:
        dw[c, part] = sum_dy_z
        db[c, part] = sum_dy


@kernel
def _normalise_relu_max_pool2d_backward(
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
    o = cuda.grid(1)
    if o < dx.size:
        nc, h, w = pixel(o, x.shape[2], x.shape[3])
        n, c = split(nc, x.shape[1])
        steepness = real(1) / math.sqrt(variance[c] + eps)
        slope = real(0)
        i, j = h // 2, w // 2
        if i < dy.shape[2] and j < dy.shape[3] and index[n, c, i, j] == h * x.shape[3] + w:
            slope = dy[n, c, i, j]
        if moments_of_x:
            z = (x[n, c, h, w] - mean[c]) * steepness
            slope -= (db[c] + z * dw[c]) / real(x.shape[0] * x.shape[2] * x.shape[3])
        dx[n, c, h, w] = weight[c] * steepness * slope


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
    dx, x : DeviceArray (N, C, H, W)
    dw, db, weight : DeviceArray (C,)
    dy, index : DeviceArray (N, C, H // 2, W // 2)
    mean, variance : DeviceArray (C,), of the dtype of `x`
    eps : float
    moments_of_x : int
        1 if mean and variance were computed from x, 0 if they were given.
    """
    batch, channels, height, width = x.shape
    windows = dy.shape[2] * dy.shape[3]
    upstream, places = dy.reshape(batch, channels, windows), index.reshape(batch, channels, windows)
    pixels = x.reshape(batch, channels, height * width)
    sum_channels(_sum_winners, dw, db, batch * windows, upstream, places, pixels, mean, variance, float(eps))
    arrays = dx, dw, db, dy, index, x, mean, variance, weight
    _normalise_relu_max_pool2d_backward.over(dx.size, *arrays, float(eps), moments_of_x)


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

    The maps between go through memory once: a tile of the convolution has positions of one line after the other,
    so that a window's two lines may be in the hands of different blocks.

    Parameters
    ----------
    out, index : DeviceArray (N, K, height // 2, width // 2)
        As for :func:`relu_max_pool2d`.
    x : DeviceArray (N, C, H, W)
    w : DeviceArray (K, C / groups, FH, FW)
    b : DeviceArray (K,)
    height, width : int
        Of the convolution's result.
    stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups : int
        As for conv2d.
    """
    batch, filters, out_h, out_w = out.shape
    maps: Any = empty((batch, filters, height, width), out.dtype)
    conv2d(maps, x, w, b, stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups, 0)
    nothing, one = np.zeros(1, out.dtype), np.ones(1, out.dtype)
    planes, pooled = (batch * filters, height, width), (batch * filters, out_h, out_w)
    relu_max_pool2d(out.reshape(pooled), index.reshape(pooled), maps.reshape(planes), nothing, one, nothing)


@cache
def _backward_w_of_winners(sliding: Sliding) -> Product:
    def slope(dy: Array, index: Array, n: Any, z: int, m: int, p: int) -> Any:
        # n[4], n[5]: OH and OW. The gradient of a position is its window's, if it won there, else 0.
        line = uint32(p // uint32(n[5]))
        ow, image = uint32(p - line * uint32(n[5])), uint32(line // uint32(n[4]))
        oh = uint32(line - image * uint32(n[4]))
        i, j, k = uint32(oh // 2), uint32(ow // 2), uint32(z * n[3] + m)
        if i < dy.shape[2] and j < dy.shape[3] and int64(index[image, k, i, j]) == int64(oh * uint32(n[5]) + ow):
            return dy[image, k, i, j]
        return dy.dtype.type(0)

    plain = backward_w(sliding)
    return plain._replace(left=driver.on_device(slope))


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
    """Sum, for each weight, pixel times output gradient, which belongs to the winners of the windows only.

    The gradient of the maps that were pooled is never written: a winner is recognised where it is needed.

    Parameters
    ----------
    dw : DeviceArray (K, C / groups, FH, FW)
    dy, index : DeviceArray (N, K, height // 2, width // 2)
    x : DeviceArray (N, C, H, W)
    height, width : int
        Of the convolution's result.
    stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups : int
    """
    filters, depth, filter_h, filter_w = dw.shape
    kind = _backward_w_of_winners((filter_h, filter_w, stride_h, stride_w, dilation_h, dilation_w))
    numbers = (pad_top, pad_left, depth, filters // groups, height, width)
    columns = depth * filter_h * filter_w
    size = (filters // groups, columns, len(x) * height * width)
    multiply(kind, dw.reshape(filters, columns), dy, x, index, numbers, groups, size)


@kernel
def _keep_winners(won: Array, dy: Array, index: Array) -> None:
    i = cuda.grid(1)
    if i < won.size:
        won[i] = dy[i] if index[i] >= 0 else real(0)


def conv2d_relu_max_pool2d_backward_b(db: Array, dy: Array, index: Array) -> None:
    """db[k] = sum of dy[:, k] over windows that have a winner.

    Parameters
    ----------
    db : DeviceArray (K,)
    dy, index : DeviceArray (N, K, height // 2, width // 2)
    """
    won: Any = empty(dy.shape, dy.dtype)
    _keep_winners.over(dy.size, won.reshape(-1), dy.reshape(-1), index.reshape(-1))
    conv2d_backward_b(db, won)
