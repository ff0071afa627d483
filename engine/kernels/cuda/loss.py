"""The negative log-likelihood. Cross-entropy stands with the softmax, whose rows it needs.

A thread for each example reads the one number that its loss is made of, wherever that is: the rest of the row is
never read. Its gradient is written whole, a thread for each element.
"""

import math

from engine.arrays import Array
from engine.cuda.driver import cuda
from engine.cuda.launch import kernel, real


@kernel
def _nll_loss(loss: Array, x: Array, target: Array, weight: Array) -> None:
    n = cuda.grid(1)
    if n < loss.size:
        k = target[n]
        if k < 0:
            loss[n] = real(0)
        elif k < x.shape[1]:
            loss[n] = -weight[k] * x[n, k]
        else:
            loss[n] = real(math.nan)


def nll_loss(loss: Array, x: Array, target: Array, weight: Array) -> None:
    """loss[n] = -weight[target[n]] * x[n, target[n]], or 0 if target[n] is negative.

    Parameters
    ----------
    loss : DeviceArray (N,)
    x : DeviceArray (N, K)
        Log-probabilities.
    target : DeviceArray (N,), int64
        Each below K; negative for examples that do not count. The host cannot see whether a class exists: if not,
        the loss is NaN, and so is its gradient.
    weight : DeviceArray (K,)
    """
    _nll_loss.over(loss.size, loss, x, target, weight)


@kernel
def _nll_loss_backward(dx: Array, dy: Array, target: Array, weight: Array) -> None:
    i = cuda.grid(1)
    if i < dx.size:
        n = i // dx.shape[1]
        k = i - n * dx.shape[1]
        if target[n] >= dx.shape[1]:
            dx[n, k] = real(math.nan)
        else:
            dx[n, k] = -weight[k] * dy[n] if k == target[n] else real(0)


def nll_loss_backward(dx: Array, dy: Array, target: Array, weight: Array) -> None:
    """dx[n, k] = -weight[k] * dy[n] where k is the target, else 0.

    Parameters
    ----------
    dx : DeviceArray (N, K)
    dy : DeviceArray (N,)
    target : DeviceArray (N,), int64
        NaN for a target that is not below K, as :func:`nll_loss`.
    weight : DeviceArray (K,)
    """
    _nll_loss_backward.over(dx.size, dx, dy, target, weight)
