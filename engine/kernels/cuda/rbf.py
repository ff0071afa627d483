"""Radial basis functions: how far an example lies from the centre of each class.

Shapes: x (N, D), w (K, D), out and dy (N, K).

A distance is a sum along D, which the threads of a block share: neighbours read neighbouring numbers of x and w.
Every example is read again for each class, from the cache. Gradients have a thread for each of their elements,
which walks over the other array's rows; of few classes that are few threads, and most of the device has a rest.
"""

from engine.arrays import Array
from engine.cuda.driver import cuda
from engine.cuda.launch import THREADS, kernel, real
from engine.cuda.rows import block_for, group_sum


@kernel
def _rbf(out: Array, x: Array, w: Array) -> None:
    scratch = cuda.shared.array(THREADS, real)
    lane, i = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y
    n = i // w.shape[0]
    k = i - n * w.shape[0]
    total = real(0)
    if i < out.size:
        for d in range(lane, x.shape[1], cuda.blockDim.x):
            total += (x[n, d] - w[k, d]) * (x[n, d] - w[k, d])
    total = group_sum(scratch, lane, total)
    if i < out.size and lane == 0:
        out[n, k] = total


def rbf(out: Array, x: Array, w: Array) -> None:
    """out[n, k] = sum over d of (x[n, d] - w[k, d])^2.

    Parameters
    ----------
    out : DeviceArray (N, K)
    x : DeviceArray (N, D)
    w : DeviceArray (K, D)
    """
    lanes, together = block_for(x.shape[1])
    _rbf.blocks(-(-out.size // together), (lanes, together), out, x, w)


@kernel
def _rbf_backward(dx: Array, dy: Array, x: Array, w: Array) -> None:
    i = cuda.grid(1)
    if i < dx.size:
        n = i // dx.shape[1]
        d = i - n * dx.shape[1]
        total = real(0)
        for k in range(w.shape[0]):
            total += dy[n, k] * (x[n, d] - w[k, d])
        dx[n, d] = real(2) * total


def rbf_backward(dx: Array, dy: Array, x: Array, w: Array) -> None:
    """dx[n, d] = sum over k of 2 dy[n, k] * (x[n, d] - w[k, d]).

    A distance is the same from both ends: with x and w exchanged and dy transposed this is dw.

    Parameters
    ----------
    dx, x : DeviceArray (N, D)
    dy : DeviceArray (N, K)
    w : DeviceArray (K, D)
    """
    _rbf_backward.over(dx.size, dx, dy, x, w)
