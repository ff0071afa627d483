"""Max unpooling: values go back to where max pooling found them. x (P, H, W) are planes, as in pool.py.

Several values may name one place, and only the last stays. So before anything is copied, each place learns which
value owns it: a block of threads takes a plane, some values at a time in reading order, and of those the last that
names a place writes its number there. Then a thread for each number that is written looks at the owner. What that
costs: a number for each place, and each value is compared with those taken at the same time.
"""

from typing import Any

import numpy as np

from engine.arrays import Array
from engine.cuda.array import empty
from engine.cuda.driver import cuda, int64
from engine.cuda.launch import THREADS, kernel, real
from engine.kernels.cuda.pool import split

# Values that are taken at a time, each of which is compared with all.
TOGETHER = min(THREADS, 64)


@kernel
def _find_owners(owners: Array, index: Array) -> None:
    places = cuda.shared.array(TOGETHER, int64)
    p, lane = cuda.blockIdx.x, cuda.threadIdx.x
    for place in range(lane, owners.shape[1], TOGETHER):
        owners[p, place] = -1
    count = index.shape[1]
    for start in range(0, count, TOGETHER):
        k = start + lane
        cuda.syncthreads()  # the values before these have written, and nobody reads their places any more
        if k < count:
            places[lane] = index[p, k]
        cuda.syncthreads()
        if k < count:
            last = True
            for other in range(lane + 1, min(TOGETHER, count - start)):
                if places[other] == places[lane]:
                    last = False
            if last:
                owners[p, places[lane]] = k


def _owners(index: Any, places: int) -> Any:
    """Return for each place of each plane the number of the last value that names it, or -1."""
    owners = empty((index.shape[0], places), np.int32)
    _find_owners.blocks(index.shape[0], TOGETHER, owners, index)
    return owners


@kernel
def _max_unpool2d(out: Array, x: Array, owners: Array) -> None:
    o = cuda.grid(1)
    if o < out.size:
        p, place = split(o, out.shape[1])
        k = owners[p, place]
        value = real(0)
        if k >= 0:
            value = x[p, k]
        out[p, place] = value


def max_unpool2d(out: Array, x: Array, index: Array) -> None:
    """Write each value to its place on an empty plane; of several for one place the last stays.

    Parameters
    ----------
    out : DeviceArray (P, OH, OW)
    x : DeviceArray (P, H, W)
    index : DeviceArray (P, H, W), int64
        Position i * OW + j in the plane of `out`.
    """
    count, values, places = x.shape[0], x.shape[1] * x.shape[2], out.shape[1] * out.shape[2]
    owners = _owners(index.reshape(count, values), places)
    _max_unpool2d.over(out.size, out.reshape(count, places), x.reshape(count, values), owners)


@kernel
def _max_unpool2d_backward(dx: Array, dy: Array, index: Array, owners: Array) -> None:
    o = cuda.grid(1)
    if o < dx.size:
        p, k = split(o, dx.shape[1])
        place = index[p, k]
        slope = real(0)
        if owners[p, place] == k:
            slope = dy[p, place]
        dx[p, k] = slope


def max_unpool2d_backward(dx: Array, dy: Array, index: Array) -> None:
    """Hand out the gradient of each place once, to the last value written there; the others get 0.

    Parameters
    ----------
    dx : DeviceArray (P, H, W)
    dy : DeviceArray (P, OH, OW)
    index : DeviceArray (P, H, W), int64
    """
    count, values, places = dx.shape[0], dx.shape[1] * dx.shape[2], dy.shape[1] * dy.shape[2]
    named = index.reshape(count, values)
    owners = _owners(named, places)
    _max_unpool2d_backward.over(dx.size, dx.reshape(count, values), dy.reshape(count, places), named, owners)
