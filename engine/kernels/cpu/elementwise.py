"""Elementwise kernels: each scalar formula compiled to a NumPy ufunc, so that broadcasting is NumPy's.

Fast because LLVM turns the formula into vector instructions and nothing is stretched in memory for
broadcasting. It costs one compile (about 0.1 s, kept on disk) for each formula and dtype, and runs on
one thread: these loops wait for memory more than for arithmetic. ReLU alone, which stands behind nearly every
layer, has loops of its own for all threads.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np
from numba import prange

from engine.arrays import Array
from engine.device import get_num_threads
from engine.kernels import formulas
from engine.kernels.jit import using

# So many numbers are worth waking the other threads for.
SHARED = 16384

kernel, inner = using(formulas)
_relu, _relu_dx = inner(formulas.relu), inner(formulas.relu_dx)


@inner
def _relu_some(out: Array, x: Array) -> None:
    for i in range(out.size):
        out[i] = _relu(x[i])


@inner
def _relu_dx_some(dx: Array, dy: Array, y: Array) -> None:
    for i in range(dx.size):
        dx[i] = _relu_dx(dy[i], y[i])


@kernel
def _relu_all(out: Array, x: Array, pieces: int) -> None:
    for piece in prange(pieces):
        low, high = piece * x.size // pieces, (piece + 1) * x.size // pieces
        _relu_some(out[low:high], x[low:high])


@kernel
def _relu_dx_all(dx: Array, dy: Array, y: Array, pieces: int) -> None:
    for piece in prange(pieces):
        low, high = piece * y.size // pieces, (piece + 1) * y.size // pieces
        _relu_dx_some(dx[low:high], dy[low:high], y[low:high])


# For a few numbers, and for many.
LOOPS: dict[Callable[..., float], tuple[Callable[..., None], Callable[..., None]]] = {
    formulas.relu: (_relu_some, _relu_all),
    formulas.relu_dx: (_relu_dx_some, _relu_dx_all),
}


def _scaled_tanh(x: Array, out: Array) -> None:
    np.multiply(x, formulas.LECUN_SLOPE, out=out)
    np.tanh(out, out=out)
    np.multiply(out, formulas.LECUN_HEIGHT, out=out)


# Functions that NumPy computes many elements at a time, where LLVM would call the C library for each: 5 to 20
# times as fast, also in three passes.
BY_NUMPY: dict[Callable[..., float], Callable[..., Any]] = {
    formulas.exp: np.exp,
    formulas.log: np.log,
    formulas.tanh: np.tanh,
    formulas.scaled_tanh: _scaled_tanh,
}


@cache
def _compiled(formula: Callable[..., float], out: np.dtype[Any], *inputs: np.dtype[Any]) -> Callable[..., Array]:
    signature = numba.from_dtype(out)(*[numba.from_dtype(dtype) for dtype in inputs])
    # Without Numba's wrapper: the bare ufunc of NumPy is called in a third of the time.
    ufunc: Callable[..., Array] = numba.vectorize([signature], cache=True)(formula).ufunc
    return ufunc


def elementwise(out: Array, formula: Callable[..., float], *inputs: Array) -> None:
    """out[i] = formula(inputs[0][i], inputs[1][i], …) with NumPy's broadcasting.

    Parameters
    ----------
    out : ndarray, any shape
        The broadcast shape of the inputs.
    formula : function
        One of :mod:`engine.kernels.formulas`.
    *inputs : ndarray
        Arrays that broadcast to the shape of `out`.
    """
    loops = LOOPS.get(formula)
    if loops is not None and all(array.shape == out.shape and array.dtype == out.dtype for array in inputs):
        flat = [array.reshape(-1) for array in (out, *inputs)]
        if out.size < SHARED:
            loops[0](*flat)
        else:
            loops[1](*flat, get_num_threads())
        return
    with np.errstate(all="ignore"):
        if formula in BY_NUMPY:
            BY_NUMPY[formula](*inputs, out=out)
            return
        _compiled(formula, out.dtype, *[array.dtype for array in inputs])(*inputs, out)
