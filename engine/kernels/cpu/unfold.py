"""Windows of an image, copied out and added back: one map of one image to a thread.

Fast because the innermost loop runs along a row of the output: with stride 1 it reads and writes memory in
order. No two threads touch the same map, so the sums of :func:`fold` need no lock; what that costs is that
a single map occupies a single thread.
"""

from engine.arrays import Array
from engine.kernels import tasks
from engine.kernels.jit import using
from engine.kernels.tasks import share

compiled = using(tasks)


@compiled
def _unfold_map(
    nc: int,
    columns: Array,
    x: Array,
    stride_h: int,
    stride_w: int,
    pad_top: int,
    pad_left: int,
    dilation_h: int,
    dilation_w: int,
) -> None:
    _, channels, height, width = x.shape
    _, _, filter_h, filter_w, out_h, out_w = columns.shape
    n, c = nc // channels, nc % channels
    for i in range(filter_h):
        for j in range(filter_w):
            for oh in range(out_h):
                h = oh * stride_h + i * dilation_h - pad_top
                for ow in range(out_w):
                    v = ow * stride_w + j * dilation_w - pad_left
                    inside = 0 <= h < height and 0 <= v < width
                    columns[n, c, i, j, oh, ow] = x[n, c, h, v] if inside else 0.0


@compiled
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
    """Copy every window of every image out; see the reference."""
    batch, channels, _, _ = x.shape
    share(
        _unfold_map,
        batch * channels,
        columns.size,
        (columns, x, stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w),
    )


@compiled
def _fold_map(
    nc: int,
    x: Array,
    columns: Array,
    stride_h: int,
    stride_w: int,
    pad_top: int,
    pad_left: int,
    dilation_h: int,
    dilation_w: int,
) -> None:
    _, channels, height, width = x.shape
    _, _, filter_h, filter_w, out_h, out_w = columns.shape
    n, c = nc // channels, nc % channels
    for h in range(height):
        for v in range(width):
            x[n, c, h, v] = 0.0
    for i in range(filter_h):
        for j in range(filter_w):
            for oh in range(out_h):
                h = oh * stride_h + i * dilation_h - pad_top
                if 0 <= h < height:
                    for ow in range(out_w):
                        v = ow * stride_w + j * dilation_w - pad_left
                        if 0 <= v < width:
                            x[n, c, h, v] += columns[n, c, i, j, oh, ow]


@compiled
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
    """Add every window back to where it came from; see the reference."""
    batch, channels, _, _ = x.shape
    share(
        _fold_map,
        batch * channels,
        columns.size,
        (x, columns, stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w),
    )
