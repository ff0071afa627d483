"""The negative log-likelihood by NumPy's indexing: one number of each row is touched, so there is little to gain."""

import numpy as np

from engine.arrays import Array


def nll_loss(loss: Array, x: Array, target: Array, weight: Array) -> None:
    """loss[n] = -weight[target[n]] * x[n, target[n]], or 0 if target[n] is negative; see the reference."""
    (counted,) = np.nonzero(target >= 0)
    classes = target[counted]
    loss[...] = 0.0
    loss[counted] = -weight[classes] * x[counted, classes]


def nll_loss_backward(dx: Array, dy: Array, target: Array, weight: Array) -> None:
    """dx[n, k] = -weight[k] * dy[n] where k is the target, else 0; see the reference."""
    (counted,) = np.nonzero(target >= 0)
    classes = target[counted]
    dx[...] = 0.0
    dx[counted, classes] = -weight[classes] * dy[counted]
