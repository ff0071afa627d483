"""Softmax, its logarithm, and the cross-entropy loss, one example to a thread, in three short passes."""

import numpy as np
from numba import prange

from engine.arrays import Array
from engine.kernels.jit import inner, kernel


@inner
def _log_softmax_row(out: Array, x: Array) -> None:
    largest = -np.inf
    for k in range(x.shape[0]):
        largest = max(largest, x[k])
    total = 0.0
    for k in range(x.shape[0]):
        total += np.exp(x[k] - largest)
    log_total = np.log(total)
    for k in range(x.shape[0]):
        out[k] = (x[k] - largest) - log_total


@kernel
def softmax(out: Array, x: Array) -> None:
    """out[n, k] = exp(x[n, k]) / (sum over j of exp(x[n, j])); see the reference."""
    batch, classes = x.shape
    for n in prange(batch):
        largest = -np.inf
        for k in range(classes):
            largest = max(largest, x[n, k])
        total = 0.0
        for k in range(classes):
            out[n, k] = np.exp(x[n, k] - largest)
            total += out[n, k]
        for k in range(classes):
            out[n, k] /= total


@kernel
def softmax_backward(dx: Array, dy: Array, out: Array) -> None:
    """dx[n, k] = out[n, k] * (dy[n, k] - sum over j of dy[n, j] * out[n, j]); see the reference."""
    batch, classes = dy.shape
    for n in prange(batch):
        total = 0.0
        for k in range(classes):
            total += dy[n, k] * out[n, k]
        for k in range(classes):
            dx[n, k] = out[n, k] * (dy[n, k] - total)


@kernel
def log_softmax(out: Array, x: Array) -> None:
    """out[n, k] = x[n, k] - log(sum over j of exp(x[n, j])); see the reference."""
    for n in prange(x.shape[0]):
        _log_softmax_row(out[n], x[n])


@kernel
def log_softmax_backward(dx: Array, dy: Array, out: Array) -> None:
    """dx[n, k] = dy[n, k] - softmax[n, k] * sum over j of dy[n, j]; see the reference."""
    batch, classes = dy.shape
    for n in prange(batch):
        total = 0.0
        for k in range(classes):
            total += dy[n, k]
        for k in range(classes):
            dx[n, k] = dy[n, k] - np.exp(out[n, k]) * total


@kernel
def cross_entropy(loss: Array, log_probabilities: Array, x: Array, share: Array) -> None:
    """loss[n] = -(sum over k of share[n, k] * log softmax(x[n])[k]); see the reference."""
    batch, classes = x.shape
    for n in prange(batch):
        _log_softmax_row(log_probabilities[n], x[n])
        total = 0.0
        for k in range(classes):
            if share[n, k] != 0.0:
                total -= share[n, k] * log_probabilities[n, k]
        loss[n] = total


@kernel
def cross_entropy_backward(dx: Array, dy: Array, log_probabilities: Array, share: Array) -> None:
    """dx[n] = dy[n] * (sum of share[n] * softmax(x[n]) - share[n]); see the reference."""
    batch, classes = dx.shape
    for n in prange(batch):
        total = 0.0
        for k in range(classes):
            total += share[n, k]
        for k in range(classes):
            dx[n, k] = dy[n] * (total * np.exp(log_probabilities[n, k]) - share[n, k])


@kernel
def class_cross_entropy(loss: Array, log_probabilities: Array, x: Array, target: Array) -> None:
    """loss[n] = -(log softmax(x[n])[target[n]]), or 0 if target[n] is negative; see the reference."""
    for n in prange(x.shape[0]):
        _log_softmax_row(log_probabilities[n], x[n])
        loss[n] = -log_probabilities[n, target[n]] if target[n] >= 0 else 0.0


@kernel
def class_cross_entropy_backward(dx: Array, dy: Array, log_probabilities: Array, target: Array) -> None:
    """dx[n] = dy[n] * (softmax(x[n]) - one-hot(target[n])), or 0 if target[n] is negative; see the reference."""
    for n in prange(dx.shape[0]):
        row, source = dx[n], log_probabilities[n]
        if target[n] < 0:
            row[:] = 0
            continue
        for k in range(row.size):
            row[k] = dy[n] * np.exp(source[k])
        row[target[n]] -= dy[n]
