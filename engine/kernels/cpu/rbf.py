"""Radial basis functions, one example to a thread.

|x|^2 - 2 x w + |w|^2 would be a matrix product and faster, but near a centre it subtracts almost equal
numbers; the layer is small, and its differences matter most where they are small.
"""

from engine.arrays import Array
from engine.kernels import tasks
from engine.kernels.jit import using
from engine.kernels.tasks import share

compiled = using(tasks)


@compiled
def _rbf_example(n: int, out: Array, x: Array, w: Array) -> None:
    _, depth = x.shape
    for k in range(w.shape[0]):
        total = 0.0
        for d in range(depth):
            difference = x[n, d] - w[k, d]
            total += difference * difference
        out[n, k] = total


@compiled
def rbf(out: Array, x: Array, w: Array) -> None:
    """out[n, k] = sum over d of (x[n, d] - w[k, d])^2; see the reference."""
    batch, _ = x.shape
    share(_rbf_example, batch, x.size * len(w) // 4, (out, x, w))


@compiled
def _rbf_backward_example(n: int, dx: Array, dy: Array, x: Array, w: Array) -> None:
    _, depth = x.shape
    for d in range(depth):
        dx[n, d] = 0.0
    for k in range(w.shape[0]):
        factor = 2.0 * dy[n, k]
        for d in range(depth):
            dx[n, d] += factor * (x[n, d] - w[k, d])


@compiled
def rbf_backward(dx: Array, dy: Array, x: Array, w: Array) -> None:
    """dx[n, d] = sum over k of 2 dy[n, k] * (x[n, d] - w[k, d]); see the reference."""
    batch, _ = x.shape
    share(_rbf_backward_example, batch, x.size * len(w) // 4, (dx, dy, x, w))
