"""Softmax, its logarithm, and the cross-entropy loss. Every row is one example's logits."""

import math

from engine.arrays import Array


def softmax(out: Array, x: Array) -> None:
    """out[n, k] = exp(x[n, k]) / (sum over j of exp(x[n, j])).

    The row's maximum is taken out first, which cancels in the fraction: exp never overflows, and the sum is
    at least 1.

    Parameters
    ----------
    out, x : ndarray (N, K)
    """
    batch, classes = x.shape
    for n in range(batch):
        largest = -math.inf
        for k in range(classes):
            largest = max(largest, float(x[n, k]))
        total = 0.0
        for k in range(classes):
            total += math.exp(float(x[n, k]) - largest)
        for k in range(classes):
            out[n, k] = math.exp(float(x[n, k]) - largest) / total


def softmax_backward(dx: Array, dy: Array, out: Array) -> None:
    """dx[n, k] = out[n, k] * (dy[n, k] - sum over j of dy[n, j] * out[n, j]).

    Parameters
    ----------
    dx, dy : ndarray (N, K)
    out : ndarray (N, K)
        What :func:`softmax` returned.
    """
    batch, classes = dy.shape
    for n in range(batch):
        total = 0.0
        for k in range(classes):
            total += float(dy[n, k]) * float(out[n, k])
        for k in range(classes):
            dx[n, k] = float(out[n, k]) * (float(dy[n, k]) - total)


def log_softmax(out: Array, x: Array) -> None:
    """out[n, k] = x[n, k] - log(sum over j of exp(x[n, j])).

    The row's maximum is taken out first: exp never overflows, and at least one term is exp(0) = 1, so
    the logarithm never sees 0.

    Parameters
    ----------
    out, x : ndarray (N, K)
    """
    batch, classes = x.shape
    for n in range(batch):
        largest = -math.inf
        for k in range(classes):
            largest = max(largest, float(x[n, k]))
        total = 0.0
        for k in range(classes):
            total += math.exp(float(x[n, k]) - largest)
        for k in range(classes):
            out[n, k] = float(x[n, k]) - largest - math.log(total)


def log_softmax_backward(dx: Array, dy: Array, out: Array) -> None:
    """dx[n, k] = dy[n, k] - softmax[n, k] * sum over j of dy[n, j].

    Parameters
    ----------
    dx, dy : ndarray (N, K)
    out : ndarray (N, K)
        What :func:`log_softmax` returned; its exponential is the softmax.
    """
    batch, classes = dy.shape
    for n in range(batch):
        total = 0.0
        for k in range(classes):
            total += float(dy[n, k])
        for k in range(classes):
            dx[n, k] = float(dy[n, k]) - math.exp(float(out[n, k])) * total


def cross_entropy(loss: Array, log_probabilities: Array, x: Array, shares: Array) -> None:
    """loss[n] = -(sum over k of shares[n, k] * log softmax(x[n])[k]).

    Parameters
    ----------
    loss : ndarray (N,)
    log_probabilities : ndarray (N, K)
        Written too, for backward.
    x : ndarray (N, K)
    shares : ndarray (N, K)
        How much each class is the right one: 1 for one class and 0 for all others, usually. A class whose
        share is 0 does not matter, even if its probability is 0.
    """
    log_softmax(log_probabilities, x)
    batch, classes = x.shape
    for n in range(batch):
        total = 0.0
        for k in range(classes):
            if shares[n, k] != 0.0:
                total -= float(shares[n, k]) * float(log_probabilities[n, k])
        loss[n] = total


def cross_entropy_backward(dx: Array, dy: Array, log_probabilities: Array, shares: Array) -> None:
    """dx[n] = dy[n] * (sum of shares[n] * softmax(x[n]) - shares[n]); for one right class: softmax - one-hot.

    Parameters
    ----------
    dx : ndarray (N, K)
    dy : ndarray (N,)
    log_probabilities : ndarray (N, K)
    shares : ndarray (N, K)
    """
    batch, classes = dx.shape
    for n in range(batch):
        total = 0.0
        for k in range(classes):
            total += float(shares[n, k])
        for k in range(classes):
            dx[n, k] = float(dy[n]) * (total * math.exp(float(log_probabilities[n, k])) - float(shares[n, k]))


def class_cross_entropy(loss: Array, log_probabilities: Array, x: Array, target: Array) -> None:
    """loss[n] = -(log softmax(x[n])[target[n]]), or 0 if target[n] is negative.

    Parameters
    ----------
    loss : ndarray (N,)
    log_probabilities : ndarray (N, K)
        Written too, for backward.
    x : ndarray (N, K)
    target : ndarray (N,), int64
        The right class, below K.
    """
    log_softmax(log_probabilities, x)
    for n in range(len(x)):
        loss[n] = -log_probabilities[n, target[n]] if target[n] >= 0 else 0.0


def class_cross_entropy_backward(dx: Array, dy: Array, log_probabilities: Array, target: Array) -> None:
    """dx[n] = dy[n] * (softmax(x[n]) - one-hot(target[n])), or 0 if target[n] is negative.

    Parameters
    ----------
    dx : ndarray (N, K)
    dy : ndarray (N,)
    log_probabilities : ndarray (N, K)
    target : ndarray (N,), int64
    """
    batch, classes = dx.shape
    for n in range(batch):
        for k in range(classes):
            right = 1.0 if target[n] == k else 0.0
            probability = math.exp(float(log_probabilities[n, k]))
            dx[n, k] = float(dy[n]) * (probability - right) if target[n] >= 0 else 0.0
