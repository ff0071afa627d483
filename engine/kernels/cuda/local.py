"""The locally connected layer: a convolution that has filters of its own at each position.

Shapes: x (N, C, H, W), w (OH, OW, K, C, FH, FW), b (K, OH, OW), out and dy (N, K, OH, OW). What lies outside
the image counts as 0; OH and OW say how far the positions go.

A thread for each number that is written adds up all its products: no thread waits for another. Neighbouring threads
take neighbouring positions, so they read pixels that lie side by side. What it costs: their filters lie far apart
in memory, and a filter is read once for each image. The gradient of the filters is as they lie: there neighbouring
threads write side by side.
"""

from engine.arrays import Array
from engine.cuda.driver import cuda
from engine.cuda.launch import kernel, real
from engine.kernels.cuda.pool import pixel, split


@kernel
def _locally_connected2d(
    out: Array, x: Array, w: Array, b: Array, stride_h: int, stride_w: int, pad_top: int, pad_left: int
) -> None:
    o = cuda.grid(1)
    if o < out.size:
        nk, oh, ow = pixel(o, out.shape[2], out.shape[3])
        n, k = split(nk, out.shape[1])
        top, left = oh * stride_h - pad_top, ow * stride_w - pad_left
        total = b[k, oh, ow]
        for c in range(w.shape[3]):
            for i in range(w.shape[4]):
                h = top + i
                if h >= 0 and h < x.shape[2]:
                    for j in range(w.shape[5]):
                        v = left + j
                        if v >= 0 and v < x.shape[3]:
                            total += x[n, c, h, v] * w[oh, ow, k, c, i, j]
        out[n, k, oh, ow] = total


def locally_connected2d(
    out: Array, x: Array, w: Array, b: Array, stride_h: int, stride_w: int, pad_top: int, pad_left: int
) -> None:
    """At each position, multiply the window by the filters of that position and sum.

    Parameters
    ----------
    out : DeviceArray (N, K, OH, OW)
    x : DeviceArray (N, C, H, W)
    w : DeviceArray (OH, OW, K, C, FH, FW)
    b : DeviceArray (K, OH, OW)
    stride_h, stride_w, pad_top, pad_left : int
    """
    _locally_connected2d.over(out.size, out, x, w, b, stride_h, stride_w, pad_top, pad_left)


@kernel
def _locally_connected2d_backward_x(
    dx: Array, dy: Array, w: Array, stride_h: int, stride_w: int, pad_top: int, pad_left: int
) -> None:
    o = cuda.grid(1)
    if o < dx.size:
        nc, h, v = pixel(o, dx.shape[2], dx.shape[3])
        n, c = split(nc, dx.shape[1])
        total = real(0)
        for i in range(w.shape[4]):
            down = h + pad_top - i
            if down >= 0:
                oh, beside = split(down, stride_h)
                if beside == 0 and oh < w.shape[0]:
                    for j in range(w.shape[5]):
                        right = v + pad_left - j
                        if right >= 0:
                            ow, beside = split(right, stride_w)
                            if beside == 0 and ow < w.shape[1]:
                                for k in range(w.shape[2]):
                                    total += dy[n, k, oh, ow] * w[oh, ow, k, c, i, j]
        dx[n, c, h, v] = total


def locally_connected2d_backward_x(
    dx: Array, dy: Array, w: Array, stride_h: int, stride_w: int, pad_top: int, pad_left: int
) -> None:
    """Hand each output's gradient back to the pixels it was computed from, by the weight each had.

    Parameters
    ----------
    dx : DeviceArray (N, C, H, W)
    dy : DeviceArray (N, K, OH, OW)
    w : DeviceArray (OH, OW, K, C, FH, FW)
    stride_h, stride_w, pad_top, pad_left : int
    """
    _locally_connected2d_backward_x.over(dx.size, dx, dy, w, stride_h, stride_w, pad_top, pad_left)


@kernel
def _locally_connected2d_backward_w(
    dw: Array, dy: Array, x: Array, stride_h: int, stride_w: int, pad_top: int, pad_left: int
) -> None:
    o = cuda.grid(1)
    if o < dw.size:
        above, i, j = pixel(o, dw.shape[4], dw.shape[5])
        position, k, c = pixel(above, dw.shape[2], dw.shape[3])
        oh, ow = split(position, dw.shape[1])
        h, v = oh * stride_h + i - pad_top, ow * stride_w + j - pad_left
        total = real(0)
        if h >= 0 and h < x.shape[2] and v >= 0 and v < x.shape[3]:
            for n in range(x.shape[0]):
                total += dy[n, k, oh, ow] * x[n, c, h, v]
        dw[oh, ow, k, c, i, j] = total


def locally_connected2d_backward_w(
    dw: Array, dy: Array, x: Array, stride_h: int, stride_w: int, pad_top: int, pad_left: int
) -> None:
    """Sum over the batch only: a weight takes part in one output of each image.

    Parameters
    ----------
    dw : DeviceArray (OH, OW, K, C, FH, FW)
    dy : DeviceArray (N, K, OH, OW)
    x : DeviceArray (N, C, H, W)
    stride_h, stride_w, pad_top, pad_left : int
    """
    _locally_connected2d_backward_w.over(dw.size, dw, dy, x, stride_h, stride_w, pad_top, pad_left)
