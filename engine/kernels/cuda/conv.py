"""Convolution and its gradients as products whose matrices are never written (implicit GEMM).

Forward is the product of the filters (K, C FH FW) and of a matrix with a column for each position of the filter:
the pixels under it. The kernel of engine/cuda/product.py asks for one element of that matrix at a time, and is
given the pixel where it lies. The gradients are products of the same kind:

- dx: the filters, transposed, times for each pixel the output gradients of the positions it was seen from;
- dw: the output gradients (K, N OH OW) times the windows, summed over all positions. These are long sums of few
  results, which are cut in pieces that several blocks sum at a time.

A kernel is compiled for the size, stride and dilation of the filter: to take an element's number apart into
channel, row and column is then a multiplication and a shift. That costs a compilation for each kind of layer.

Shapes are those of the reference. The groups are the products of a stack.
"""

from functools import cache
from typing import Any

from engine.arrays import Array
from engine.cuda.array import empty
from engine.cuda.driver import cuda, uint32
from engine.cuda.launch import THREADS, kernel, real
from engine.cuda.product import Product, multiply, product
from engine.cuda.rows import block_for, group_sum, pieces_for
from engine.kernels.cuda.reduce import sum_rows

# FH, FW, the strides and the dilations: what a kernel is compiled for.
Sliding = tuple[int, int, int, int, int, int]


# The numbers `n` that the functions below are handed, by place.
# 0, 1: pad_top, pad_left; 2: channels of a group; 3: filters of a group.
@cache
def _forward(sliding: Sliding, relu: bool) -> Product:
    filter_h, filter_w, stride_h, stride_w, gap_h, gap_w = sliding
    weights = filter_h * filter_w

    def weight(w: Array, extra: Array, n: Any, z: int, m: int, i: int) -> Any:
        c, e = uint32(i // weights), uint32(i % weights)
        return w[uint32(z * n[3] + m), c, uint32(e // filter_w), uint32(e % filter_w)]

    def pixel(x: Array, extra: Array, n: Any, z: int, i: int, p: int) -> Any:
        # n[4], n[5]: OH and OW.
        c, e = uint32(i // weights), uint32(i % weights)
        line = uint32(p // uint32(n[5]))
        ow, image = uint32(p - line * uint32(n[5])), uint32(line // uint32(n[4]))
        oh = uint32(line - image * uint32(n[4]))
        h = oh * stride_h + (e // filter_w) * gap_h - n[0]
        v = ow * stride_w + (e % filter_w) * gap_w - n[1]
        if h >= 0 and h < x.shape[2] and v >= 0 and v < x.shape[3]:
            return x[image, uint32(z * n[2] + c), uint32(h), uint32(v)]
        return x.dtype.type(0)

    def store(out: Array, bias: Array, n: Any, z: int, m: int, p: int, total: float) -> None:
        k = uint32(z * n[3] + m)
        value = total + bias[k]
        if relu and value < bias.dtype.type(0):
            value = bias.dtype.type(0)
        # out is (N, K, OH OW): what follows each other along p does so in memory.
        size = uint32(n[4] * n[5])
        image = uint32(p // size)
        out[image, k, uint32(p - image * size)] = value

    return product(weight, pixel, store, left_along=True, right_along=False)


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
    """Slide every filter over every image and sum the products.

    Parameters
    ----------
    out : DeviceArray (N, K, OH, OW)
    x : DeviceArray (N, C, H, W)
    w : DeviceArray (K, C / groups, FH, FW)
    b : DeviceArray (K,)
    stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups : int
    relu : int
        1 to rectify the result, so that what is negative becomes 0.
    """
    batch, filters, out_h, out_w = out.shape
    depth, filter_h, filter_w = w.shape[1:]
    kind = _forward((filter_h, filter_w, stride_h, stride_w, dilation_h, dilation_w), bool(relu))
    numbers = (pad_top, pad_left, depth, filters // groups, out_h, out_w)
    size = (filters // groups, batch * out_h * out_w, depth * filter_h * filter_w)
    multiply(kind, out.reshape(batch, filters, out_h * out_w), w, x, b, numbers, groups, size)


@cache
def _backward_x(sliding: Sliding) -> Product:
    filter_h, filter_w, stride_h, stride_w, gap_h, gap_w = sliding
    weights = filter_h * filter_w

    def weight(w: Array, extra: Array, n: Any, z: int, c: int, i: int) -> Any:
        k, e = uint32(i // weights), uint32(i % weights)
        return w[uint32(z * n[3] + k), c, uint32(e // filter_w), uint32(e % filter_w)]

    def slope(dy: Array, extra: Array, n: Any, z: int, i: int, p: int) -> Any:
        # n[4], n[5]: H and W. The position from which weight (i, j) met the pixel, if there is one.
        k, e = uint32(i // weights), uint32(i % weights)
        line = uint32(p // uint32(n[5]))
        v, image = uint32(p - line * uint32(n[5])), uint32(line // uint32(n[4]))
        h = uint32(line - image * uint32(n[4]))
        down = h + n[0] - (e // filter_w) * gap_h
        across = v + n[1] - (e % filter_w) * gap_w
        if down < 0 or across < 0:
            return dy.dtype.type(0)
        oh, ow = down // stride_h, across // stride_w
        if oh * stride_h == down and ow * stride_w == across and oh < dy.shape[2] and ow < dy.shape[3]:
            return dy[image, uint32(z * n[3] + k), uint32(oh), uint32(ow)]
        return dy.dtype.type(0)

    def store(dx: Array, bias: Array, n: Any, z: int, c: int, p: int, total: float) -> None:
        size = uint32(n[4] * n[5])
        image = uint32(p // size)
        dx[image, uint32(z * n[2] + c), uint32(p - image * size)] = total

    return product(weight, slope, store, left_along=True, right_along=False)


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
    """Sum for each pixel the gradients of the outputs it was seen from, by the weight it had.

    Parameters
    ----------
    dx : DeviceArray (N, C, H, W)
    dy : DeviceArray (N, K, OH, OW)
    w : DeviceArray (K, C / groups, FH, FW)
    stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups : int
    """
    batch, channels, height, width = dx.shape
    filters, depth, filter_h, filter_w = w.shape
    kind = _backward_x((filter_h, filter_w, stride_h, stride_w, dilation_h, dilation_w))
    numbers = (pad_top, pad_left, depth, filters // groups, height, width)
    size = (depth, batch * height * width, filters // groups * filter_h * filter_w)
    multiply(kind, dx.reshape(batch, channels, height * width), w, dy, dx, numbers, groups, size)


@cache
def backward_w(sliding: Sliding) -> Product:
    """Return the product of output gradients and windows, summed over all positions."""
    filter_h, filter_w, stride_h, stride_w, gap_h, gap_w = sliding
    weights = filter_h * filter_w

    def slope(dy: Array, extra: Array, n: Any, z: int, m: int, p: int) -> Any:
        # n[4], n[5]: OH and OW; dy is (N, K, OH OW).
        size = uint32(n[4] * n[5])
        image = uint32(p // size)
        return dy[image, uint32(z * n[3] + m), uint32(p - image * size)]

    def pixel(x: Array, extra: Array, n: Any, z: int, p: int, i: int) -> Any:
        c, e = uint32(i // weights), uint32(i % weights)
        line = uint32(p // uint32(n[5]))
        ow, image = uint32(p - line * uint32(n[5])), uint32(line // uint32(n[4]))
        oh = uint32(line - image * uint32(n[4]))
        h = oh * stride_h + (e // filter_w) * gap_h - n[0]
        v = ow * stride_w + (e % filter_w) * gap_w - n[1]
        if h >= 0 and h < x.shape[2] and v >= 0 and v < x.shape[3]:
            return x[image, uint32(z * n[2] + c), uint32(h), uint32(v)]
        return x.dtype.type(0)

    def store(dw: Array, bias: Array, n: Any, z: int, m: int, i: int, total: float) -> None:
        dw[uint32(z * n[3] + m), i] = total

    return product(slope, pixel, store, left_along=True, right_along=True)


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
    """Sum for each weight every pixel it met, times the gradient of the output it helped to make.

    Parameters
    ----------
    dw : DeviceArray (K, C / groups, FH, FW)
    dy : DeviceArray (N, K, OH, OW)
    x : DeviceArray (N, C, H, W)
    stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups : int
    """
    filters, depth, filter_h, filter_w = dw.shape
    batch, _, out_h, out_w = dy.shape
    columns = depth * filter_h * filter_w
    kind = backward_w((filter_h, filter_w, stride_h, stride_w, dilation_h, dilation_w))
    numbers = (pad_top, pad_left, depth, filters // groups, out_h, out_w)
    size = (filters // groups, columns, batch * out_h * out_w)
    flat = dy.reshape(batch, filters, out_h * out_w)
    multiply(kind, dw.reshape(filters, columns), flat, x, dw, numbers, groups, size)


@kernel
def _sum_maps(partial: Array, dy: Array, pieces: int) -> None:
    # dy (N, K, S): a row is a map of an image, and a filter's maps are shared out among the pieces.
    scratch = cuda.shared.array(THREADS, real)
    lane, r = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y
    k, p = r // pieces, r % pieces
    total = real(0)
    if k < dy.shape[1]:
        for n in range(p, dy.shape[0], pieces):
            for s in range(lane, dy.shape[2], cuda.blockDim.x):
                total += dy[n, k, s]
    total = group_sum(scratch, lane, total)
    if k < dy.shape[1] and lane == 0:
        partial[k, p] = total


def conv2d_backward_b(db: Array, dy: Array) -> None:
    """db[k] = sum of dy[:, k]: the bias was added once at every position of every image.

    Parameters
    ----------
    db : DeviceArray (K,)
    dy : DeviceArray (N, K, OH, OW)
    """
    batch, filters, out_h, out_w = dy.shape
    pieces = min(batch, max(1, pieces_for(filters, batch * out_h * out_w)))
    lanes, together = block_for(out_h * out_w)
    maps = dy.reshape(batch, filters, out_h * out_w)
    partial: Any = db.reshape(filters, 1) if pieces == 1 else empty((filters, pieces), db.dtype)
    _sum_maps.blocks(-(-filters * pieces // together), (lanes, together), partial, maps, pieces)
    if pieces > 1:
        sum_rows(db, partial, 1)
