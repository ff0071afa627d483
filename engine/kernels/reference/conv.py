"""Two-dimensional convolution (cross-correlation, as in every deep learning library).

Shapes: x (N, C, H, W), w (K, C / groups, FH, FW), b (K,), out and dy (N, K, OH, OW). The filter at position
(oh, ow) has its weight (i, j) over row oh * stride_h + i * dilation_h - pad_top of the image, its column
likewise. What lies outside the image counts as 0, so the padding below and to the right needs no number:
OH and OW say how far the filter goes.

With groups, the K filters and the C channels are cut into as many equal parts in order; the filters of a
part see the channels of theirs only. groups = C is the depthwise convolution.
"""

from engine.arrays import Array


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
    out : ndarray (N, K, OH, OW)
    x : ndarray (N, C, H, W)
    w : ndarray (K, C / groups, FH, FW)
    b : ndarray (K,)
    stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups : int
    relu : int
        1 to rectify the result, so that what is negative becomes 0.
    """
    batch, _, height, width = x.shape
    filters, depth, filter_h, filter_w = w.shape
    for n in range(batch):
        for k in range(filters):
            first = k // (filters // groups) * depth
            for oh in range(out.shape[2]):
                for ow in range(out.shape[3]):
                    total = float(b[k])
                    for c in range(depth):
                        for i in range(filter_h):
                            for j in range(filter_w):
                                h = oh * stride_h + i * dilation_h - pad_top
                                v = ow * stride_w + j * dilation_w - pad_left
                                if 0 <= h < height and 0 <= v < width:
                                    total += float(x[n, first + c, h, v]) * float(w[k, c, i, j])
                    out[n, k, oh, ow] = 0.0 if relu and total < 0.0 else total


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
    """Hand each output's gradient back to the pixels it was computed from, by the weight each had.

    Parameters
    ----------
    dx : ndarray (N, C, H, W)
    dy : ndarray (N, K, OH, OW)
    w : ndarray (K, C / groups, FH, FW)
    stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups : int
    """
    batch, _, height, width = dx.shape
    filters, depth, filter_h, filter_w = w.shape
    dx[...] = 0.0
    for n in range(batch):
        for k in range(filters):
            first = k // (filters // groups) * depth
            for oh in range(dy.shape[2]):
                for ow in range(dy.shape[3]):
                    for c in range(depth):
                        for i in range(filter_h):
                            for j in range(filter_w):
                                h = oh * stride_h + i * dilation_h - pad_top
                                v = ow * stride_w + j * dilation_w - pad_left
                                if 0 <= h < height and 0 <= v < width:
                                    dx[n, first + c, h, v] += dy[n, k, oh, ow] * w[k, c, i, j]


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
    dw : ndarray (K, C / groups, FH, FW)
    dy : ndarray (N, K, OH, OW)
    x : ndarray (N, C, H, W)
    stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups : int
    """
    batch, _, height, width = x.shape
    filters, depth, filter_h, filter_w = dw.shape
    for k in range(filters):
        first = k // (filters // groups) * depth
        for c in range(depth):
            for i in range(filter_h):
                for j in range(filter_w):
                    total = 0.0
                    for n in range(batch):
                        for oh in range(dy.shape[2]):
                            for ow in range(dy.shape[3]):
                                h = oh * stride_h + i * dilation_h - pad_top
                                v = ow * stride_w + j * dilation_w - pad_left
                                if 0 <= h < height and 0 <= v < width:
                                    total += float(dy[n, k, oh, ow]) * float(x[n, first + c, h, v])
                    dw[k, c, i, j] = total


def conv2d_backward_b(db: Array, dy: Array) -> None:
    """db[k] = sum of dy[:, k]: the bias was added once at every position of every image.

    Parameters
    ----------
    db : ndarray (K,)
    dy : ndarray (N, K, OH, OW)
    """
    batch, filters, out_h, out_w = dy.shape
    for k in range(filters):
        total = 0.0
        for n in range(batch):
            for oh in range(out_h):
                for ow in range(out_w):
                    total += float(dy[n, k, oh, ow])
        db[k] = total
