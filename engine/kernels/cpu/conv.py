"""Two-dimensional convolution as matrix products.

Unfolded, a window of the image is a column of C * FH * FW numbers and a filter a row of as many; all
sliding dot products of an image are then one product (K, C FH FW) @ (C FH FW, OH OW), and BLAS computes
that at nearly the speed of the machine. With groups it is one such product for each group. What it costs:
a pixel is stored once for every window it lies in, up to FH * FW times, so images are unfolded a few at a
time, as many as stay in the processor's cache.
"""

from collections.abc import Iterator

import numpy as np
from numba import prange

from engine.arrays import Array
from engine.kernels.cpu.unfold import fold, unfold
from engine.kernels.jit import kernel

COLUMN_BYTES = 4 << 20


def _chunks(image: Array, w: Array, dy: Array) -> Iterator[tuple[slice, Array]]:
    """Split a batch; yields (images, room for their columns (n, C, FH, FW, OH, OW))."""
    batch, channels, _, _ = image.shape
    one = (channels, *w.shape[2:], *dy.shape[2:])
    count = max(1, COLUMN_BYTES // (int(np.prod(one)) * image.itemsize))
    columns = np.empty((min(count, batch), *one), image.dtype)
    for start in range(0, batch, count):
        stop = min(start + count, batch)
        yield slice(start, stop), columns[: stop - start]


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
) -> None:
    """Slide every filter over every image and sum the products; see the reference."""
    filters, pixels = w.shape[0], out.shape[2] * out.shape[3]
    rows = w.reshape(groups, filters // groups, -1)
    for images, columns in _chunks(x, w, out):
        unfold(columns, x[images], stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w)
        maps = out[images].reshape(len(columns), groups, filters // groups, pixels)
        np.matmul(rows, columns.reshape(len(columns), groups, -1, pixels), out=maps)
        maps += b.reshape(groups, filters // groups, 1)


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
    """Hand each output's gradient back to the pixels it was computed from; see the reference."""
    filters, pixels = w.shape[0], dy.shape[2] * dy.shape[3]
    rows = w.reshape(groups, filters // groups, -1)
    for images, columns in _chunks(dx, w, dy):
        upstream = dy[images].reshape(len(columns), groups, filters // groups, pixels)
        np.matmul(rows.swapaxes(1, 2), upstream, out=columns.reshape(len(columns), groups, -1, pixels))
        fold(dx[images], columns, stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w)


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
    """Sum, for each weight, pixel times output gradient over all it took part in; see the reference."""
    filters, pixels = dw.shape[0], dy.shape[2] * dy.shape[3]
    total = np.zeros((groups, filters // groups, dw.size // filters), dw.dtype)
    for images, columns in _chunks(x, dw, dy):
        unfold(columns, x[images], stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w)
        upstream = dy[images].reshape(len(columns), groups, filters // groups, pixels)
        windows = columns.reshape(len(columns), groups, -1, pixels).swapaxes(2, 3)
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
