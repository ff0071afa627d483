"""Local response normalisation: each number is divided by what its neighbours in depth amount to.

Shapes: x (N, C, S), S numbers in each channel. The window of channel c reaches from c - size // 2 to
c + (size - 1) // 2; channels that do not exist count as 0.
Where the strength is 0 (k = 0 and no neighbour), the result is NaN, and no exception.
"""

import numpy as np

from engine.arrays import Array


@np.errstate(all="ignore")
def local_response_norm(out: Array, strength: Array, x: Array, size: int, alpha: float, beta: float, k: float) -> None:
    """Divide by strength ** beta, where strength = k + alpha / size * (sum of squares over the window).

    Parameters
    ----------
    out : ndarray (N, C, S)
    strength : ndarray (N, C, S)
        Written too, for backward.
    x : ndarray (N, C, S)
    size : int
    alpha, beta, k : float
    """
    batch, channels, pixels = x.shape
    for n in range(batch):
        for c in range(channels):
            for s in range(pixels):
                squares = 0.0
                for i in range(max(0, c - size // 2), min(channels, c + (size - 1) // 2 + 1)):
                    squares += float(x[n, i, s]) ** 2
                amount = np.float64(k + alpha / size * squares)
                strength[n, c, s] = amount
                out[n, c, s] = float(x[n, c, s]) * amount**-beta


@np.errstate(all="ignore")
def local_response_norm_backward(
    dx: Array, dy: Array, x: Array, out: Array, strength: Array, size: int, alpha: float, beta: float
) -> None:
    """Gradient for x: directly, and through the strength of every channel whose window it lies in.

    Parameters
    ----------
    dx, dy, x : ndarray (N, C, S)
    out, strength : ndarray (N, C, S)
        As :func:`local_response_norm` wrote them.
    size : int
    alpha, beta : float
    """
    batch, channels, pixels = x.shape
    for n in range(batch):
        for c in range(channels):
            for s in range(pixels):
                through = 0.0
                for i in range(max(0, c - (size - 1) // 2), min(channels, c + size // 2 + 1)):
                    through += float(dy[n, i, s]) * float(out[n, i, s]) / np.float64(strength[n, i, s])
                direct = float(dy[n, c, s]) * np.float64(strength[n, c, s]) ** -beta
                dx[n, c, s] = direct - 2.0 * alpha * beta / size * float(x[n, c, s]) * through
