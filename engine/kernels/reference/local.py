"""The locally connected layer: a convolution that has filters of its own at each position.

Shapes: x (N, C, H, W), w (OH, OW, K, C, FH, FW), b (K, OH, OW), out and dy (N, K, OH, OW). What lies outside
the image counts as 0; OH and OW say how far the positions go.
"""

from engine.arrays import Array


def locally_connected2d(
    out: Array, x: Array, w: Array, b: Array, stride_h: int, stride_w: int, pad_top: int, pad_left: int
) -> None:
    """At each position, multiply the window by the filters of that position and sum.

    Parameters
    ----------
    out : ndarray (N, K, OH, OW)
    x : ndarray (N, C, H, W)
    w : ndarray (OH, OW, K, C, FH, FW)
    b : ndarray (K, OH, OW)
    stride_h, stride_w, pad_top, pad_left : int
    """
    batch, channels, height, width = x.shape
    out_h, out_w, filters, _, filter_h, filter_w = w.shape
    for n in range(batch):
        for k in range(filters):
            for oh in range(out_h):
                for ow in range(out_w):
                    total = float(b[k, oh, ow])
                    for c in range(channels):
                        for i in range(filter_h):
                            for j in range(filter_w):
                                h, v = oh * stride_h + i - pad_top, ow * stride_w + j - pad_left
                                if 0 <= h < height and 0 <= v < width:
                                    total += float(x[n, c, h, v]) * float(w[oh, ow, k, c, i, j])
                    out[n, k, oh, ow] = total


def locally_connected2d_backward_x(
    dx: Array, dy: Array, w: Array, stride_h: int, stride_w: int, pad_top: int, pad_left: int
) -> None:
    """Hand each output's gradient back to the pixels it was computed from, by the weight each had.

    Parameters
    ----------
    dx : ndarray (N, C, H, W)
    dy : ndarray (N, K, OH, OW)
    w : ndarray (OH, OW, K, C, FH, FW)
    stride_h, stride_w, pad_top, pad_left : int
    """
    batch, channels, height, width = dx.shape
    out_h, out_w, filters, _, filter_h, filter_w = w.shape
    dx[...] = 0.0
    for n in range(batch):
        for k in range(filters):
            for oh in range(out_h):
                for ow in range(out_w):
                    for c in range(channels):
                        for i in range(filter_h):
                            for j in range(filter_w):
                                h, v = oh * stride_h + i - pad_top, ow * stride_w + j - pad_left
                                if 0 <= h < height and 0 <= v < width:
                                    dx[n, c, h, v] += dy[n, k, oh, ow] * w[oh, ow, k, c, i, j]


def locally_connected2d_backward_w(
    dw: Array, dy: Array, x: Array, stride_h: int, stride_w: int, pad_top: int, pad_left: int
) -> None:
    """Sum over the batch only: a weight takes part in one output of each image.

    Parameters
    ----------
    dw : ndarray (OH, OW, K, C, FH, FW)
    dy : ndarray (N, K, OH, OW)
    x : ndarray (N, C, H, W)
    stride_h, stride_w, pad_top, pad_left : int
    """
    batch, channels, height, width = x.shape
    out_h, out_w, filters, _, filter_h, filter_w = dw.shape
    for oh in range(out_h):
        for ow in range(out_w):
            for k in range(filters):
                for c in range(channels):
                    for i in range(filter_h):
                        for j in range(filter_w):
                            h, v = oh * stride_h + i - pad_top, ow * stride_w + j - pad_left
                            total = 0.0
                            if 0 <= h < height and 0 <= v < width:
                                for n in range(batch):
                                    total += float(dy[n, k, oh, ow]) * float(x[n, c, h, v])
                            dw[oh, ow, k, c, i, j] = total
