"""Normalisation: numbers that belong together are shifted and scaled to mean 0 and variance 1.

Batch, layer and group normalisation differ only in which numbers belong together and which share a
weight. The op shapes its input as x (A, R, J, S): all numbers of x[:, r] belong together, and those of
x[:, r, j] have weight[r % P, j] of weight (P, J) and the bias at the same place.

========= ===================== ============
of        x                     weight
========= ===================== ============
a batch   (N, C, 1, H W)        (C, 1)
a layer   (1, rows, length, 1)  (1, length)
a group   (1, N G, C / G, H W)  (G, C / G)
========= ===================== ============

Without `eps`, equal numbers give 0 / 0: NaN, and no exception, as in every kernel set.
"""

import numpy as np

from engine.arrays import Array


def moments(mean: Array, variance: Array, x: Array) -> None:
    """mean[r] and variance[r] of all numbers in x[:, r]; the variance divides by their count.

    The mean is known before the squares are added: the sum of (x - mean)^2 keeps all its digits where
    the difference of two large sums, mean(x^2) - mean^2, would lose them.

    Parameters
    ----------
    mean, variance : ndarray (R,), float64
    x : ndarray (A, R, J, S)
    """
    pieces, rows, channels, pixels = x.shape
    count = pieces * channels * pixels
    for r in range(rows):
        total = 0.0
        for a in range(pieces):
            for j in range(channels):
                for s in range(pixels):
                    total += float(x[a, r, j, s])
        centre = total / count
        squares = 0.0
        for a in range(pieces):
            for j in range(channels):
                for s in range(pixels):
                    squares += (float(x[a, r, j, s]) - centre) ** 2
        mean[r] = centre
        variance[r] = squares / count


@np.errstate(all="ignore")
def normalise(
    out: Array, x: Array, mean: Array, variance: Array, weight: Array, bias: Array, eps: float, relu: int
) -> None:
    """out[a, r, j, s] = (x[a, r, j, s] - mean[r]) / sqrt(variance[r] + eps) * weight[r % P, j] + bias[r % P, j].

    Parameters
    ----------
    out, x : ndarray (A, R, J, S)
    mean, variance : ndarray (R,), float64
    weight, bias : ndarray (P, J)
    eps : float
        Keeps a row of equal numbers from being divided by 0.
    relu : int
        1 to rectify the result, so that what is negative becomes 0.
    """
    pieces, rows, channels, pixels = x.shape
    period = weight.shape[0]
    for a in range(pieces):
        for r in range(rows):
            deviation = np.sqrt(variance[r] + eps)
            for j in range(channels):
                for s in range(pixels):
                    standard = (float(x[a, r, j, s]) - float(mean[r])) / deviation
                    result = standard * float(weight[r % period, j]) + float(bias[r % period, j])
                    out[a, r, j, s] = 0.0 if relu and result < 0.0 else result


@np.errstate(all="ignore")
def normalise_backward_x(
    dx: Array, dy: Array, x: Array, mean: Array, variance: Array, weight: Array, eps: float, moments_of_x: int
) -> None:
    """Gradient for x, which reaches every output also through the mean and the variance of its row.

    With z = (x - mean) / deviation and dz = dy * weight:
    dx = (dz - mean of dz over the row - z * mean of (dz z) over the row) / deviation.
    If mean and variance were given (running statistics), only the first term is there.

    Parameters
    ----------
    dx, dy, x : ndarray (A, R, J, S)
    mean, variance : ndarray (R,), float64
    weight : ndarray (P, J)
    eps : float
    moments_of_x : int
        1 if mean and variance were computed from x, 0 if they were given.
    """
    pieces, rows, channels, pixels = x.shape
    period, count = weight.shape[0], pieces * channels * pixels
    for r in range(rows):
        deviation = np.sqrt(variance[r] + eps)
        sum_dz = sum_dz_z = 0.0
        for a in range(pieces):
            for j in range(channels):
                for s in range(pixels):
                    dz = float(dy[a, r, j, s]) * float(weight[r % period, j])
                    sum_dz += dz
                    sum_dz_z += dz * (float(x[a, r, j, s]) - float(mean[r])) / deviation
        for a in range(pieces):
            for j in range(channels):
                for s in range(pixels):
                    change = float(dy[a, r, j, s]) * float(weight[r % period, j])
                    if moments_of_x:
                        z = (float(x[a, r, j, s]) - float(mean[r])) / deviation
                        change -= (sum_dz + z * sum_dz_z) / count
                    dx[a, r, j, s] = change / deviation


@np.errstate(all="ignore")
def normalise_backward_affine(
    dw: Array, db: Array, dy: Array, x: Array, mean: Array, variance: Array, eps: float
) -> None:
    """dw[p, j] = sum of dy * (x - mean) / deviation, db[p, j] = sum of dy, over all that shared the weight.

    Parameters
    ----------
    dw, db : ndarray (P, J)
    dy, x : ndarray (A, R, J, S)
    mean, variance : ndarray (R,), float64
    eps : float
    """
    pieces, rows, channels, pixels = x.shape
    period = dw.shape[0]
    for p in range(period):
        for j in range(channels):
            sum_dy = sum_dy_z = 0.0
            for r in range(p, rows, period):
                deviation = np.sqrt(variance[r] + eps)
                for a in range(pieces):
                    for s in range(pixels):
                        upstream = float(dy[a, r, j, s])
                        sum_dy += upstream
                        sum_dy_z += upstream * (float(x[a, r, j, s]) - float(mean[r])) / deviation
            dw[p, j] = sum_dy_z
            db[p, j] = sum_dy
