"""Local response normalisation, one channel of one image to a thread.

The sum over the window is built up in the output itself, a whole channel at a time, so that the
innermost loop walks over neighbouring pixels. It costs `size` such walks.
"""

from engine.arrays import Array
from engine.kernels import tasks
from engine.kernels.jit import using
from engine.kernels.tasks import share

compiled = using(tasks)

# What a power costs, counted in numbers that are read.
POWER = 40


@compiled
def _local_response_norm_map(
    nc: int, out: Array, strength: Array, x: Array, size: int, alpha: float, beta: float, k: float
) -> None:
    _, channels, pixels = x.shape
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


@compiled
def local_response_norm(out: Array, strength: Array, x: Array, size: int, alpha: float, beta: float, k: float) -> None:
    """Divide by (k + alpha / size * sum of squares over the window) ** beta; see the reference."""
    batch, channels, _ = x.shape
    share(_local_response_norm_map, batch * channels, POWER * x.size, (out, strength, x, size, alpha, beta, k))


@compiled
def _local_response_norm_backward_map(
    nc: int, dx: Array, dy: Array, x: Array, out: Array, strength: Array, size: int, alpha: float, beta: float
) -> None:
    _, channels, pixels = x.shape
    n, c = nc // channels, nc % channels
    for s in range(pixels):
        dx[n, c, s] = 0.0
    for i in range(max(0, c - (size - 1) // 2), min(channels, c + size // 2 + 1)):
        for s in range(pixels):
            dx[n, c, s] += dy[n, i, s] * out[n, i, s] / strength[n, i, s]
    for s in range(pixels):
        through = 2.0 * alpha * beta / size * x[n, c, s] * dx[n, c, s]
        dx[n, c, s] = dy[n, c, s] * strength[n, c, s] ** -beta - through


@compiled
def local_response_norm_backward(
    dx: Array, dy: Array, x: Array, out: Array, strength: Array, size: int, alpha: float, beta: float
) -> None:
    """Gradient for x, directly and through the strength of its neighbours; see the reference."""
    batch, channels, _ = x.shape
    arguments = (dx, dy, x, out, strength, size, alpha, beta)
    share(_local_response_norm_backward_map, batch * channels, POWER * x.size, arguments)
