"""Pooling over windows of kernel_h x kernel_w pixels, stride_h and stride_w apart, without padding."""

from engine.arrays import Array


def max_pool2d(out: Array, index: Array, x: Array, kernel_h: int, kernel_w: int, stride_h: int, stride_w: int) -> None:
    """Keep the largest pixel of each window and remember where it was.

    Parameters
    ----------
    out : ndarray (N, C, OH, OW)
    index : ndarray (N, C, OH, OW), int32
        Position h * W + w of the winner in its map; the first of equals in reading order.
    x : ndarray (N, C, H, W)
    kernel_h, kernel_w, stride_h, stride_w : int
    """
    batch, channels, _, width = x.shape
    for n in range(batch):
        for c in range(channels):
            for oh in range(out.shape[2]):
                for ow in range(out.shape[3]):
                    top, left = oh * stride_h, ow * stride_w
                    winner = top * width + left
                    best = x[n, c, top, left]
                    for h in range(top, top + kernel_h):
                        for w in range(left, left + kernel_w):
                            value = x[n, c, h, w]
                            # value != value: NaN wins, so that it is not hidden.
                            if value > best or (value != value and best == best):
                                winner = h * width + w
                                best = value
                    out[n, c, oh, ow] = best
                    index[n, c, oh, ow] = winner


def max_pool2d_backward(dx: Array, dy: Array, index: Array) -> None:
    """Give each window's gradient to its winner; a pixel that won several windows gets the sum.

    Parameters
    ----------
    dx : ndarray (N, C, H, W)
    dy : ndarray (N, C, OH, OW)
    index : ndarray (N, C, OH, OW), int32
        As :func:`max_pool2d` wrote it.
    """
    batch, channels, out_h, out_w = dy.shape
    width = dx.shape[3]
    dx[...] = 0.0
    for n in range(batch):
        for c in range(channels):
            for oh in range(out_h):
                for ow in range(out_w):
                    winner = index[n, c, oh, ow]
                    dx[n, c, winner // width, winner % width] += dy[n, c, oh, ow]


def avg_pool2d(out: Array, x: Array, kernel_h: int, kernel_w: int, stride_h: int, stride_w: int) -> None:
    """Mean of each window.

    Parameters
    ----------
    out : ndarray (N, C, OH, OW)
    x : ndarray (N, C, H, W)
    kernel_h, kernel_w, stride_h, stride_w : int
    """
    batch, channels, _, _ = x.shape
    for n in range(batch):
        for c in range(channels):
            for oh in range(out.shape[2]):
                for ow in range(out.shape[3]):
                    total = 0.0
                    for h in range(oh * stride_h, oh * stride_h + kernel_h):
                        for w in range(ow * stride_w, ow * stride_w + kernel_w):
                            total += float(x[n, c, h, w])
                    out[n, c, oh, ow] = total / (kernel_h * kernel_w)


def avg_pool2d_backward(dx: Array, dy: Array, kernel_h: int, kernel_w: int, stride_h: int, stride_w: int) -> None:
    """Share each window's gradient equally among its pixels.

    Parameters
    ----------
    dx : ndarray (N, C, H, W)
    dy : ndarray (N, C, OH, OW)
    kernel_h, kernel_w, stride_h, stride_w : int
    """
    batch, channels, out_h, out_w = dy.shape
    dx[...] = 0.0
    for n in range(batch):
        for c in range(channels):
            for oh in range(out_h):
                for ow in range(out_w):
                    share = dy[n, c, oh, ow] / (kernel_h * kernel_w)
                    for h in range(oh * stride_h, oh * stride_h + kernel_h):
                        for w in range(ow * stride_w, ow * stride_w + kernel_w):
                            dx[n, c, h, w] += share
