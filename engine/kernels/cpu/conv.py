"""Two-dimensional convolution as matrix products.

Unrolled, a window of the image is a column of C * FH * FW numbers and a filter a row of as many; all
sliding dot products of an image are then one product (K, C FH FW) @ (C FH FW, OH OW), and BLAS computes
that at nearly the speed of the machine. What it costs: a pixel is stored once for every window it lies in,
up to FH * FW times, so images are unrolled a few at a time, as many as stay in the processor's cache.
"""

from collections.abc import Iterator

import numpy as np
from numba import prange

from engine.arrays import Array
from engine.kernels.jit import kernel

COLUMN_BYTES = 4 << 20


@kernel
def _unroll(columns: Array, x: Array, stride_h: int, stride_w: int, pad_h: int, pad_w: int) -> None:
    """columns[n, c, i, j, oh, ow] = x[n, c, oh stride_h + i - pad_h, ow stride_w + j - pad_w], or 0."""
    batch, channels, height, width = x.shape
    _, _, filter_h, filter_w, out_h, out_w = columns.shape
    for nc in prange(batch * channels):
        n, c = nc // channels, nc % channels
        for i in range(filter_h):
            for j in range(filter_w):
                for oh in range(out_h):
                    h = oh * stride_h + i - pad_h
                    for ow in range(out_w):
                        v = ow * stride_w + j - pad_w
                        inside = 0 <= h < height and 0 <= v < width
                        columns[n, c, i, j, oh, ow] = x[n, c, h, v] if inside else 0.0


@kernel
def _roll_up(dx: Array, columns: Array, stride_h: int, stride_w: int, pad_h: int, pad_w: int) -> None:
    """Undo :func:`_unroll` for gradients (its adjoint): every copy of a pixel sends its gradient back to it."""
    batch, channels, height, width = dx.shape
    _, _, filter_h, filter_w, out_h, out_w = columns.shape
    for nc in prange(batch * channels):
        n, c = nc // channels, nc % channels
        for h in range(height):
            for v in range(width):
                dx[n, c, h, v] = 0.0
        for i in range(filter_h):
            for j in range(filter_w):
                for oh in range(out_h):
                    h = oh * stride_h + i - pad_h
                    if 0 <= h < height:
                        for ow in range(out_w):
                            v = ow * stride_w + j - pad_w
                            if 0 <= v < width:
                                dx[n, c, h, v] += columns[n, c, i, j, oh, ow]


def _chunks(image: Array, w: Array, dy: Array) -> Iterator[tuple[slice, Array]]:
    """Split a batch; yields (images, room for their columns (n, C, FH, FW, OH, OW))."""
    batch, _, out_h, out_w = dy.shape
    one = (*w.shape[1:], out_h, out_w)
    count = max(1, COLUMN_BYTES // (int(np.prod(one)) * image.itemsize))
    columns = np.empty((min(count, batch), *one), image.dtype)
    for start in range(0, batch, count):
        stop = min(start + count, batch)
        yield slice(start, stop), columns[: stop - start]


def conv2d(out: Array, x: Array, w: Array, b: Array, stride_h: int, stride_w: int, pad_h: int, pad_w: int) -> None:
    """Slide every filter over every image and sum the products; see the reference."""
    filters, pixels = w.shape[0], out.shape[2] * out.shape[3]
    for images, columns in _chunks(x, w, out):
        _unroll(columns, x[images], stride_h, stride_w, pad_h, pad_w)
        maps = out[images].reshape(len(columns), filters, pixels)
        np.matmul(w.reshape(filters, -1), columns.reshape(len(columns), -1, pixels), out=maps)
        maps += b[:, None]


def conv2d_backward_x(dx: Array, dy: Array, w: Array, stride_h: int, stride_w: int, pad_h: int, pad_w: int) -> None:
    """Hand each output's gradient back to the pixels it was computed from; see the reference."""
    filters, pixels = w.shape[0], dy.shape[2] * dy.shape[3]
    for images, columns in _chunks(dx, w, dy):
        upstream = dy[images].reshape(len(columns), filters, pixels)
        np.matmul(w.reshape(filters, -1).T, upstream, out=columns.reshape(len(columns), -1, pixels))
        _roll_up(dx[images], columns, stride_h, stride_w, pad_h, pad_w)


def conv2d_backward_w(dw: Array, dy: Array, x: Array, stride_h: int, stride_w: int, pad_h: int, pad_w: int) -> None:
    """Sum, for each weight, pixel times output gradient over all it took part in; see the reference."""
    filters, pixels = dw.shape[0], dy.shape[2] * dy.shape[3]
    total = np.zeros((filters, dw.size // filters), dw.dtype)
    for images, columns in _chunks(x, dw, dy):
        _unroll(columns, x[images], stride_h, stride_w, pad_h, pad_w)
        upstream = dy[images].reshape(len(columns), filters, pixels)
        windows = columns.reshape(len(columns), -1, pixels).swapaxes(1, 2)
        total += np.matmul(upstream, windows).sum(axis=0)
    dw[...] = total.reshape(dw.shape)


@kernel
def conv2d_backward_b(db: Array, dy: Array) -> None:
    """db[k] = sum of dy[:, k]; see the reference."""
    batch, filters, out_h, out_w = dy.shape
    for k in prange(filters):
        total = 0.0
        for n in range(batch):
            for oh in range(out_h):
                for ow in range(out_w):
                    total += dy[n, k, oh, ow]
        db[k] = total
