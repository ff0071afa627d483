"""Gradients of picked rows, added up where they came from; and elements picked or put by their number."""

from engine.arrays import Array
from engine.cuda.driver import cuda
from engine.cuda.launch import kernel, real


@kernel
def _scatter_add(dx: Array, positions: Array, dy: Array) -> None:
    # A thread for each element of dx looks for its rows in dy. Threads for the elements of dy would have to wait
    # for each other where they meet, and would add in another order each time.
    i = cuda.grid(1)
    if i < dx.size:
        r, w = i // dx.shape[1], i % dx.shape[1]
        total = real(0)
        for k in range(positions.size):
            if positions[k] == r:
                total += dy[k, w]
        dx[r, w] = total


def scatter_add(dx: Array, positions: Array, dy: Array) -> None:
    """dx[r] = sum of dy[k] over all k with positions[k] = r, in the order of k.

    Parameters
    ----------
    dx : DeviceArray (R, W)
    positions : DeviceArray or ndarray (K,), int64
        From 0 to R - 1; a row may occur any number of times.
    dy : DeviceArray (K, W)
    """
    _scatter_add.over(dx.size, dx, positions, dy)


@kernel
def _take(out: Array, x: Array, places: Array) -> None:
    i = cuda.grid(1)
    if i < out.size:
        out[i] = x[places[i]]


def take(out: Array, x: Array, places: Array) -> None:
    """out[i] = x[places[i]]; a kernel of DeviceArray's own, not of the ops.

    Parameters
    ----------
    out, places : DeviceArray (K,), and places as ndarray too
    x : DeviceArray (L,)
    """
    _take.over(out.size, out, x, places)


@kernel
def _put(out: Array, x: Array, places: Array) -> None:
    i = cuda.grid(1)
    if i < x.size:
        out[places[i]] = x[i]


def put(out: Array, x: Array, places: Array) -> None:
    """out[places[i]] = x[i]; of places that occur twice, anyone's value stays. A kernel of DeviceArray's own.

    Parameters
    ----------
    out : DeviceArray (L,)
    x, places : DeviceArray (K,), and places as ndarray too
    """
    _put.over(x.size, out, x, places)
