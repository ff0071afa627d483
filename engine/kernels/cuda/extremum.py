"""Largest and smallest elements of rows. The threads of a block share a row, or several rows if they are short.

Each thread keeps the best of its own elements, then the threads compare in pairs, in halves, down to one. Which of
two wins never depends on who compares first: of equals it is the one that stands first in the row. Few and long
rows are cut into pieces, whose winners compete in a second launch.
"""

from typing import Any

from engine.arrays import Array
from engine.cuda import driver
from engine.cuda.array import empty
from engine.cuda.driver import cuda, int64
from engine.cuda.launch import THREADS, kernel, real
from engine.cuda.rows import block_for, group_sum, pieces_for
from engine.kernels.cuda.reduce import sum_rows


@driver.on_device
def _beats(value: float, place: int, best: float, best_place: int, largest: int) -> bool:
    # value != value: it is NaN.
    if value != value:
        return best == best or place < best_place
    if best != best:
        return False
    if value == best:
        return place < best_place
    return (value > best) == (largest != 0)


@driver.on_device
def _compete(values: Array, places: Array, lane: int, value: float, place: int, largest: int) -> int:
    """Return, for all threads of a row, where in the scratch arrays its winner is."""
    slot = cuda.threadIdx.y * cuda.blockDim.x + lane
    values[slot] = value
    places[slot] = place
    cuda.syncthreads()
    half = cuda.blockDim.x // 2
    while half > 0:
        other = slot + half
        if lane < half and _beats(values[other], places[other], values[slot], places[slot], largest):
            values[slot] = values[other]
            places[slot] = places[other]
        cuda.syncthreads()
        half //= 2
    first: int = slot - lane
    return first


@kernel
def _winners(places: Array, out: Array, x: Array, piece: int, largest: int) -> None:
    # `places` comes first, so that whole numbers and bool are kept as int64 here.
    # (Each on a line of its own: the simulator tells shared arrays apart by their lines.)
    best_values = cuda.shared.array(THREADS, real)
    best_places = cuda.shared.array(THREADS, int64)
    lane, r, p = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y, cuda.blockIdx.y
    row = min(r, x.shape[0] - 1)
    start = p * piece
    # Everyone begins with the first element, so that a thread without elements has one too.
    winner = start
    for i in range(start + lane, min(start + piece, x.shape[1]), cuda.blockDim.x):
        if _beats(x[row, i], i, x[row, winner], winner, largest):
            winner = i
    slot = _compete(best_values, best_places, lane, x[row, winner], winner, largest)
    if r < x.shape[0] and lane == 0:
        places[r, p] = best_places[slot]
        out[r, p] = x[r, best_places[slot]]


@kernel
def _winners_of_pieces(index: Array, out: Array, places: Array, values: Array, largest: int) -> None:
    best_values = cuda.shared.array(THREADS, real)
    best_places = cuda.shared.array(THREADS, int64)
    lane, r = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y
    row = min(r, values.shape[0] - 1)
    winner = 0
    for p in range(lane, values.shape[1], cuda.blockDim.x):
        if _beats(values[row, p], p, values[row, winner], winner, largest):
            winner = p
    slot = _compete(best_values, best_places, lane, values[row, winner], winner, largest)
    if r < values.shape[0] and lane == 0:
        out[r] = values[r, best_places[slot]]
        index[r] = places[r, best_places[slot]]


def extremum_rows(out: Array, index: Array, x: Array, largest: int) -> None:
    """out[r] = the largest element of x[r], index[r] = where in the row it is.

    Parameters
    ----------
    out : DeviceArray (R,)
    index : DeviceArray (R,), int64
        The first of equals. NaN wins, so that it is not hidden, and the first NaN among several.
    x : DeviceArray (R, L), L >= 1
        Any dtype.
    largest : int
        1; or 0 for the smallest element.
    """
    rows, length = x.shape
    pieces, piece = _cut(rows, length)
    lanes, together = block_for(piece)
    blocks = -(-rows // together)
    if pieces == 1:
        _winners.blocks((blocks, 1), (lanes, together), index.reshape(rows, 1), out.reshape(rows, 1), x, piece, largest)
        return
    places: Any = empty((rows, pieces), index.dtype)
    values: Any = empty((rows, pieces), x.dtype)
    _winners.blocks((blocks, pieces), (lanes, together), places, values, x, piece, largest)
    lanes, together = block_for(pieces)
    _winners_of_pieces.blocks(-(-rows // together), (lanes, together), index, out, places, values, largest)


def _cut(rows: int, length: int) -> tuple[int, int]:
    """Return in how many pieces to cut rows, none of them empty, and how long a piece is."""
    piece = -(-length // pieces_for(rows, length))
    return -(-length // piece), piece


@kernel
def _extremum_rows_backward(dx: Array, dy: Array, index: Array) -> None:
    i = cuda.grid(1)
    if i < dx.size:
        r = i // dx.shape[1]
        j = i - r * dx.shape[1]
        dx[r, j] = dy[r] if j == index[r] else real(0)


def extremum_rows_backward(dx: Array, dy: Array, index: Array) -> None:
    """Give each row's gradient to its winner.

    Parameters
    ----------
    dx : DeviceArray (R, L)
    dy : DeviceArray (R,)
    index : DeviceArray (R,), int64
        As :func:`extremum_rows` wrote it.
    """
    _extremum_rows_backward.over(dx.size, dx, dy, index)


@driver.on_device
def _wins(value: float, best: float) -> bool:
    return value == best or (value != value and best != best)


@kernel
def _count_winners(counts: Array, x: Array, out: Array, piece: int) -> None:
    scratch = cuda.shared.array(THREADS, int64)
    lane, r, p = cuda.threadIdx.x, cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y, cuda.blockIdx.y
    count = 0
    if r < x.shape[0]:
        for i in range(p * piece + lane, min((p + 1) * piece, x.shape[1]), cuda.blockDim.x):
            if _wins(x[r, i], out[r]):
                count += 1
    count = group_sum(scratch, lane, count)
    if r < x.shape[0] and lane == 0:
        counts[r, p] = count


@kernel
def _share(dx: Array, dy: Array, x: Array, out: Array, counts: Array) -> None:
    i = cuda.grid(1)
    if i < dx.size:
        r = i // dx.shape[1]
        j = i - r * dx.shape[1]
        dx[r, j] = dy[r] / real(counts[r]) if _wins(x[r, j], out[r]) else real(0)


def extremum_rows_backward_shared(dx: Array, dy: Array, x: Array, out: Array) -> None:
    """Share each row's gradient equally among the elements that equal its extremum.

    Parameters
    ----------
    dx, x : DeviceArray (R, L)
    dy : DeviceArray (R,)
    out : DeviceArray (R,)
        As :func:`extremum_rows` wrote it; where it is NaN, the row's NaNs share.
    """
    rows, length = x.shape
    pieces, piece = _cut(rows, length)
    lanes, together = block_for(piece)
    counts: Any = empty((rows, pieces), int)
    _count_winners.blocks((-(-rows // together), pieces), (lanes, together), counts, x, out, piece)
    if pieces > 1:
        totals: Any = empty(rows, int)
        sum_rows(totals, counts, 1)
    else:
        totals = counts.reshape(rows)
    _share.over(dx.size, dx, dy, x, out, totals)
