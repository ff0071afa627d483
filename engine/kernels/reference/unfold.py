"""Windows of an image, copied out and added back.

Shapes: x (N, C, H, W), columns (N, C, FH, FW, OH, OW): OH x OW windows of FH x FW pixels. The window at
(oh, ow) has its pixel (i, j) at row oh * stride_h + i * dilation_h - pad_top of the image, its column
likewise. What lies outside the image counts as 0, so the padding below and to the right needs no number:
it is as large as the last window wants it.
"""

from engine.arrays import Array


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
    columns : ndarray (N, C, FH, FW, OH, OW)
    x : ndarray (N, C, H, W)
    stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w : int
    """
    batch, channels, height, width = x.shape
    _, _, filter_h, filter_w, out_h, out_w = columns.shape
    for n in range(batch):
        for c in range(channels):
            for oh in range(out_h):
                for ow in range(out_w):
                    for i in range(filter_h):
                        for j in range(filter_w):
                            h = oh * stride_h + i * dilation_h - pad_top
                            v = ow * stride_w + j * dilation_w - pad_left
                            inside = 0 <= h < height and 0 <= v < width
                            columns[n, c, i, j, oh, ow] = x[n, c, h, v] if inside else 0.0


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
    x : ndarray (N, C, H, W)
    columns : ndarray (N, C, FH, FW, OH, OW)
    stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w : int
    """
    batch, channels, height, width = x.shape
    _, _, filter_h, filter_w, out_h, out_w = columns.shape
    x[...] = 0.0
    for n in range(batch):
        for c in range(channels):
            for oh in range(out_h):
                for ow in range(out_w):
                    for i in range(filter_h):
                        for j in range(filter_w):
                            h = oh * stride_h + i * dilation_h - pad_top
                            v = ow * stride_w + j * dilation_w - pad_left
                            if 0 <= h < height and 0 <= v < width:
                                x[n, c, h, v] += columns[n, c, i, j, oh, ow]
