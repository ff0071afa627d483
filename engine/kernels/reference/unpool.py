"""Max unpooling: values go back to where max pooling found them. x (P, H, W) are planes, as in pool.py."""

from engine.arrays import Array


def max_unpool2d(out: Array, x: Array, index: Array) -> None:
    """Write each value to its place on an empty plane; of several for one place the last stays.

    Parameters
    ----------
    out : ndarray (P, OH, OW)
    x : ndarray (P, H, W)
    index : ndarray (P, H, W), int64
        Position i * OW + j in the plane of `out`.
    """
    count, height, width = x.shape
    out_w = out.shape[2]
    out[...] = 0.0
    for p in range(count):
        for h in range(height):
            for w in range(width):
                place = index[p, h, w]
                out[p, place // out_w, place % out_w] = x[p, h, w]


def max_unpool2d_backward(dx: Array, dy: Array, index: Array) -> None:
    """Hand out the gradient of each place once, to the last value written there; the others get 0.

    Parameters
    ----------
    dx : ndarray (P, H, W)
    dy : ndarray (P, OH, OW)
    index : ndarray (P, H, W), int64
    """
    count, height, width = dx.shape
    out_w = dy.shape[2]
    left = dy.copy()
    for p in range(count):
        for h in reversed(range(height)):
            for w in reversed(range(width)):
                place = index[p, h, w]
                dx[p, h, w] = left[p, place // out_w, place % out_w]
                left[p, place // out_w, place % out_w] = 0.0
