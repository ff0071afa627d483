"""One kernel for all products: matrices, convolutions, and the gradients of both.

Each of them is out[m, c] = sum over i of left(m, i) * right(i, c), and they differ in where left and right come
from: a matrix, its transpose, the pixels under a filter. So the kernel is made for three small functions, which
the compiler puts into its loops. A convolution's matrix of windows (im2col) is thus never written anywhere.

A block of threads computes a tile of the result, BM by BN, and walks along i in steps of BK. It brings BM x BK
and BK x BN numbers to the multiprocessor's shared memory, each read once from the slow memory and used BN (or BM)
times. A thread computes TM x TN sums, which stay in registers: for each k it reads TM + TN numbers from shared
memory and makes TM x TN multiplications of them. Shared memory delivers one number for every four
multiplications that the processor could make, so 8 x 8 sums keep it busy, 4 x 4 half of it.

Its sums lie BM / TM rows and BN / TN columns apart: neighbouring threads then read neighbouring numbers.

What it costs: tiles that stick out over the edge compute zeros. :func:`multiply` therefore chooses among tiles,
and cuts a long sum in pieces where there would be fewer tiles than multiprocessors.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from engine.arrays import Array
from engine.cuda import driver, tensor_cores
from engine.cuda.arithmetic import Arithmetic, Tile, by_threads
from engine.cuda.array import empty
from engine.cuda.driver import cuda, uint32
from engine.cuda.launch import Kernel, kernel, real
from engine.cuda.tensor_cores import by_tensor_cores

TILES: tuple[Tile, ...] = (
    Tile(128, 128, 8, 8, 8),
    Tile(64, 64, 16, 4, 4),
    Tile(32, 64, 16, 4, 4),
    Tile(16, 128, 16, 4, 4),
    Tile(8, 128, 16, 4, 4),
    Tile(32, 32, 16, 2, 2),
    Tile(16, 16, 16, 1, 1),
)
if driver.SIMULATED:
    TILES = (Tile(8, 8, 4, 2, 4), Tile(4, 8, 4, 2, 2))

# A piece of a sum has at least so many terms, or writing and adding pieces would cost more than it gains.
SHORTEST_PIECE = 8 if driver.SIMULATED else 128


class Product(NamedTuple):
    """A kind of product: where its factors come from, and what becomes of a sum.

    Attributes
    ----------
    left : function (a, extra, n, z, m, i) -> number
    right : function (b, extra, n, z, i, c) -> number
        From arrays a and b. `extra` is an array of any use, such as a bias; `n` are the numbers given to
        :func:`multiply`; z counts products of a stack.
    store : function (out, extra, n, z, m, c, total)
        Called once for each element of the result.
    left_along, right_along : bool
        Whether neighbours along i are neighbours in memory: then neighbouring threads read along i.
    """

    left: Any
    right: Any
    store: Any
    left_along: bool
    right_along: bool


def product(
    left: Callable[..., Any],
    right: Callable[..., Any],
    store: Callable[..., None],
    left_along: bool,
    right_along: bool,
) -> Product:
    """Let the device have these functions; see :class:`Product`."""
    on_device = driver.on_device
    return Product(on_device(left), on_device(right), on_device(store), left_along, right_along)


# Global names that :meth:`Kernel.given` puts numbers and functions in the place of.
BM = BN = BK = THREADS = LEFT = RIGHT = LEFT_LOADS = RIGHT_LOADS = SUMS = HEIGHTS = WIDTHS = 1
LEFT_ALONG = RIGHT_ALONG = False


def left(a: Array, extra: Array, n: Any, z: int, m: int, i: int) -> Any:
    """Stand for the left factor."""
    raise NotImplementedError


def right(b: Array, extra: Array, n: Any, z: int, i: int, c: int) -> Any:
    """Stand for the right factor."""
    raise NotImplementedError


def store(out: Array, extra: Array, n: Any, z: int, m: int, c: int, total: float) -> None:
    """Stand for what takes a sum."""
    raise NotImplementedError


def accumulate(left_tile: Array, right_tile: Array, sums: Array, heights: Array, widths: Array, t: int) -> None:
    """Stand for how a block multiplies."""
    raise NotImplementedError


def row_of(i: int, t: int) -> int:
    """Stand for the row of a thread's sum."""
    raise NotImplementedError


def column_of(i: int, t: int) -> int:
    """Stand for its column."""
    raise NotImplementedError


@kernel
def _tiles(
    out: Array, a: Array, b: Array, extra: Array, n: Any, rows: int, columns: int, length: int, piece: int
) -> None:
    left_tile = cuda.shared.array(LEFT, real)  # on a line of its own: the simulator knows shared arrays by line
    right_tile = cuda.shared.array(RIGHT, real)
    sums = cuda.local.array(SUMS, real)
    heights, widths = cuda.local.array(HEIGHTS, real), cuda.local.array(WIDTHS, real)
    t = uint32(cuda.threadIdx.x)
    pieces = uint32((length + piece - 1) // piece)
    # Along x come all tiles of a row, for every piece of every product: a grid may be long along x only.
    tiles = uint32((columns + BN - 1) // BN)
    number = uint32(cuda.blockIdx.x // tiles)
    z = uint32(number // pieces)
    first = uint32((number - z * pieces) * piece)
    last = uint32(min(first + piece, length))
    top, side = uint32(cuda.blockIdx.y * BM), uint32((cuda.blockIdx.x - number * tiles) * BN)
    height, width = uint32(rows), uint32(columns)  # uint32 beside int32 would be compared in float64
    for i in range(SUMS):
        sums[i] = real(0)
    for start in range(first, last, uint32(BK)):
        for s in range(LEFT_LOADS):
            e = uint32(t + s * THREADS)
            k, m = (uint32(e % BK), uint32(e // BK)) if LEFT_ALONG else (uint32(e // BM), uint32(e % BM))
            value = real(0)
            if top + m < height and start + k < last:
                value = left(a, extra, n, z, uint32(top + m), uint32(start + k))
            if e < LEFT:
                left_tile[uint32(k * BM + m)] = value
        for s in range(RIGHT_LOADS):
            e = uint32(t + s * THREADS)
            k, c = (uint32(e % BK), uint32(e // BK)) if RIGHT_ALONG else (uint32(e // BN), uint32(e % BN))
            value = real(0)
            if side + c < width and start + k < last:
                value = right(b, extra, n, z, uint32(start + k), uint32(side + c))
            if e < RIGHT:
                right_tile[uint32(k * BN + c)] = value
        cuda.syncthreads()
        accumulate(left_tile, right_tile, sums, heights, widths, t)
        cuda.syncthreads()
    for d in range(HEIGHTS):  # two loops, which the compiler writes out as it does not do with one of 64
        for e in range(SUMS // HEIGHTS):
            i = d * (SUMS // HEIGHTS) + e
            m, c = uint32(top + row_of(i, t)), uint32(side + column_of(i, t))
            if m < height and c < width:
                store(out, extra, n, number, m, c, sums[i])


@driver.on_device
def _store_piece(out: Array, extra: Array, n: Any, z: int, m: int, c: int, total: float) -> None:
    out[z, m, c] = total


@kernel
def _add_pieces(out: Array, partial: Array, extra: Array, n: Any, stack: int, pieces: int) -> None:
    i = cuda.grid(1)
    rows, columns = partial.shape[1], partial.shape[2]
    if i < stack * rows * columns:
        z = i // (rows * columns)
        m = (i - z * rows * columns) // columns
        c = i - (z * rows + m) * columns
        total = real(0)
        for p in range(pieces):
            total += partial[z * pieces + p, m, c]
        store(out, extra, n, uint32(z), uint32(m), uint32(c), total)


def multiply(
    kind: Product,
    out: Array,
    a: Array,
    b: Array,
    extra: Array,
    numbers: tuple[int, ...],
    stack: int,
    size: tuple[int, int, int],
) -> None:
    """out[z, m, c] = sum over i of left(m, i) * right(i, c), for every z of a stack.

    Parameters
    ----------
    kind : Product
    out, a, b, extra : DeviceArray
        What the kind's functions make of them is their matter.
    numbers : tuple of int
        At least one.
    stack : int
        How many products.
    size : (int, int, int)
        Rows, columns and the length of the sums.
    """
    rows, columns, length = size
    if 0 in (stack, rows, columns):
        return
    on_tensor_cores = tensor_cores.are_wanted(out.dtype)
    tiles, arithmetic = (tensor_cores.TILES, by_tensor_cores) if on_tensor_cores else (TILES, by_threads)
    tile, pieces = plan(stack, size, tiles, driver.multiprocessors())
    # A multiple of BK, so that no step of a piece reaches into the next; 1 for an empty sum, which is 0.
    piece = max(1, math.ceil(length / pieces / tile.bk) * tile.bk)
    pieces = max(1, -(-length // piece))
    shared = arithmetic(tile)
    work = _made(kind, tile, shared, whole=pieces == 1)
    grid = (-(-columns // tile.bn) * stack * pieces, -(-rows // tile.bm))
    target: Any = out if pieces == 1 else empty((stack * pieces, rows, columns), out.dtype)
    work.blocks(grid, shared.threads, target, a, b, extra, numbers, rows, columns, length, piece)
    if pieces > 1:
        finish = _add_pieces.given(store=kind.store)
        finish.over(stack * rows * columns, out, target, extra, numbers, stack, pieces)


@cache
def plan(stack: int, size: tuple[int, int, int], tiles: tuple[Tile, ...], processors: int) -> tuple[Tile, int]:
    """Return the tile that should take the least time, and in how many pieces to cut the sums.

    Parameters
    ----------
    stack : int
    size : (int, int, int)
        Rows, columns, length.
    tiles : tuple of Tile
        To choose from.
    processors : int
        How many blocks are computed at a time.
    """
    rows, columns, length = size
    best: tuple[float, Tile, int] | None = None
    for tile in tiles:
        blocks = stack * -(-rows // tile.bm) * -(-columns // tile.bn)
        pieces = max(1, min(2 * processors // blocks, length // SHORTEST_PIECE))
        rounds = -(-blocks * pieces // processors)
        time = rounds * tile.bm * tile.bn * tile.cost * math.ceil(length / pieces)
        if best is None or time < best[0]:
            best = time, tile, pieces
    assert best is not None, "no tile to choose from"
    return best[1], best[2]


@cache
def _made(kind: Product, tile: Tile, arithmetic: Arithmetic, whole: bool) -> Kernel:
    return _tiles.given(
        BM=tile.bm,
        BN=tile.bn,
        BK=tile.bk,
        THREADS=arithmetic.threads,
        LEFT=tile.bm * tile.bk,
        RIGHT=tile.bk * tile.bn,
        LEFT_LOADS=-(-tile.bm * tile.bk // arithmetic.threads),
        RIGHT_LOADS=-(-tile.bk * tile.bn // arithmetic.threads),
        SUMS=arithmetic.sums,
        HEIGHTS=arithmetic.heights,
        WIDTHS=arithmetic.widths,
        accumulate=arithmetic.accumulate,
        row_of=arithmetic.row_of,
        column_of=arithmetic.column_of,
        LEFT_ALONG=kind.left_along,
        RIGHT_ALONG=kind.right_along,
        left=kind.left,
        right=kind.right,
        store=kind.store if whole else _store_piece,
    )
