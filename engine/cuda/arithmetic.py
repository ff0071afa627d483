"""What the threads of a block do with the numbers of a tile, once these are in shared memory."""

from functools import cache
from typing import Any, NamedTuple

from engine.arrays import Array
from engine.cuda import driver
from engine.cuda.driver import uint32


class Tile(NamedTuple):
    """What a block computes: BM x BN of the result, BK at a time, TM x TN by each thread."""

    bm: int
    bn: int
    bk: int
    tm: int
    tn: int

    @property
    def cost(self) -> float:
        """What a multiplication takes, 1 being what the processor can do; shared memory may take longer."""
        return max(1.0, 4 * (self.tm + self.tn) / (self.tm * self.tn))


class Arithmetic(NamedTuple):
    """How a block multiplies.

    Attributes
    ----------
    accumulate : function (left_tile, right_tile, sums, heights, widths, t) -> None
        Adds the product of two tiles in shared memory, (BK, BM) and (BK, BN), to the sums of thread t.
    row_of, column_of : function (i, t) -> int
        Where in the block's tile sum i of thread t belongs.
    threads : int
        Of a block.
    sums, heights, widths : int
        How many registers a thread has for sums, and for what it reads of the left and of the right tile.
    """

    accumulate: Any
    row_of: Any
    column_of: Any
    threads: int
    sums: int
    heights: int
    widths: int


@cache
def by_threads(tile: Tile) -> Arithmetic:
    """Return how threads share a tile: each has TM x TN sums, BM / TM rows and BN / TN columns apart."""
    bm, bn, bk, tm, tn = tile
    down, across = bm // tm, bn // tn

    @driver.on_device
    def step(
        left_tile: Array, right_tile: Array, sums: Array, heights: Array, widths: Array, at: int, beside: int
    ) -> None:
        for i in range(tm):
            heights[i] = left_tile[uint32(at + i * down)]
        for j in range(tn):
            widths[j] = right_tile[uint32(beside + j * across)]
        for i in range(tm):
            for j in range(tn):
                sums[i * tn + j] += heights[i] * widths[j]

    def accumulate(left_tile: Array, right_tile: Array, sums: Array, heights: Array, widths: Array, t: int) -> None:
        tr, tc = uint32(t // across), uint32(t % across)
        for k in range(0, bk, 4):  # four steps in a row: the loop then costs a fourth
            step(left_tile, right_tile, sums, heights, widths, uint32(k * bm + tr), uint32(k * bn + tc))
            step(left_tile, right_tile, sums, heights, widths, uint32((k + 1) * bm + tr), uint32((k + 1) * bn + tc))
            step(left_tile, right_tile, sums, heights, widths, uint32((k + 2) * bm + tr), uint32((k + 2) * bn + tc))
            step(left_tile, right_tile, sums, heights, widths, uint32((k + 3) * bm + tr), uint32((k + 3) * bn + tc))

    def row_of(i: int, t: int) -> Any:
        return uint32(i // tn * down + t // across)

    def column_of(i: int, t: int) -> Any:
        return uint32(i % tn * across + t % across)

    on_device = driver.on_device
    return Arithmetic(
        on_device(accumulate), on_device(row_of), on_device(column_of), down * across, tm * tn, heights=tm, widths=tn
    )
