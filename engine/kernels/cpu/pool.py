"""Pooling, one image to a thread: no two threads write to the same map, so there is no race."""

from numba import prange

from engine.arrays import Array
from engine.kernels.jit import kernel


@kernel
def max_pool2d(out: Array, index: Array, x: Array, kernel_h: int, kernel_w: int, stride_h: int, stride_w: int) -> None:
    """Keep the largest pixel of each window and remember where it was; see the reference."""
    batch, channels, _, width = x.shape
    _, _, out_h, out_w = out.shape
    for n in prange(batch):
        for c in range(channels):
            for oh in range(out_h):
                for ow in range(out_w):
                    top, left = oh * stride_h, ow * stride_w
                    winner = top * width + left
                    best = x[n, c, top, left]
                    for h in range(top, top + kernel_h):
                        for w in range(left, left + kernel_w):
                            value = x[n, c, h, w]
                            if value > best or (value != value and best == best):
                                winner = h * width + w
                                best = value
                    out[n, c, oh, ow] = best
                    index[n, c, oh, ow] = winner


@kernel
def max_pool2d_backward(dx: Array, dy: Array, index: Array) -> None:
    """Give each window's gradient to its winner; see the reference."""
    batch, channels, height, width = dx.shape
    _, _, out_h, out_w = dy.shape
    for n in prange(batch):
        for c in range(channels):
            for h in range(height):
                for w in range(width):
                    dx[n, c, h, w] = 0.0
            for oh in range(out_h):
                for ow in range(out_w):
                    winner = index[n, c, oh, ow]
                    dx[n, c, winner // width, winner % width] += dy[n, c, oh, ow]


@kernel
def avg_pool2d(out: Array, x: Array, kernel_h: int, kernel_w: int, stride_h: int, stride_w: int) -> None:
    """Mean of each window; see the reference."""
    batch, channels, _, _ = x.shape
    _, _, out_h, out_w = out.shape
    for n in prange(batch):
        for c in range(channels):
            for oh in range(out_h):
                for ow in range(out_w):
                    total = 0.0
                    for h in range(oh * stride_h, oh * stride_h + kernel_h):
                        for w in range(ow * stride_w, ow * stride_w + kernel_w):
                            total += x[n, c, h, w]
                    out[n, c, oh, ow] = total / (kernel_h * kernel_w)


@kernel
def avg_pool2d_backward(dx: Array, dy: Array, kernel_h: int, kernel_w: int, stride_h: int, stride_w: int) -> None:
    """Share each window's gradient equally among its pixels; see the reference."""
    batch, channels, height, width = dx.shape
    _, _, out_h, out_w = dy.shape
    for n in prange(batch):
        for c in range(channels):
            for h in range(height):
                for w in range(width):
                    dx[n, c, h, w] = 0.0
            for oh in range(out_h):
                for ow in range(out_w):
                    share = dy[n, c, oh, ow] / (kernel_h * kernel_w)
                    for h in range(oh * stride_h, oh * stride_h + kernel_h):
                        for w in range(ow * stride_w, ow * stride_w + kernel_w):
                            dx[n, c, h, w] += share
