"""Radial basis functions, one example to a thread.

|x|^2 - 2 x w + |w|^2 would be a matrix product and faster, but near a centre it subtracts almost equal
numbers; the layer is small, and its differences matter most where they are small.
"""

from numba import prange

from engine.arrays import Array
from engine.kernels.jit import kernel


@kernel
def rbf(out: Array, x: Array, w: Array) -> None:
    """out[n, k] = sum over d of (x[n, d] - w[k, d])^2; see the reference."""
    batch, depth = x.shape
    for n in prange(batch):
        for k in range(w.shape[0]):
            total = 0.0
            for d in range(depth):
                difference = x[n, d] - w[k, d]
                total += difference * difference
            out[n, k] = total


@kernel
def rbf_backward(dx: Array, dy: Array, x: Array, w: Array) -> None:
    """dx[n, d] = sum over k of 2 dy[n, k] * (x[n, d] - w[k, d]); see the reference."""
    batch, depth = x.shape
    for n in prange(batch):
        for d in range(depth):
            dx[n, d] = 0.0
        for k in range(w.shape[0]):
            factor = 2.0 * dy[n, k]
            for d in range(depth):
                dx[n, d] += factor * (x[n, d] - w[k, d])
