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

from engine.arrays import Array
from engine.kernels import formulas, tasks
from engine.kernels.jit import using
from engine.kernels.tasks import share

# Numbers of a task.
PIECE = 16384

compiled = using(formulas, tasks)
_relu, _relu_dx = compiled(formulas.relu), compiled(formulas.relu_dx)


@compiled
def _relu_piece(piece: int, out: Array, x: Array) -> None:
    target, source = out[piece * PIECE : (piece + 1) * PIECE], x[piece * PIECE : (piece + 1) * PIECE]
    for i in range(target.size):
        target[i] = _relu(source[i])


@compiled
def _relu_all(out: Array, x: Array) -> None:
    share(_relu_piece, (out.size + PIECE - 1) // PIECE, out.size, (out.reshape(out.size), x.reshape(x.size)))


@compiled
def _relu_dx_piece(piece: int, dx: Array, dy: Array, y: Array) -> None:
    target, slopes = dx[piece * PIECE : (piece + 1) * PIECE], dy[piece * PIECE : (piece + 1) * PIECE]
    source = y[piece * PIECE : (piece + 1) * PIECE]
    for i in range(target.size):
        target[i] = _relu_dx(slopes[i], source[i])


@compiled
def _relu_dx_all(dx: Array, dy: Array, y: Array) -> None:
    flat = (dx.reshape(dx.size), dy.reshape(dy.size), y.reshape(y.size))
    share(_relu_dx_piece, (dx.size + PIECE - 1) // PIECE, dx.size, flat)


LOOPS: dict[Callable[..., float], Callable[..., None]] = {formulas.relu: _relu_all, formulas.relu_dx: _relu_dx_all}


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
    if loops is not None:
        shape, dtype = out.shape, out.dtype
        for array in inputs:
            if array.shape != shape or array.dtype != dtype:
                break
        else:
            loops(out, *inputs)
            return
    with np.errstate(all="ignore"):
        if formula in BY_NUMPY:
            BY_NUMPY[formula](*inputs, out=out)
            return
        _compiled(formula, out.dtype, *[array.dtype for array in inputs])(*inputs, out)
