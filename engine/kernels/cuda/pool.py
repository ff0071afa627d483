"""Pooling: a thread for each number that is written, forward for each window and backward for each pixel.

Neighbouring threads take neighbouring windows or pixels of a row, so they read and write memory that lies side by
side, and pixels that windows share come from the cache. Backward, a pixel looks for its windows, not a window for
its pixels: no two threads add to one place, and the sum is the same every time. Which windows a row or column of
pixels may be in is found once, in a launch of its own; it costs a few microseconds and spares each pixel the search.
"""

import math
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.cuda import constants, driver
from engine.cuda.array import empty
from engine.cuda.driver import cuda, int64, uint32
from engine.cuda.launch import THREADS, Kernel, kernel, real
from engine.cuda.rows import block_for, group_sum, pieces_for
from engine.kernels.cuda.reduce import sum_rows


@driver.on_device
def split(number: int, length: int) -> tuple[int, int]:
    """Return number // length and number % length, for numbers from 0 below 2 ** 32, of which halves are faster."""
    above = uint32(number) // uint32(length)
    return int64(above), int64(uint32(number) - above * uint32(length))


@driver.on_device
def pixel(number: int, height: int, width: int) -> tuple[int, int, int]:
    """Return plane, row and column of an element of an array (P, height, width), from its number in reading order."""
    above, column = split(number, width)
    plane, row = split(above, height)
    return plane, row, column


@kernel
def _max_pool2d(
    out: Array, index: Array, x: Array, rows: Array, columns: Array, dilation_h: int, dilation_w: int
) -> None:
    o = cuda.grid(1)
    if o < out.size:
        p, i, j = pixel(o, out.shape[1], out.shape[2])
        best, winner = real(-math.inf), -1
        # No range: to know how often it goes round, it would divide by the step.
        h = rows[i, 0]
        while h < rows[i, 1]:
            w = columns[j, 0]
            while w < columns[j, 1]:
                value = x[p, h, w]
                # value != value: NaN wins, so that it is not hidden.
                if value > best or value != value or winner < 0:
                    best, winner = value, h * x.shape[2] + w
                w += dilation_w
            h += dilation_h
        out[p, i, j] = best
        index[p, i, j] = winner


def max_pool2d(
    out: Array, index: Array, x: Array, rows: Array, columns: Array, dilation_h: int, dilation_w: int
) -> None:
    """Keep the largest pixel of each window and remember where it was.

    Parameters
    ----------
    out : DeviceArray (P, OH, OW)
    index : DeviceArray (P, OH, OW), int32 or int64
        Position h * W + w of the winner in its plane: the first of equals in reading order, but the last
        NaN if there is one. -1 for a window without pixels; its `out` is minus infinity.
    x : DeviceArray (P, H, W)
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
    dilation_h, dilation_w : int
        Step from one row of a window to the next, and from one column to the next.
    """
    _max_pool2d.over(out.size, out, index, x, rows, columns, dilation_h, dilation_w)


@driver.on_device
def _find(found: Array, place: int, windows: Array, more: int) -> None:
    first, stop, last = 0, 0, windows.shape[1] - 1
    for i in range(windows.shape[0]):
        if windows[i, 0] <= place and place < windows[i, last] + more:
            if stop == 0:
                first = i
            stop = i + 1
    found[place, 0] = first
    found[place, 1] = stop


@kernel
def _find_windows(by_row: Array, by_column: Array, rows: Array, columns: Array, more: int) -> None:
    place, height = cuda.grid(1), by_row.shape[0]
    if place < height:
        _find(by_row, place, rows, more)
    elif place < height + by_column.shape[0]:
        _find(by_column, place - height, columns, more)


def windows_of_pixels(rows: Any, columns: Any, height: int, width: int, more: int = 0) -> tuple[Any, Any]:
    """Return for each row of pixels the first window that it is in and the number behind the last, and for columns.

    Not all between need to have the pixels: windows that a dilation thins out may begin later than their
    neighbours behind, once they are cut where the map begins.

    Parameters
    ----------
    rows, columns : ndarray or DeviceArray (OH, 2) and (OW, 2), or (OH, 1) and (OW, 1)
        A window begins at the first of its numbers, and ends just before the last.
    height, width : int
        How many rows and columns of pixels there are.
    more : int
        1 if the last number belongs to the window.

    Returns
    -------
    DeviceArray (height, 2) and (width, 2), int32
    """

    def find() -> tuple[Any, Any]:
        by_row, by_column = empty((height, 2), np.int32), empty((width, 2), np.int32)
        _find_windows.over(height + width, by_row, by_column, rows, columns, more)
        return by_row, by_column

    if not (isinstance(rows, np.ndarray) and isinstance(columns, np.ndarray)):
        return find()
    # What a layer asks for is the same at each step.
    key = ("windows", rows.shape, rows.tobytes(), columns.shape, columns.tobytes(), height, width, more)
    return constants.remembered(key, find)


@kernel
def _max_pool2d_backward(dx: Array, dy: Array, index: Array, by_row: Array, by_column: Array) -> None:
    o = cuda.grid(1)
    if o < dx.size:
        p, h, w = pixel(o, dx.shape[1], dx.shape[2])
        place = h * dx.shape[2] + w
        total = real(0)
        for i in range(by_row[h, 0], by_row[h, 1]):
            for j in range(by_column[w, 0], by_column[w, 1]):
                if index[p, i, j] == place:
                    total += dy[p, i, j]
        dx[p, h, w] = total


def max_pool2d_backward(dx: Array, dy: Array, index: Array, rows: Array, columns: Array) -> None:
    """Give each window's gradient to its winner; a pixel that won several windows gets the sum.

    Parameters
    ----------
    dx : DeviceArray (P, H, W)
    dy : DeviceArray (P, OH, OW)
    index : DeviceArray (P, OH, OW), int32 or int64
        As :func:`max_pool2d` wrote it.
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
        Where the windows lie.
    """
    by_row, by_column = windows_of_pixels(rows, columns, *dx.shape[1:])
    _max_pool2d_backward.over(dx.size, dx, dy, index, by_row, by_column)


@kernel
def _avg_pool2d(out: Array, x: Array, rows: Array, columns: Array, divisors: Array) -> None:
    o = cuda.grid(1)
    if o < out.size:
        p, i, j = pixel(o, out.shape[1], out.shape[2])
        total = real(0)
        for h in range(rows[i, 0], rows[i, 1]):
            for w in range(columns[j, 0], columns[j, 1]):
                total += x[p, h, w]
        out[p, i, j] = total / real(divisors[i, j])


def avg_pool2d(out: Array, x: Array, rows: Array, columns: Array, divisors: Array) -> None:
    """Sum of each window, divided by its divisor: for a mean, the number of pixels in the window.

    Parameters
    ----------
    out : DeviceArray (P, OH, OW)
    x : DeviceArray (P, H, W)
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
    divisors : ndarray (OH, OW), int64
    """
    _avg_pool2d.over(out.size, out, x, rows, columns, divisors)


@kernel
def _avg_pool2d_backward(dx: Array, dy: Array, by_row: Array, by_column: Array, divisors: Array) -> None:
    o = cuda.grid(1)
    if o < dx.size:
        p, h, w = pixel(o, dx.shape[1], dx.shape[2])
        total = real(0)
        for i in range(by_row[h, 0], by_row[h, 1]):
            for j in range(by_column[w, 0], by_column[w, 1]):
                total += dy[p, i, j] / real(divisors[i, j])
        dx[p, h, w] = total


def avg_pool2d_backward(dx: Array, dy: Array, rows: Array, columns: Array, divisors: Array) -> None:
    """Share each window's gradient equally among its pixels.

    Parameters
    ----------
    dx : DeviceArray (P, H, W)
    dy : DeviceArray (P, OH, OW)
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
        None begins or ends before the one in front of it.
    divisors : ndarray (OH, OW), int64
    """
    by_row, by_column = windows_of_pixels(rows, columns, *dx.shape[1:])
    _avg_pool2d_backward.over(dx.size, dx, dy, by_row, by_column, divisors)


@kernel
def _subsample2d(out: Array, sums: Array, x: Array, rows: Array, columns: Array, weight: Array, bias: Array) -> None:
    o = cuda.grid(1)
    if o < out.size:
        p, i, j = pixel(o, out.shape[1], out.shape[2])
        _, c = split(p, weight.size)
        total = real(0)
        for h in range(rows[i, 0], rows[i, 1]):
            for w in range(columns[j, 0], columns[j, 1]):
                total += x[p, h, w]
        if sums.size > 0:
            sums[p, i, j] = total
        out[p, i, j] = weight[c] * total + bias[c]


def subsample2d(out: Array, sums: Array, x: Array, rows: Array, columns: Array, weight: Array, bias: Array) -> None:
    """Sum of each window, times the weight of its channel and plus its bias.

    Parameters
    ----------
    out : DeviceArray (P, OH, OW)
    sums : DeviceArray (P, OH, OW) or (0, OH, OW)
        The sums, for :func:`subsample2d_backward`; without planes if nobody wants them.
    x : DeviceArray (P, H, W)
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
    weight, bias : DeviceArray (C,)
        Plane p is a map of channel p % C.
    """
    _subsample2d.over(out.size, out, sums, x, rows, columns, weight, bias)


def sum_channels(work: Kernel, first: Array, second: Array, length: int, *args: Any) -> None:
    """Launch a kernel that computes two sums for each channel, in pieces if channels are few and their rows long.

    Parameters
    ----------
    work : Kernel
        Called with arrays (C, pieces), what else it needs, and how many numbers a piece has. The threads of a
        block with the same threadIdx.y share the piece blockIdx.y of channel blockIdx.x * blockDim.y + threadIdx.y.
    first, second : DeviceArray (C,)
        For the sums.
    length : int
        How many numbers a channel has.
    *args
        What else it needs.
    """
    channels = first.size
    pieces = pieces_for(channels, length)
    piece = max(1, -(-length // pieces))
    lanes, together = block_for(piece)
    sums: list[Any] = [first.reshape(channels, 1), second.reshape(channels, 1)]
    if pieces > 1:
        sums = [empty((channels, pieces), first.dtype) for _ in sums]
    work.blocks((-(-channels // together), pieces), (lanes, together), *sums, *args, piece)
    if pieces > 1:
        sum_rows(first, sums[0], 1)
        sum_rows(second, sums[1], 1)


@kernel
def _subsample2d_sums(dw: Array, db: Array, dy: Array, sums: Array, piece: int) -> None:
    scratch = cuda.shared.array(THREADS, real)
    lane, c, part = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y, cuda.blockIdx.y
    channels, windows = dw.shape[0], dy.shape[1]
    sum_w, sum_b = real(0), real(0)
    if c < channels:
        length = dy.shape[0] // channels * windows
        for k in range(part * piece + lane, min((part + 1) * piece, length), cuda.blockDim.x):
            n, i = split(k, windows)
            p = n * channels + c
            sum_w += dy[p, i] * sums[p, i]
            sum_b += dy[p, i]
    sum_w = group_sum(scratch, lane, sum_w)
    sum_b = group_sum(scratch, lane, sum_b)
    if c < channels and lane == 0:
        dw[c, part] = sum_w
        db[c, part] = sum_b


@kernel
def _subsample2d_backward(dx: Array, dy: Array, by_row: Array, by_column: Array, weight: Array) -> None:
    o = cuda.grid(1)
    if o < dx.size:
        p, h, w = pixel(o, dx.shape[1], dx.shape[2])
        _, c = split(p, weight.size)
        total = real(0)
        for i in range(by_row[h, 0], by_row[h, 1]):
            for j in range(by_column[w, 0], by_column[w, 1]):
                total += dy[p, i, j]
        dx[p, h, w] = weight[c] * total


def subsample2d_backward(
    dx: Array, dw: Array, db: Array, dy: Array, sums: Array, rows: Array, columns: Array, weight: Array
) -> None:
    """Give each window's gradient, times the weight, to all its pixels; dw[c] = sum of dy * sums, db[c] = sum of dy.

    Parameters
    ----------
    dx : DeviceArray (P, H, W)
    dw, db : DeviceArray (C,)
    dy : DeviceArray (P, OH, OW)
    sums : DeviceArray (P, OH, OW)
        As :func:`subsample2d` wrote them.
    rows, columns : ndarray (OH, 2) and (OW, 2), int64
        None begins or ends before the one in front of it.
    weight : DeviceArray (C,)
    """
    count, out_h, out_w = dy.shape
    flat = count, out_h * out_w
    length = count // max(1, weight.size) * flat[1]
    sum_channels(_subsample2d_sums, dw, db, length, dy.reshape(flat), sums.reshape(flat))
    by_row, by_column = windows_of_pixels(rows, columns, *dx.shape[1:])
    _subsample2d_backward.over(dx.size, dx, dy, by_row, by_column, weight)
