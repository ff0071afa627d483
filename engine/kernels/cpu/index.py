"""Gradients of picked rows, added up where they came from.

Each thread owns a range of rows and looks through all positions for those in it: no two write the same
row, and a row's gradients are added in the order of the picks, whatever the number of threads. The price
is that every thread reads all positions; the gradients themselves are read once.
"""

from engine.arrays import Array
from engine.device import get_num_threads
from engine.kernels import tasks
from engine.kernels.jit import using
from engine.kernels.tasks import share

compiled = using(tasks)


def scatter_add(dx: Array, positions: Array, dy: Array) -> None:
    """dx[r] = sum of dy[k] over all k with positions[k] = r; see the reference."""
    _scatter_add(dx, positions, dy, get_num_threads())


@compiled
def _scatter_add_range(i: int, dx: Array, positions: Array, dy: Array, ranges: int) -> None:
    rows, width = dx.shape
    first, end = rows * i // ranges, rows * (i + 1) // ranges
    dx[first:end] = 0
    for k in range(positions.size):
        row = positions[k]
        if first <= row < end:
            for w in range(width):
                dx[row, w] += dy[k, w]


@compiled
def _scatter_add(dx: Array, positions: Array, dy: Array, ranges: int) -> None:
    share(_scatter_add_range, ranges, positions.size * ranges + dx.size, (dx, positions, dy, ranges))
