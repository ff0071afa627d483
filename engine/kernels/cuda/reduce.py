"""Sums and variances of rows. The threads of a block share a row, or several if they are short.

Few and long rows are cut into pieces, so that every multiprocessor has work, and the sums of the pieces are
added in a second launch.
"""

from typing import Any

from engine.arrays import Array
from engine.cuda.array import empty
from engine.cuda.driver import cuda
from engine.cuda.launch import THREADS, kernel, real
from engine.cuda.rows import block_for, group_sum, pieces_for


@kernel
def _sum_pieces(out: Array, x: Array, piece: int) -> None:
    scratch = cuda.shared.array(THREADS, real)
    lane, r, p = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y, cuda.blockIdx.y
    total = real(0)
    if r < x.shape[0]:
        for i in range(p * piece + lane, min((p + 1) * piece, x.shape[1]), cuda.blockDim.x):
            total += real(x[r, i])
    total = group_sum(scratch, lane, total)
    if r < x.shape[0] and lane == 0:
        out[r, p] = total


@kernel
def _divide(out: Array, totals: Array, divisor: int) -> None:
    i = cuda.grid(1)
    if i < out.size:
        out[i] = totals[i] / real(divisor)


def sum_rows(out: Array, x: Array, divisor: int) -> None:
    """out[r] = (x[r, 0] + x[r, 1] + …) / divisor.

    Parameters
    ----------
    out : DeviceArray (R,)
        int64 if `x` has whole numbers or bool. Floating rows are summed in their own dtype.
    x : DeviceArray (R, L)
    divisor : int
        1 for a sum, L for a mean.
    """
    rows, length = x.shape
    pieces = pieces_for(rows, length)
    if pieces > 1:
        partial: Any = empty((rows, pieces), out.dtype)
        _sum(partial, x)
        _sum(out.reshape(rows, 1), partial)
    else:
        _sum(out.reshape(rows, 1), x)
    if divisor != 1:
        _divide.over(rows, out, out, divisor)


def _sum(out: Array, x: Array) -> None:
    """out[r, p] = sum of the piece p of row r."""
    rows, length = x.shape
    piece = max(1, -(-length // out.shape[1]))
    lanes, together = block_for(piece)
    _sum_pieces.blocks((-(-rows // together), out.shape[1]), (lanes, together), out, x, piece)


@kernel
def _sum_rows_backward(dx: Array, dy: Array, divisor: int) -> None:
    i = cuda.grid(1)
    if i < dx.size:
        r = i // dx.shape[1]
        dx[r, i - r * dx.shape[1]] = dy[r] / real(divisor)


def sum_rows_backward(dx: Array, dy: Array, divisor: int) -> None:
    """dx[r, i] = dy[r] / divisor: every element of a row had the same share in its sum.

    Parameters
    ----------
    dx : DeviceArray (R, L)
    dy : DeviceArray (R,)
    divisor : int
    """
    _sum_rows_backward.over(dx.size, dx, dy, divisor)


@kernel
def _variance_rows(out: Array, means: Array, x: Array, divisor: float) -> None:
    scratch = cuda.shared.array(THREADS, real)
    lane, r = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y
    length = x.shape[1]
    total = real(0)
    if r < x.shape[0]:
        for i in range(lane, length, cuda.blockDim.x):
            total += x[r, i]
    mean = group_sum(scratch, lane, total) / real(length)
    squares = real(0)
    if r < x.shape[0]:
        for i in range(lane, length, cuda.blockDim.x):
            squares += (x[r, i] - mean) * (x[r, i] - mean)
    squares = group_sum(scratch, lane, squares)
    if r < x.shape[0] and lane == 0:
        means[r] = mean
        out[r] = squares / divisor


def variance_rows(out: Array, means: Array, x: Array, divisor: float) -> None:
    """out[r] = (sum over i of (x[r, i] - means[r]) ** 2) / divisor, where means[r] is the mean of row r.

    Parameters
    ----------
    out : DeviceArray (R,)
    means : DeviceArray (R,), of the dtype of `x`
        Written too, for backward.
    x : DeviceArray (R, L)
    divisor : float
        L, or L - 1 to estimate the variance of what the rows were drawn from.
    """
    rows, length = x.shape
    lanes, together = block_for(length)
    _variance_rows.blocks(-(-rows // together), (lanes, together), out, means, x, float(divisor))


@kernel
def _variance_rows_backward(dx: Array, dy: Array, means: Array, x: Array, divisor: float) -> None:
    i = cuda.grid(1)
    if i < dx.size:
        r = i // dx.shape[1]
        j = i - r * dx.shape[1]
        dx[r, j] = dy[r] * real(2) * (x[r, j] - means[r]) / divisor


def variance_rows_backward(dx: Array, dy: Array, means: Array, x: Array, divisor: float) -> None:
    """dx[r, i] = dy[r] * 2 * (x[r, i] - means[r]) / divisor.

    Parameters
    ----------
    dx, x : DeviceArray (R, L)
    dy : DeviceArray (R,)
    means : DeviceArray (R,), of the dtype of `x`
        As :func:`variance_rows` wrote it.
    divisor : float
    """
    _variance_rows_backward.over(dx.size, dx, dy, means, x, float(divisor))
