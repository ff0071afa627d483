"""Largest and smallest elements.

NumPy's argmax and argmin are vector instructions for every dtype, take the first of equals and let NaN
win: nothing to compile, at the price of one thread. Sharing among equals is one pass more in Numba, one
row to a thread, where NumPy would need several and memory for each.
"""

import numpy as np

from engine.arrays import Array
from engine.kernels import tasks
from engine.kernels.jit import using
from engine.kernels.tasks import share

compiled = using(tasks)


def extremum_rows(out: Array, index: Array, x: Array, largest: int) -> None:
    """out[r] = the largest element of x[r], index[r] = where in the row it is; see the reference."""
    index[...] = x.argmax(axis=1) if largest else x.argmin(axis=1)
    out[...] = x[np.arange(x.shape[0]), index]


def extremum_rows_backward(dx: Array, dy: Array, index: Array) -> None:
    """Give each row's gradient to its winner; see the reference."""
    dx[...] = 0.0
    dx[np.arange(dx.shape[0]), index] = dy


@compiled
def _extremum_rows_backward_shared_row(r: int, dx: Array, dy: Array, x: Array, out: Array) -> None:
    _, length = x.shape
    best, count = out[r], 0
    for i in range(length):
        if x[r, i] == best or (x[r, i] != x[r, i] and best != best):
            count += 1
    share = dy[r] / count
    for i in range(length):
        dx[r, i] = share if x[r, i] == best or (x[r, i] != x[r, i] and best != best) else 0.0


@compiled
def extremum_rows_backward_shared(dx: Array, dy: Array, x: Array, out: Array) -> None:
    """Share each row's gradient equally among the elements that equal its extremum; see the reference."""
    rows, _ = x.shape
    share(_extremum_rows_backward_shared_row, rows, x.size, (dx, dy, x, out))
