"""The optimisers' updates: every number of every parameter moves by its own gradient.

All parameters of a group come at once, in lists: parameters[i], gradients[i] and what the optimiser keeps for
it have one shape. Gradients are not changed, everything else is, in place.
"""

import math
from collections.abc import Sequence

import numpy as np

from engine.arrays import Array


@np.errstate(all="ignore")
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
    parameters, gradients, velocities : list of ndarray
        Without momentum, `velocities` is empty: w -= lr g.
    kept, added : list of float
        One number for each parameter: momentum and 1 - dampening; at a parameter's first step 0 and 1.
    lr, momentum, decay : float
    nesterov : int
        1 to move by g + momentum v.
    """
    for i in range(len(parameters)):
        w, slope = parameters[i].reshape(-1), gradients[i].reshape(-1)
        for j in range(w.size):
            g = step = float(slope[j]) + decay * float(w[j]) if decay else float(slope[j])
            if len(velocities) > 0:
                v = velocities[i].reshape(-1)
                v[j] = kept[i] * float(v[j]) + added[i] * g
                step = g + momentum * float(v[j]) if nesterov else float(v[j])
            w[j] = float(w[j]) - lr * step


@np.errstate(all="ignore")
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
    parameters, gradients, means, squares : list of ndarray
    rates, corrections : list of float
        One number for each parameter: lr / (1 - beta1^step) and 1 / sqrt(1 - beta2^step).
    beta1, beta2, eps, decay, shrink : float
    """
    for i in range(len(parameters)):
        w, slope = parameters[i].reshape(-1), gradients[i].reshape(-1)
        m, s = means[i].reshape(-1), squares[i].reshape(-1)
        for j in range(w.size):
            g = float(slope[j]) + decay * float(w[j]) if decay else float(slope[j])
            m[j] = float(m[j]) + (1 - beta1) * (g - float(m[j]))
            s[j] = beta2 * float(s[j]) + (1 - beta2) * g * g
            divisor = corrections[i] * math.sqrt(s[j]) + eps
            w[j] = shrink * float(w[j]) - rates[i] * np.divide(float(m[j]), divisor)
