"""The optimisers' updates in one pass over memory, all parameters in one go.

Each number is read, moved and written once, where NumPy would pass over it for every operation and keep what
lies between in arrays of their own. A small parameter is not worth waking the threads for, and a large one
is too much for one of them: so all are cut into pieces of PIECE numbers, which the threads share. What it
costs: the kernel is told addresses, not arrays, so that it need not be compiled for each network.
"""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.kernels import addresses as memory
from engine.kernels import tasks
from engine.kernels.addresses import addresses, elements
from engine.kernels.jit import using
from engine.kernels.tasks import share

compiled = using(memory, tasks)

PIECE = 8192


def _pieces(parameters: Sequence[Array]) -> Array:
    """Return (which parameter, from where, to where) for each piece, int64."""
    return np.array(
        [
            (i, start, min(start + PIECE, array.size))
            for i, array in enumerate(parameters)
            for start in range(0, array.size, PIECE)
        ],
        np.int64,
    ).reshape(-1, 3)


@compiled
def _sgd_piece(
    piece: int, places: Array, pieces: Array, factors: Array, settings: Array, nesterov: int, like: Array
) -> None:
    lr, momentum, decay = settings[0], settings[1], settings[2]
    i, start, stop = pieces[piece, 0], pieces[piece, 1], pieces[piece, 2]
    w, slope = elements(places[0, i], start, stop, like), elements(places[1, i], start, stop, like)
    if len(places) == 2:
        for j in range(stop - start):
            w[j] -= lr * (slope[j] + decay * w[j] if decay != 0 else slope[j])
        return
    v, kept, added = elements(places[2, i], start, stop, like), factors[0, i], factors[1, i]
    if nesterov:
        for j in range(stop - start):
            g = slope[j] + decay * w[j] if decay != 0 else slope[j]
            v[j] = kept * v[j] + added * g
            w[j] -= lr * (g + momentum * v[j])
    else:
        for j in range(stop - start):
            g = slope[j] + decay * w[j] if decay != 0 else slope[j]
            v[j] = kept * v[j] + added * g
            w[j] -= lr * v[j]


@compiled
def _sgd(places: Array, pieces: Array, factors: Array, settings: Array, nesterov: int, like: Array) -> None:
    amount = len(pieces) * PIECE * len(places)
    share(_sgd_piece, len(pieces), amount, (places, pieces, factors, settings, nesterov, like))


def sgd(
    parameters: Sequence[Array],
    gradients: Sequence[Array],
    velocities: Sequence[Array],
    kept: Sequence[float],
    added: Sequence[float],
    lr: float,
    momentum: float,
    decay: float,
    nesterov: int,
) -> None:
    """V = kept v + added g and w -= lr v, where g is the gradient + decay w; see the reference."""
    lists = (parameters, gradients, velocities) if velocities else (parameters, gradients)
    dtype = parameters[0].dtype
    settings, factors = np.array((lr, momentum, decay), dtype), np.array((kept, added), dtype)
    _sgd(addresses(*lists), _pieces(parameters), factors, settings, nesterov, settings)


@compiled
def _adam_piece(piece: int, places: Array, pieces: Array, factors: Array, settings: Array, like: Array) -> None:
    beta2, eps, decay, shrink = settings[0], settings[1], settings[2], settings[3]
    rest1, rest2 = settings[4], settings[5]
    i, start, stop = pieces[piece, 0], pieces[piece, 1], pieces[piece, 2]
    w, slope = elements(places[0, i], start, stop, like), elements(places[1, i], start, stop, like)
    m, s = elements(places[2, i], start, stop, like), elements(places[3, i], start, stop, like)
    rate, correction = factors[0, i], factors[1, i]
    for j in range(stop - start):
        g = slope[j] + decay * w[j] if decay != 0 else slope[j]
        mean = m[j] + rest1 * (g - m[j])
        square = beta2 * s[j] + rest2 * g * g
        m[j] = mean
        s[j] = square
        w[j] = shrink * w[j] - rate * mean / (correction * np.sqrt(square) + eps)


@compiled
def _adam(places: Array, pieces: Array, factors: Array, settings: Array, like: Array) -> None:
    amount = len(pieces) * PIECE * len(places)
    share(_adam_piece, len(pieces), amount, (places, pieces, factors, settings, like))


def adam(
    parameters: Sequence[Array],
    gradients: Sequence[Array],
    means: Sequence[Array],
    squares: Sequence[Array],
    rates: Sequence[float],
    corrections: Sequence[float],
    beta1: float,
    beta2: float,
    eps: float,
    decay: float,
    shrink: float,
) -> None:
    """W -= rate m / (correction sqrt(s) + eps), with m and s running means of g and g^2; see the reference."""
    dtype = parameters[0].dtype
    settings = np.array((beta2, eps, decay, shrink, 1 - beta1, 1 - beta2), dtype)
    factors = np.array((rates, corrections), dtype)
    places = addresses(parameters, gradients, means, squares)
    _adam(places, _pieces(parameters), factors, settings, settings)
