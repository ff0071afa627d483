"""Steps of optimisers: all parameters in one launch (or a few), each in one pass over memory.

A row of blocks belongs to each parameter; those beyond its end do nothing, which costs less than a launch for
each. As many parameters go into a launch as its arguments have room for. Learning rates and the like lie in an
array on the device, since a graph of launches would freeze plain numbers.
"""

import math
from collections.abc import Sequence
from typing import Any

from engine.arrays import Array
from engine.cuda import numbers
from engine.cuda.driver import cuda
from engine.cuda.launch import THREADS, kernel, real

# Arguments of a launch have 4 KB; an array of one axis takes 56 bytes, and Adam has four for each parameter.
TOGETHER = 16


@kernel
def _sgd(parameters: Any, gradients: Any, velocities: Any, settings: Array, with_velocity: int, nesterov: int) -> None:
    i, j = cuda.blockIdx.y, cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    w, slope, v = parameters[i], gradients[i], velocities[i]
    lr, momentum, decay, kept, added = settings[0], settings[1], settings[2], settings[3 + 2 * i], settings[4 + 2 * i]
    if j < w.size:
        g = slope[j]
        if decay != real(0):
            g += decay * w[j]
        step = g
        if with_velocity:
            step = kept * v[j] + added * g
            v[j] = step
            if nesterov:
                step = g + momentum * step
        w[j] -= lr * step


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
    """V = kept v + added g and w -= lr v, where g is the gradient + decay w.

    Parameters
    ----------
    parameters, gradients, velocities : list of DeviceArray
        Without momentum, `velocities` is empty: w -= lr g.
    kept, added : list of float
        One number for each parameter: momentum and 1 - dampening; at a parameter's first step 0 and 1.
    lr, momentum, decay : float
    nesterov : int
        1 to move by g + momentum v.
    """
    for first in range(0, len(parameters), TOGETHER):
        part = slice(first, first + TOGETHER)
        w = _flat(parameters[part])
        own = [number for pair in zip(kept[part], added[part], strict=True) for number in pair]
        settings = numbers.on_device([lr, momentum, decay, *(own or [0.0, 0.0] * len(w))], parameters[0].dtype)
        v = _flat(velocities[part]) if len(velocities) > 0 else w
        _sgd.blocks(_grid(w), THREADS, w, _flat(gradients[part]), v, settings, int(len(velocities) > 0), nesterov)


@kernel
def _adam(parameters: Any, gradients: Any, means: Any, squares: Any, settings: Array) -> None:
    i, j = cuda.blockIdx.y, cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    w, slope, m, s = parameters[i], gradients[i], means[i], squares[i]
    beta1, beta2, eps, decay, shrink = settings[0], settings[1], settings[2], settings[3], settings[4]
    rate, correction = settings[5 + 2 * i], settings[6 + 2 * i]
    if j < w.size:
        g = slope[j]
        if decay != real(0):
            g += decay * w[j]
        mean = m[j] + (real(1) - beta1) * (g - m[j])
        square = beta2 * s[j] + (real(1) - beta2) * g * g
        m[j], s[j] = mean, square
        divisor = correction * real(math.sqrt(square)) + eps
        w[j] = shrink * w[j] - rate * (mean / divisor)


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
    """W -= rate m / (correction sqrt(s) + eps), with m and s running means of g and g^2.

    Here g is the gradient + decay w, and w shrinks by the factor `shrink` beforehand.

    Parameters
    ----------
    parameters, gradients, means, squares : list of DeviceArray
    rates, corrections : list of float
        One number for each parameter: lr / (1 - beta1^step) and 1 / sqrt(1 - beta2^step).
    beta1, beta2, eps, decay, shrink : float
    """
    for first in range(0, len(parameters), TOGETHER):
        part = slice(first, first + TOGETHER)
        own = [number for pair in zip(rates[part], corrections[part], strict=True) for number in pair]
        settings = numbers.on_device([beta1, beta2, eps, decay, shrink, *own], parameters[0].dtype)
        w = _flat(parameters[part])
        _adam.blocks(_grid(w), THREADS, w, _flat(gradients[part]), _flat(means[part]), _flat(squares[part]), settings)


def _flat(arrays: Sequence[Array]) -> tuple[Array, ...]:
    return tuple(array.reshape(-1) for array in arrays)


def _grid(arrays: Sequence[Array]) -> tuple[int, int]:
    return -(-max(array.size for array in arrays) // THREADS), len(arrays)
