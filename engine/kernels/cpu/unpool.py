"""Max unpooling, one plane to a thread, so that "the last value stays" means the same on any number of threads.

The gradient costs a copy of dy, in which what has been handed out is crossed off.
"""

from engine.arrays import Array
from engine.kernels import tasks
from engine.kernels.jit import using
from engine.kernels.tasks import share

compiled = using(tasks)


@compiled
def _max_unpool2d_plane(p: int, out: Array, x: Array, index: Array) -> None:
    _, height, width = x.shape
    _, out_h, out_w = out.shape
    for i in range(out_h):
        for j in range(out_w):
            out[p, i, j] = 0.0
    for h in range(height):
        for w in range(width):
            place = index[p, h, w]
            out[p, place // out_w, place % out_w] = x[p, h, w]


@compiled
def max_unpool2d(out: Array, x: Array, index: Array) -> None:
    """Write each value to its place on an empty plane; see the reference."""
    count, _, _ = x.shape
    share(_max_unpool2d_plane, count, out.size, (out, x, index))


@compiled
def _max_unpool2d_backward_plane(p: int, dx: Array, left: Array, index: Array) -> None:
    _, height, width = dx.shape
    out_w = left.shape[2]
    for h in range(height - 1, -1, -1):
        for w in range(width - 1, -1, -1):
            place = index[p, h, w]
            dx[p, h, w] = left[p, place // out_w, place % out_w]
            left[p, place // out_w, place % out_w] = 0.0


@compiled
def max_unpool2d_backward(dx: Array, dy: Array, index: Array) -> None:
    """Hand out the gradient of each place once, to the last value written there; see the reference."""
    share(_max_unpool2d_backward_plane, len(dx), dy.size, (dx, dy.copy(), index))
