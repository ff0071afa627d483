"""The locally connected layer as one small matrix product for each position.

At a position, the windows of all images are N rows of C * FH * FW numbers and its filters are K such rows;
BLAS multiplies (N, C FH FW) by (C FH FW, K). Each weight is read from memory once for the whole batch, and
reading weights is what takes the time here: there are OH * OW times as many as in a convolution. What it
costs: the windows of the whole batch are in memory at once, and twice while they are sorted by position.
"""

import numpy as np

from engine.arrays import Array
from engine.kernels.cpu.unfold import fold, unfold


def locally_connected2d(
    out: Array, x: Array, w: Array, b: Array, stride_h: int, stride_w: int, pad_top: int, pad_left: int
) -> None:
    """At each position, multiply the window by the filters of that position and sum; see the reference."""
    windows = _windows_by_position(x, w, stride_h, stride_w, pad_top, pad_left)
    products = np.matmul(windows, _rows(w).swapaxes(2, 3))
    np.add(products.transpose(2, 3, 0, 1), b, out=out)


def locally_connected2d_backward_x(
    dx: Array, dy: Array, w: Array, stride_h: int, stride_w: int, pad_top: int, pad_left: int
) -> None:
    """Hand each output's gradient back to the pixels it was computed from; see the reference."""
    out_h, out_w, _, channels, filter_h, filter_w = w.shape
    windows = np.matmul(np.ascontiguousarray(dy.transpose(2, 3, 0, 1)), _rows(w))
    by_image = np.ascontiguousarray(windows.transpose(2, 3, 0, 1))
    columns = by_image.reshape(len(dx), channels, filter_h, filter_w, out_h, out_w)
    fold(dx, columns, stride_h, stride_w, pad_top, pad_left, 1, 1)


def locally_connected2d_backward_w(
    dw: Array, dy: Array, x: Array, stride_h: int, stride_w: int, pad_top: int, pad_left: int
) -> None:
    """Sum, for each weight, pixel times output gradient over the batch; see the reference."""
    windows = _windows_by_position(x, dw, stride_h, stride_w, pad_top, pad_left)
    np.matmul(np.ascontiguousarray(dy.transpose(2, 3, 1, 0)), windows, out=_rows(dw))


def _rows(w: Array) -> Array:
    """Show each filter as a row: (OH, OW, K, C FH FW)."""
    return w.reshape(*w.shape[:3], int(np.prod(w.shape[3:])))


def _windows_by_position(x: Array, w: Array, stride_h: int, stride_w: int, pad_top: int, pad_left: int) -> Array:
    """Return every window as a row: (OH, OW, N, C FH FW)."""
    out_h, out_w, _, channels, filter_h, filter_w = w.shape
    columns = np.empty((len(x), channels, filter_h, filter_w, out_h, out_w), x.dtype)
    unfold(columns, x, stride_h, stride_w, pad_top, pad_left, 1, 1)
    by_image = columns.reshape(len(x), channels * filter_h * filter_w, out_h, out_w)
    return np.ascontiguousarray(by_image.transpose(2, 3, 0, 1))
