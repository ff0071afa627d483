"""Local response normalisation: each number is divided by what its neighbours in depth amount to.

Shapes: x (N, C, S), S numbers in each channel. The window of channel c reaches from c - size // 2 to
c + (size - 1) // 2; channels that do not exist count as 0.
Where the strength is 0 (k = 0 and no neighbour), the result is NaN, and no exception.

A thread computes one element and walks along its window. Neighbouring threads are neighbours within a channel, so
that they read neighbouring numbers of each channel; every number is read `size` times, but only once from memory.
"""

from engine.arrays import Array
from engine.cuda.driver import cuda
from engine.cuda.launch import kernel, real


@kernel
def _local_response_norm(
    out: Array, strength: Array, x: Array, below: int, above: int, alpha: float, beta: float, k: float
) -> None:
    i = cuda.grid(1)
    if i < x.size:
        row = i // x.shape[2]
        s = i - row * x.shape[2]
        n = row // x.shape[1]
        c = row - n * x.shape[1]
        squares = real(0)
        for j in range(max(0, c - below), min(x.shape[1], c + above + 1)):
            squares += x[n, j, s] * x[n, j, s]
        amount = k + alpha * squares
        strength[n, c, s] = amount
        out[n, c, s] = x[n, c, s] * amount**-beta


def local_response_norm(out: Array, strength: Array, x: Array, size: int, alpha: float, beta: float, k: float) -> None:
    """Divide by strength ** beta, where strength = k + alpha / size * (sum of squares over the window).

    Parameters
    ----------
    out : DeviceArray (N, C, S)
    strength : DeviceArray (N, C, S)
        Written too, for backward.
    x : DeviceArray (N, C, S)
    size : int
    alpha, beta, k : float
    """
    below, above = size // 2, (size - 1) // 2
    _local_response_norm.over(x.size, out, strength, x, below, above, float(alpha / size), float(beta), float(k))


@kernel
def _local_response_norm_backward(
    dx: Array, dy: Array, x: Array, out: Array, strength: Array, below: int, above: int, factor: float, beta: float
) -> None:
    i = cuda.grid(1)
    if i < x.size:
        row = i // x.shape[2]
        s = i - row * x.shape[2]
        n = row // x.shape[1]
        c = row - n * x.shape[1]
        through = real(0)
        # Windows that reach down to this channel are those of channels above it.
        for j in range(max(0, c - above), min(x.shape[1], c + below + 1)):
            through += dy[n, j, s] * out[n, j, s] / strength[n, j, s]
        dx[n, c, s] = dy[n, c, s] * strength[n, c, s] ** -beta - factor * x[n, c, s] * through


def local_response_norm_backward(
    dx: Array, dy: Array, x: Array, out: Array, strength: Array, size: int, alpha: float, beta: float
) -> None:
    """Gradient for x: directly, and through the strength of every channel whose window it lies in.

    Parameters
    ----------
    dx, dy, x : DeviceArray (N, C, S)
    out, strength : DeviceArray (N, C, S)
        As :func:`local_response_norm` wrote them.
    size : int
    alpha, beta : float
    """
    below, above = size // 2, (size - 1) // 2
    factor = float(2.0 * alpha * beta / size)
    _local_response_norm_backward.over(x.size, dx, dy, x, out, strength, below, above, factor, float(beta))
