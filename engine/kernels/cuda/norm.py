"""Normalisation: numbers that belong together are shifted and scaled to mean 0 and variance 1.

Batch, layer and group normalisation differ only in which numbers belong together and which share a
weight. The op shapes its input as x (A, R, J, S): all numbers of x[:, r] belong together, and those of
x[:, r, j] have weight[r % P, j] of weight (P, J) and the bias at the same place.

========= ===================== ============
of        x                     weight
========= ===================== ============
a batch   (N, C, 1, H W)        (C, 1)
a layer   (1, rows, length, 1)  (1, length)
a group   (1, N G, C / G, H W)  (G, C / G)
========= ===================== ============

Everything takes little arithmetic and much reading, so what counts is that memory is read in order, by many blocks,
and seldom. A channel of a batch has a million numbers, and there may be 16 of them: its sums are computed in pieces by
blocks of their own, and a second launch adds the pieces up. A piece is short enough to stay in the cache until the
moments have read it a second time. What remains for each element is computed by threads that share a line x[a, r, j]:
where its statistics are is found out once for several numbers. The gradient for x reads x and dy twice, once for its
sums and once for itself.

Without `eps`, equal numbers give 0 / 0: NaN, and no exception, as in every kernel set.
"""

import math
from typing import Any

from engine.arrays import Array
from engine.cuda import driver
from engine.cuda.array import empty
from engine.cuda.driver import cuda, uint32
from engine.cuda.launch import THREADS, Kernel, kernel, real
from engine.cuda.rows import BLOCKS_OF_A_PROCESSOR, NUMBERS_OF_A_THREAD, block_for, group_sum
from engine.kernels.cuda.reduce import sum_rows

# Numbers of a block that its multiprocessor's cache keeps beside those of the other blocks there.
NUMBERS_OF_A_BLOCK = 8192


def _cut(x: Array) -> tuple[int, int, int, int]:
    """Return how the sums over all x[:, r, :] of x (A, R, L) are shared.

    Returns
    -------
    lanes, together : int
        How many threads share a row, and how many rows a block has.
    pieces, piece : int
        How many pieces a row has, and how many numbers a piece has; the last may have fewer, but has some.
    """
    outer, rows, length = x.shape
    count = outer * length
    lanes, _ = block_for(count)
    # Behind x[a, r, :] there is another row in memory: threads beyond its end had better have that.
    while outer > 1 and lanes // 2 >= length:
        lanes //= 2
    together = THREADS // lanes
    blocks = max(1, -(-rows // together))
    wanted = driver.multiprocessors() * BLOCKS_OF_A_PROCESSOR // blocks
    most = count // (lanes * NUMBERS_OF_A_THREAD * 4)
    least = -(-count * together // NUMBERS_OF_A_BLOCK)
    pieces = max(1, least, min(wanted, most))
    piece = max(1, -(-count // pieces))
    return lanes, together, max(1, -(-count // piece)), piece


def _lines(work: Kernel, target: Array, *args: Any) -> None:
    """Launch a kernel whose threads share lines of S numbers; `target` is of shape (lines, S)."""
    lines, pixels = target.shape
    lanes, together = block_for(pixels)
    grid = -(-lines // together), -(-pixels // (lanes * NUMBERS_OF_A_THREAD))
    work.blocks(grid, (lanes, together), target, *args)


def _sums(work: Kernel, totals: tuple[Any, Any], x: Array, *args: Any) -> None:
    """Launch a kernel that computes two sums for each piece of rows of x (A, R, L), and add the pieces up."""
    rows = x.shape[1]
    lanes, together, pieces, piece = _cut(x)
    grid = -(-rows // together), pieces
    if pieces == 1:
        work.blocks(grid, (lanes, together), *[total.reshape(rows, 1) for total in totals], x, *args, piece)
        return
    parts: list[Any] = [empty((rows, pieces), x.dtype) for _ in totals]
    work.blocks(grid, (lanes, together), *parts, x, *args, piece)
    for total, part in zip(totals, parts, strict=True):
        sum_rows(total.reshape(rows), part, 1)


@kernel
def _moments(means: Array, squares: Array, x: Array, divisor: int, piece: int) -> None:
    scratch = cuda.shared.array(THREADS, real)
    lane, r, p = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y, cuda.blockIdx.y
    length, start = x.shape[2], p * piece
    stop = min(start + piece, x.shape[0] * length)
    total = real(0)
    if r < x.shape[1]:
        for a in range(start // length, (stop - 1) // length + 1):
            for i in range(max(start - a * length, 0) + lane, min(stop - a * length, length), cuda.blockDim.x):
                total += x[a, r, i]
    centre = group_sum(scratch, lane, total) / real(stop - start)
    square = real(0)
    if r < x.shape[1]:
        for a in range(start // length, (stop - 1) // length + 1):
            for i in range(max(start - a * length, 0) + lane, min(stop - a * length, length), cuda.blockDim.x):
                square += (x[a, r, i] - centre) * (x[a, r, i] - centre)
    square = group_sum(scratch, lane, square)
    if r < x.shape[1] and lane == 0:
        means[r, p] = centre
        squares[r, p] = square / real(divisor)


@kernel
def _moments_of_pieces(mean: Array, variance: Array, means: Array, squares: Array, piece: int, count: int) -> None:
    # Squares of differences from a piece's own mean lack those of that mean from the mean of all (Chan, Golub and
    # LeVeque, 1979).
    scratch = cuda.shared.array(THREADS, real)
    lane, r = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y
    total = real(0)
    if r < mean.size:
        for p in range(lane, means.shape[1], cuda.blockDim.x):
            total += means[r, p] * real(min(piece, count - p * piece))
    centre = group_sum(scratch, lane, total) / real(count)
    square = real(0)
    if r < mean.size:
        for p in range(lane, means.shape[1], cuda.blockDim.x):
            away = means[r, p] - centre
            square += squares[r, p] + away * away * real(min(piece, count - p * piece))
    square = group_sum(scratch, lane, square)
    if r < mean.size and lane == 0:
        mean[r] = centre
        variance[r] = square / real(count)


def moments(mean: Array, variance: Array, x: Array) -> None:
    """mean[r] and variance[r] of all numbers in x[:, r]; the variance divides by their count.

    The mean is known before the squares are added: the sum of (x - mean)^2 keeps all its digits where
    the difference of two large sums, mean(x^2) - mean^2, would lose them.

    Parameters
    ----------
    mean, variance : DeviceArray (R,), of the dtype of `x`
    x : DeviceArray (A, R, J, S)
    """
    outer, rows, channels, pixels = x.shape
    flat = x.reshape(outer, rows, channels * pixels)
    count = outer * channels * pixels
    lanes, together, pieces, piece = _cut(flat)
    grid = -(-rows // together), pieces
    if pieces == 1:
        results = mean.reshape(rows, 1), variance.reshape(rows, 1)
        _moments.blocks(grid, (lanes, together), *results, flat, count, piece)
        return
    means: Any = empty((rows, pieces), x.dtype)
    squares: Any = empty((rows, pieces), x.dtype)
    _moments.blocks(grid, (lanes, together), means, squares, flat, 1, piece)
    lanes, together = block_for(pieces)
    blocks = -(-rows // together)
    _moments_of_pieces.blocks(blocks, (lanes, together), mean, variance, means, squares, piece, count)


@driver.on_device
def _places(line: int, rows: int, channels: int, period: int) -> tuple[int, int, int]:
    """Return r, r % P and j of a line x[a, r, j]. Division takes fewest instructions for 32 bits without sign."""
    above = uint32(line) // uint32(channels)
    r = above % uint32(rows)
    return r, r % uint32(period), uint32(line) - above * uint32(channels)


@kernel
def _normalise(
    out: Array, x: Array, mean: Array, variance: Array, weight: Array, bias: Array, eps: float, relu: int
) -> None:
    line = cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y
    if line < x.shape[0]:
        r, p, j = _places(line, mean.size, weight.shape[1], weight.shape[0])
        centre, shift = mean[r], bias[p, j]
        factor = weight[p, j] / real(math.sqrt(variance[r] + eps))
        step = cuda.gridDim.y * cuda.blockDim.x
        for s in range(cuda.blockIdx.y * cuda.blockDim.x + cuda.threadIdx.x, x.shape[1], step):
            result = (x[line, s] - centre) * factor + shift
            out[line, s] = real(0) if relu and result < real(0) else result


def normalise(
    out: Array, x: Array, mean: Array, variance: Array, weight: Array, bias: Array, eps: float, relu: int
) -> None:
    """out[a, r, j, s] = (x[a, r, j, s] - mean[r]) / sqrt(variance[r] + eps) * weight[r % P, j] + bias[r % P, j].

    Parameters
    ----------
    out, x : DeviceArray (A, R, J, S)
    mean, variance : DeviceArray (R,), of the dtype of `x`
    weight, bias : DeviceArray or ndarray (P, J)
    eps : float
        Keeps a row of equal numbers from being divided by 0.
    relu : int
        1 to rectify the result, so that what is negative becomes 0.
    """
    lines = math.prod(x.shape[:3]), x.shape[3]
    _lines(_normalise, out.reshape(lines), x.reshape(lines), mean, variance, weight, bias, float(eps), relu)


@kernel
def _backward_sums(
    sum_dz: Array,
    sum_dz_z: Array,
    x: Array,
    dy: Array,
    mean: Array,
    variance: Array,
    weight: Array,
    pixels: int,
    eps: float,
    piece: int,
) -> None:
    scratch = cuda.shared.array(THREADS, real)
    lane, r, part = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y, cuda.blockIdx.y
    length, start = x.shape[2], part * piece
    stop = min(start + piece, x.shape[0] * length)
    total = real(0)
    total_z = real(0)
    if r < x.shape[1]:
        p, centre = r % weight.shape[0], mean[r]
        for a in range(start // length, (stop - 1) // length + 1):
            for i in range(max(start - a * length, 0) + lane, min(stop - a * length, length), cuda.blockDim.x):
                dz = dy[a, r, i] * weight[p, uint32(i) // uint32(pixels)]
                total += dz
                total_z += dz * (x[a, r, i] - centre)
    total = group_sum(scratch, lane, total)
    total_z = group_sum(scratch, lane, total_z)
    if r < x.shape[1] and lane == 0:
        sum_dz[r, part] = total
        sum_dz_z[r, part] = total_z / real(math.sqrt(variance[r] + eps))


@kernel
def _backward_x(
    dx: Array,
    dy: Array,
    x: Array,
    mean: Array,
    variance: Array,
    weight: Array,
    eps: float,
    sum_dz: Array,
    sum_dz_z: Array,
    count: int,
) -> None:
    line = cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y
    if line < x.shape[0]:
        r, p, j = _places(line, mean.size, weight.shape[1], weight.shape[0])
        centre, factor = mean[r], weight[p, j]
        inverse = real(1) / real(math.sqrt(variance[r] + eps))
        mean_dz, mean_dz_z = sum_dz[r] / real(count), sum_dz_z[r] / real(count)
        step = cuda.gridDim.y * cuda.blockDim.x
        for s in range(cuda.blockIdx.y * cuda.blockDim.x + cuda.threadIdx.x, x.shape[1], step):
            z = (x[line, s] - centre) * inverse
            dx[line, s] = (dy[line, s] * factor - mean_dz - z * mean_dz_z) * inverse


@kernel
def _backward_x_given(dx: Array, dy: Array, variance: Array, weight: Array, eps: float) -> None:
    line = cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y
    if line < dx.shape[0]:
        r, p, j = _places(line, variance.size, weight.shape[1], weight.shape[0])
        factor = weight[p, j] / real(math.sqrt(variance[r] + eps))
        step = cuda.gridDim.y * cuda.blockDim.x
        for s in range(cuda.blockIdx.y * cuda.blockDim.x + cuda.threadIdx.x, dx.shape[1], step):
            dx[line, s] = dy[line, s] * factor


def normalise_backward_x(
    dx: Array, dy: Array, x: Array, mean: Array, variance: Array, weight: Array, eps: float, moments_of_x: int
) -> None:
    """Gradient for x, which reaches every output also through the mean and the variance of its row.

    With z = (x - mean) / deviation and dz = dy * weight:
    dx = (dz - mean of dz over the row - z * mean of (dz z) over the row) / deviation.
    If mean and variance were given (running statistics), only the first term is there.

    Parameters
    ----------
    dx, dy, x : DeviceArray (A, R, J, S)
    mean, variance : DeviceArray (R,), of the dtype of `x`
    weight : DeviceArray or ndarray (P, J)
    eps : float
    moments_of_x : int
        1 if mean and variance were computed from x, 0 if they were given.
    """
    outer, rows, channels, pixels = x.shape
    lines = outer * rows * channels, pixels
    if not moments_of_x:
        _lines(_backward_x_given, dx.reshape(lines), dy.reshape(lines), variance, weight, float(eps))
        return
    flat = outer, rows, channels * pixels
    sums: tuple[Any, Any] = empty(rows, x.dtype), empty(rows, x.dtype)
    _sums(_backward_sums, sums, x.reshape(flat), dy.reshape(flat), mean, variance, weight, pixels, float(eps))
    given = mean, variance, weight, float(eps), *sums, outer * channels * pixels
    _lines(_backward_x, dx.reshape(lines), dy.reshape(lines), x.reshape(lines), *given)


@kernel
def _backward_affine(
    dw: Array, db: Array, x: Array, dy: Array, mean: Array, variance: Array, period: int, eps: float, piece: int
) -> None:
    # x[o, c]: of weight c = (p, j) in reading order, and of the row r = p + P * (o % (R / P)).
    scratch = cuda.shared.array(THREADS, real)
    lane, c, part = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y, cuda.blockIdx.y
    length, start = x.shape[2], part * piece
    stop = min(start + piece, x.shape[0] * length)
    total = real(0)
    total_z = real(0)
    if c < x.shape[1]:
        p, repeats = c // (x.shape[1] // period), uint32(mean.size // period)
        for o in range(start // length, (stop - 1) // length + 1):
            r = p + period * (uint32(o) % repeats)
            centre, inverse = mean[r], real(1) / real(math.sqrt(variance[r] + eps))
            for i in range(max(start - o * length, 0) + lane, min(stop - o * length, length), cuda.blockDim.x):
                total += dy[o, c, i]
                total_z += dy[o, c, i] * ((x[o, c, i] - centre) * inverse)
    total = group_sum(scratch, lane, total)
    total_z = group_sum(scratch, lane, total_z)
    if c < x.shape[1] and lane == 0:
        dw[c, part] = total_z
        db[c, part] = total


def normalise_backward_affine(
    dw: Array, db: Array, dy: Array, x: Array, mean: Array, variance: Array, eps: float
) -> None:
    """dw[p, j] = sum of dy * (x - mean) / deviation, db[p, j] = sum of dy, over all that shared the weight.

    Parameters
    ----------
    dw, db : DeviceArray (P, J)
    dy, x : DeviceArray (A, R, J, S)
    mean, variance : DeviceArray (R,), of the dtype of `x`
    eps : float
    """
    # All that shares a weight stands in one column: x (A R / P, P J, S), rows of the same sort as for the moments.
    period = dw.shape[0]
    shared = x.shape[0] * (x.shape[1] // period), dw.size, x.shape[3]
    _sums(_backward_affine, (dw, db), x.reshape(shared), dy.reshape(shared), mean, variance, period, float(eps))
