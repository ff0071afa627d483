"""Windows of an image, copied out and added back.

Shapes: x (N, C, H, W), columns (N, C, FH, FW, OH, OW): OH x OW windows of FH x FW pixels. The window at
(oh, ow) has its pixel (i, j) at row oh * stride_h + i * dilation_h - pad_top of the image, its column
likewise. What lies outside the image counts as 0, so the padding below and to the right needs no number:
it is as large as the last window wants it.

A thread copies a window out, so that it works out where it stands once for all its pixels; neighbouring threads
take neighbouring windows, and write side by side. Back, a thread for each pixel of the image finds the windows that
have it, and adds up alone, in the same order every time. What that costs: where windows are more than a pixel
apart, it asks for places in them that they do not have.
"""

from engine.arrays import Array
from engine.cuda.driver import cuda
from engine.cuda.launch import kernel, real
from engine.kernels.cuda.pool import pixel, split


@kernel
def _unfold(
    columns: Array,
    x: Array,
    stride_h: int,
    stride_w: int,
    pad_top: int,
    pad_left: int,
    dilation_h: int,
    dilation_w: int,
) -> None:
    # Maps of all images are alike: columns is (N * C, FH, FW, OH, OW), x is (N * C, H, W).
    maps, filter_h, filter_w, out_h, out_w = columns.shape
    o = cuda.grid(1)
    if o < maps * out_h * out_w:
        p, oh, ow = pixel(o, out_h, out_w)
        for i in range(filter_h):
            h = oh * stride_h + i * dilation_h - pad_top
            for j in range(filter_w):
                v = ow * stride_w + j * dilation_w - pad_left
                value = real(0)
                if h >= 0 and h < x.shape[1] and v >= 0 and v < x.shape[2]:
                    value = x[p, h, v]
                columns[p, i, j, oh, ow] = value


def unfold(
    columns: Array,
    x: Array,
    stride_h: int,
    stride_w: int,
    pad_top: int,
    pad_left: int,
    dilation_h: int,
    dilation_w: int,
) -> None:
    """Copy every window of every image out.

    Parameters
    ----------
    columns : DeviceArray (N, C, FH, FW, OH, OW)
    x : DeviceArray (N, C, H, W)
    stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w : int
    """
    maps = x.shape[0] * x.shape[1]
    windows, images = columns.reshape(maps, *columns.shape[2:]), x.reshape(maps, *x.shape[2:])
    numbers = stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w
    _unfold.over(maps * columns.shape[4] * columns.shape[5], windows, images, *numbers)


@kernel
def _fold(
    x: Array,
    columns: Array,
    stride_h: int,
    stride_w: int,
    pad_top: int,
    pad_left: int,
    dilation_h: int,
    dilation_w: int,
) -> None:
    _, filter_h, filter_w, out_h, out_w = columns.shape
    o = cuda.grid(1)
    if o < x.size:
        p, h, v = pixel(o, x.shape[1], x.shape[2])
        total = real(0)
        for i in range(filter_h):
            down = h + pad_top - i * dilation_h
            if down >= 0:
                oh, beside = split(down, stride_h)
                if beside == 0 and oh < out_h:
                    for j in range(filter_w):
                        right = v + pad_left - j * dilation_w
                        if right >= 0:
                            ow, beside = split(right, stride_w)
                            if beside == 0 and ow < out_w:
                                total += columns[p, i, j, oh, ow]
        x[p, h, v] = total


def fold(
    x: Array,
    columns: Array,
    stride_h: int,
    stride_w: int,
    pad_top: int,
    pad_left: int,
    dilation_h: int,
    dilation_w: int,
) -> None:
    """Add every window back to where it came from: the adjoint of :func:`unfold`.

    Parameters
    ----------
    x : DeviceArray (N, C, H, W)
    columns : DeviceArray (N, C, FH, FW, OH, OW)
    stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w : int
    """
    maps = x.shape[0] * x.shape[1]
    windows, images = columns.reshape(maps, *columns.shape[2:]), x.reshape(maps, *x.shape[2:])
    _fold.over(x.size, images, windows, stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w)
