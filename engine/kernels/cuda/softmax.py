"""Softmax, its logarithm, and the cross-entropy loss. Every row is one example's logits.

The threads of a block share a row, or several rows if they are short, and add up its sums together. A kernel walks
along its row two or three times, but only the first time does it come from memory: rows of up to some thousand
classes stay in the cache beside the multiprocessor. Exponentials are computed again rather than kept, which takes
less time than to write and read them. Logits, log-probabilities and loss of cross-entropy are one launch.

There is a block at most for each row, so that a single row of a million classes keeps one multiprocessor busy and
all others waiting. A whole batch of rows is what these kernels are for.
"""

import math

from engine.arrays import Array
from engine.cuda import driver
from engine.cuda.driver import cuda
from engine.cuda.launch import THREADS, Kernel, kernel, real
from engine.cuda.rows import block_for, group_max, group_sum


@driver.on_device
def _largest(scratch: Array, lane: int, x: Array, r: int, lowest: float) -> float:
    """Return the maximum of row r, for all its threads; `lowest` if there is no such row."""
    largest = lowest
    if r < x.shape[0]:
        for k in range(lane, x.shape[1], cuda.blockDim.x):
            if x[r, k] > largest:
                largest = x[r, k]
    of_row: float = group_max(scratch, lane, largest)
    return of_row


@driver.on_device
def _total(scratch: Array, lane: int, x: Array, r: int, largest: float, nothing: float) -> float:
    """Return the sum of exp(x[r, k] - largest), for all threads of row r; `nothing` is 0."""
    total = nothing
    if r < x.shape[0]:
        for k in range(lane, x.shape[1], cuda.blockDim.x):
            total += math.exp(x[r, k] - largest)
    of_row: float = group_sum(scratch, lane, total)
    return of_row


def _by_rows(work: Kernel, rows: int, length: int, *args: Array) -> None:
    """Launch a kernel whose blocks have a row or several."""
    lanes, together = block_for(length)
    work.blocks(-(-rows // together), (lanes, together), *args)


@kernel
def _softmax(out: Array, x: Array) -> None:
    scratch = cuda.shared.array(THREADS, real)
    lane, r = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y
    largest = _largest(scratch, lane, x, r, real(-math.inf))
    total = _total(scratch, lane, x, r, largest, real(0))
    if r < x.shape[0]:
        for k in range(lane, x.shape[1], cuda.blockDim.x):
            out[r, k] = real(math.exp(x[r, k] - largest)) / total


def softmax(out: Array, x: Array) -> None:
    """out[n, k] = exp(x[n, k]) / (sum over j of exp(x[n, j])).

    The row's maximum is taken out first, which cancels in the fraction: exp never overflows, and the sum is
    at least 1.

    Parameters
    ----------
    out, x : DeviceArray (N, K)
    """
    _by_rows(_softmax, *x.shape, out, x)


@kernel
def _softmax_backward(dx: Array, dy: Array, out: Array) -> None:
    scratch = cuda.shared.array(THREADS, real)
    lane, r = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y
    total = real(0)
    if r < dx.shape[0]:
        for k in range(lane, dx.shape[1], cuda.blockDim.x):
            total += dy[r, k] * out[r, k]
    total = group_sum(scratch, lane, total)
    if r < dx.shape[0]:
        for k in range(lane, dx.shape[1], cuda.blockDim.x):
            dx[r, k] = out[r, k] * (dy[r, k] - total)


def softmax_backward(dx: Array, dy: Array, out: Array) -> None:
    """dx[n, k] = out[n, k] * (dy[n, k] - sum over j of dy[n, j] * out[n, j]).

    Parameters
    ----------
    dx, dy : DeviceArray (N, K)
    out : DeviceArray (N, K)
        What :func:`softmax` returned.
    """
    _by_rows(_softmax_backward, *dx.shape, dx, dy, out)


@kernel
def _log_softmax(out: Array, x: Array) -> None:
    scratch = cuda.shared.array(THREADS, real)
    lane, r = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y
    largest = _largest(scratch, lane, x, r, real(-math.inf))
    total = _total(scratch, lane, x, r, largest, real(0))
    if r < x.shape[0]:
        logarithm = real(math.log(total))
        for k in range(lane, x.shape[1], cuda.blockDim.x):
            out[r, k] = x[r, k] - largest - logarithm


def log_softmax(out: Array, x: Array) -> None:
    """out[n, k] = x[n, k] - log(sum over j of exp(x[n, j])).

    The row's maximum is taken out first: exp never overflows, and at least one term is exp(0) = 1, so
    the logarithm never sees 0.

    Parameters
    ----------
    out, x : DeviceArray (N, K)
    """
    _by_rows(_log_softmax, *x.shape, out, x)


@kernel
def _log_softmax_backward(dx: Array, dy: Array, out: Array) -> None:
    scratch = cuda.shared.array(THREADS, real)
    lane, r = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y
    total = real(0)
    if r < dx.shape[0]:
        for k in range(lane, dx.shape[1], cuda.blockDim.x):
            total += dy[r, k]
    total = group_sum(scratch, lane, total)
    if r < dx.shape[0]:
        for k in range(lane, dx.shape[1], cuda.blockDim.x):
            dx[r, k] = dy[r, k] - real(math.exp(out[r, k])) * total


def log_softmax_backward(dx: Array, dy: Array, out: Array) -> None:
    """dx[n, k] = dy[n, k] - softmax[n, k] * sum over j of dy[n, j].

    Parameters
    ----------
    dx, dy : DeviceArray (N, K)
    out : DeviceArray (N, K)
        What :func:`log_softmax` returned; its exponential is the softmax.
    """
    _by_rows(_log_softmax_backward, *dx.shape, dx, dy, out)


@kernel
def _cross_entropy(loss: Array, log_probabilities: Array, x: Array, shares: Array) -> None:
    scratch = cuda.shared.array(THREADS, real)
    lane, r = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y
    largest = _largest(scratch, lane, x, r, real(-math.inf))
    total = _total(scratch, lane, x, r, largest, real(0))
    amount = real(0)
    if r < x.shape[0]:
        logarithm = real(math.log(total))
        for k in range(lane, x.shape[1], cuda.blockDim.x):
            log_probability = x[r, k] - largest - logarithm
            log_probabilities[r, k] = log_probability
            # 0 times minus infinity would be NaN.
            if shares[r, k] != real(0):
                amount -= shares[r, k] * log_probability
    amount = group_sum(scratch, lane, amount)
    if r < x.shape[0] and lane == 0:
        loss[r] = amount


def cross_entropy(loss: Array, log_probabilities: Array, x: Array, shares: Array) -> None:
    """loss[n] = -(sum over k of shares[n, k] * log softmax(x[n])[k]).

    Parameters
    ----------
    loss : DeviceArray (N,)
    log_probabilities : DeviceArray (N, K)
        Written too, for backward.
    x : DeviceArray (N, K)
    shares : DeviceArray (N, K)
        How much each class is the right one: 1 for one class and 0 for all others, usually. A class whose
        share is 0 does not matter, even if its probability is 0.
    """
    _by_rows(_cross_entropy, *x.shape, loss, log_probabilities, x, shares)


@kernel
def _cross_entropy_backward(dx: Array, dy: Array, log_probabilities: Array, shares: Array) -> None:
    scratch = cuda.shared.array(THREADS, real)
    lane, r = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y
    total = real(0)
    if r < dx.shape[0]:
        for k in range(lane, dx.shape[1], cuda.blockDim.x):
            total += shares[r, k]
    total = group_sum(scratch, lane, total)
    if r < dx.shape[0]:
        for k in range(lane, dx.shape[1], cuda.blockDim.x):
            dx[r, k] = dy[r] * (total * real(math.exp(log_probabilities[r, k])) - shares[r, k])


def cross_entropy_backward(dx: Array, dy: Array, log_probabilities: Array, shares: Array) -> None:
    """dx[n] = dy[n] * (sum of shares[n] * softmax(x[n]) - shares[n]); for one right class: softmax - one-hot.

    Parameters
    ----------
    dx : DeviceArray (N, K)
    dy : DeviceArray (N,)
    log_probabilities : DeviceArray (N, K)
    shares : DeviceArray (N, K)
    """
    _by_rows(_cross_entropy_backward, *dx.shape, dx, dy, log_probabilities, shares)


@kernel
def _class_cross_entropy(loss: Array, log_probabilities: Array, x: Array, target: Array) -> None:
    scratch = cuda.shared.array(THREADS, real)
    lane, r = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y
    largest = _largest(scratch, lane, x, r, real(-math.inf))
    total = _total(scratch, lane, x, r, largest, real(0))
    if r < x.shape[0]:
        logarithm = real(math.log(total))
        for k in range(lane, x.shape[1], cuda.blockDim.x):
            log_probabilities[r, k] = x[r, k] - largest - logarithm
        if lane == 0:
            right = target[r]
            if right < 0:
                loss[r] = real(0)
            elif right < x.shape[1]:
                loss[r] = -(x[r, right] - largest - logarithm)
            else:
                loss[r] = real(math.nan)


def class_cross_entropy(loss: Array, log_probabilities: Array, x: Array, target: Array) -> None:
    """loss[n] = -(log softmax(x[n])[target[n]]), or 0 if target[n] is negative.

    Parameters
    ----------
    loss : DeviceArray (N,)
    log_probabilities : DeviceArray (N, K)
        Written too, for backward.
    x : DeviceArray (N, K)
    target : DeviceArray (N,), int64
        The right class, below K. The host cannot see whether it is: if not, the loss is NaN, and so is its gradient.
    """
    _by_rows(_class_cross_entropy, *x.shape, loss, log_probabilities, x, target)


@kernel
def _class_cross_entropy_backward(dx: Array, dy: Array, log_probabilities: Array, target: Array) -> None:
    i = cuda.grid(1)
    if i < dx.size:
        r = i // dx.shape[1]
        k = i - r * dx.shape[1]
        right = target[r]
        if right < 0:
            dx[r, k] = real(0)
        elif right < dx.shape[1]:
            probability = real(math.exp(log_probabilities[r, k]))
            dx[r, k] = dy[r] * (probability - real(1) if k == right else probability)
        else:
            dx[r, k] = real(math.nan)


def class_cross_entropy_backward(dx: Array, dy: Array, log_probabilities: Array, target: Array) -> None:
    """dx[n] = dy[n] * (softmax(x[n]) - one-hot(target[n])), or 0 if target[n] is negative.

    Parameters
    ----------
    dx : DeviceArray (N, K)
    dy : DeviceArray (N,)
    log_probabilities : DeviceArray (N, K)
    target : DeviceArray (N,), int64
        NaN for a target that is not below K, as :func:`class_cross_entropy`.
    """
    _class_cross_entropy_backward.over(dx.size, dx, dy, log_probabilities, target)
