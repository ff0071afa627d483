"""Softmax, its logarithm, and the cross-entropy loss, one example to a task, in three short passes.

Fast because the differences from the largest number stay in the dtype of the scores, and the exponentials of
float32 are computed a vector at a time (engine/kernels/exponential.py). Sums are kept in float64.
"""

import numpy as np

from engine.arrays import Array
from engine.kernels import exponential as exponentials
from engine.kernels import tasks
from engine.kernels.exponential import exponential
from engine.kernels.jit import using
from engine.kernels.tasks import share

compiled = using(exponentials, tasks)

# What an exponential costs, counted in numbers that are read.
EXP = 20


@compiled
def _largest(x: Array) -> float:
    """Return the largest number of a row. NaN may be left out: it comes back as an exponential."""
    largest: float = x.dtype.type(-np.inf)
    for k in range(x.size):
        largest = max(largest, x[k])
    return largest


@compiled
def _log_softmax_row(out: Array, x: Array) -> None:
    largest, total = _largest(x), 0.0
    for k in range(x.size):
        out[k] = x[k] - largest
    for k in range(x.size):
        total += exponential(out[k])
    log_total = np.log(total)
    for k in range(x.size):
        out[k] = out[k] - log_total


@compiled
def _softmax_example(n: int, out: Array, x: Array) -> None:
    row, scores, total = out[n], x[n], 0.0
    largest = _largest(scores)
    for k in range(row.size):
        row[k] = exponential(scores[k] - largest)
    for k in range(row.size):
        total += row[k]
    for k in range(row.size):
        row[k] /= total


@compiled
def softmax(out: Array, x: Array) -> None:
    """out[n, k] = exp(x[n, k]) / (sum over j of exp(x[n, j])); see the reference."""
    batch, _ = x.shape
    share(_softmax_example, batch, EXP * x.size, (out, x))


@compiled
def _softmax_backward_example(n: int, dx: Array, dy: Array, out: Array) -> None:
    _, classes = dy.shape
    total = 0.0
    for k in range(classes):
        total += dy[n, k] * out[n, k]
    for k in range(classes):
        dx[n, k] = out[n, k] * (dy[n, k] - total)


@compiled
def softmax_backward(dx: Array, dy: Array, out: Array) -> None:
    """dx[n, k] = out[n, k] * (dy[n, k] - sum over j of dy[n, j] * out[n, j]); see the reference."""
    batch, _ = dy.shape
    share(_softmax_backward_example, batch, dy.size, (dx, dy, out))


@compiled
def _log_softmax_example(n: int, out: Array, x: Array) -> None:
    _log_softmax_row(out[n], x[n])


@compiled
def log_softmax(out: Array, x: Array) -> None:
    """out[n, k] = x[n, k] - log(sum over j of exp(x[n, j])); see the reference."""
    share(_log_softmax_example, x.shape[0], EXP * x.size, (out, x))


@compiled
def _log_softmax_backward_example(n: int, dx: Array, dy: Array, out: Array) -> None:
    _, classes = dy.shape
    total = 0.0
    for k in range(classes):
        total += dy[n, k]
    for k in range(classes):
        dx[n, k] = dy[n, k] - exponential(out[n, k]) * total


@compiled
def log_softmax_backward(dx: Array, dy: Array, out: Array) -> None:
    """dx[n, k] = dy[n, k] - softmax[n, k] * sum over j of dy[n, j]; see the reference."""
    batch, _ = dy.shape
    share(_log_softmax_backward_example, batch, EXP * dy.size, (dx, dy, out))


@compiled
def _cross_entropy_example(n: int, loss: Array, log_probabilities: Array, x: Array, shares: Array) -> None:
    _, classes = x.shape
    _log_softmax_row(log_probabilities[n], x[n])
    total = 0.0
    for k in range(classes):
        if shares[n, k] != 0.0:
            total -= shares[n, k] * log_probabilities[n, k]
    loss[n] = total


@compiled
def cross_entropy(loss: Array, log_probabilities: Array, x: Array, shares: Array) -> None:
    """loss[n] = -(sum over k of shares[n, k] * log softmax(x[n])[k]); see the reference."""
    batch, _ = x.shape
    share(_cross_entropy_example, batch, EXP * x.size, (loss, log_probabilities, x, shares))


@compiled
def _cross_entropy_backward_example(n: int, dx: Array, dy: Array, log_probabilities: Array, shares: Array) -> None:
    _, classes = dx.shape
    total = 0.0
    for k in range(classes):
        total += shares[n, k]
    for k in range(classes):
        dx[n, k] = dy[n] * (total * exponential(log_probabilities[n, k]) - shares[n, k])


@compiled
def cross_entropy_backward(dx: Array, dy: Array, log_probabilities: Array, shares: Array) -> None:
    """dx[n] = dy[n] * (sum of shares[n] * softmax(x[n]) - shares[n]); see the reference."""
    batch, _ = dx.shape
    share(_cross_entropy_backward_example, batch, EXP * dx.size, (dx, dy, log_probabilities, shares))


@compiled
def _class_cross_entropy_example(n: int, loss: Array, log_probabilities: Array, x: Array, target: Array) -> None:
    _log_softmax_row(log_probabilities[n], x[n])
    loss[n] = -log_probabilities[n, target[n]] if target[n] >= 0 else 0.0


@compiled
def class_cross_entropy(loss: Array, log_probabilities: Array, x: Array, target: Array) -> None:
    """loss[n] = -(log softmax(x[n])[target[n]]), or 0 if target[n] is negative; see the reference."""
    share(_class_cross_entropy_example, x.shape[0], EXP * x.size, (loss, log_probabilities, x, target))


@compiled
def _class_cross_entropy_backward_example(
    n: int, dx: Array, dy: Array, log_probabilities: Array, target: Array
) -> None:
    row, source = dx[n], log_probabilities[n]
    if target[n] < 0:
        row[:] = 0
        return
    for k in range(row.size):
        row[k] = dy[n] * exponential(source[k])
    row[target[n]] -= dy[n]


@compiled
def class_cross_entropy_backward(dx: Array, dy: Array, log_probabilities: Array, target: Array) -> None:
    """dx[n] = dy[n] * (softmax(x[n]) - one-hot(target[n])), or 0 if target[n] is negative; see the reference."""
    share(_class_cross_entropy_backward_example, dx.shape[0], EXP * dx.size, (dx, dy, log_probabilities, target))
