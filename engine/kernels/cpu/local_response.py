"""Local response normalisation, one channel of one image to a thread.

The sum over the window is built up in the output itself, a whole channel at a time, so that the
innermost loop walks over neighbouring pixels. It costs `size` such walks.
"""

from numba import prange

from engine.arrays import Array
from engine.kernels.jit import kernel


@kernel
def local_response_norm(out: Array, strength: Array, x: Array, size: int, alpha: float, beta: float, k: float) -> None:
    """Divide by (k + alpha / size * sum of squares over the window) ** beta; see the reference."""
    batch, channels, pixels = x.shape
    for nc in prange(batch * channels):
        n, c = nc // channels, nc % channels
        for s in range(pixels):
            strength[n, c, s] = 0.0
        for i in range(max(0, c - size // 2), min(channels, c + (size - 1) // 2 + 1)):
            for s in range(pixels):
                strength[n, c, s] += x[n, i, s] * x[n, i, s]
        for s in range(pixels):
            amount = k + alpha / size * strength[n, c, s]
            strength[n, c, s] = amount
            out[n, c, s] = x[n, c, s] * amount**-beta


@kernel
def local_response_norm_backward(
    dx: Array, dy: Array, x: Array, out: Array, strength: Array, size: int, alpha: float, beta: float
) -> None:
    """Gradient for x, directly and through the strength of its neighbours; see the reference."""
    batch, channels, pixels = x.shape
    for nc in prange(batch * channels):
        n, c = nc // channels, nc % channels
        for s in range(pixels):
            dx[n, c, s] = 0.0
        for i in range(max(0, c - (size - 1) // 2), min(channels, c + size // 2 + 1)):
            for s in range(pixels):
                dx[n, c, s] += dy[n, i, s] * out[n, i, s] / strength[n, i, s]
        for s in range(pixels):
            through = 2.0 * alpha * beta / size * x[n, c, s] * dx[n, c, s]
            dx[n, c, s] = dy[n, c, s] * strength[n, c, s] ** -beta - through
