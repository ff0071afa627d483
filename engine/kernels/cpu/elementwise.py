"""Elementwise kernels: each scalar formula compiled to a NumPy ufunc, so that broadcasting is NumPy's.

Fast because LLVM turns the formula into vector instructions and nothing is stretched in memory for
broadcasting. It costs one compile (about 0.1 s, kept on disk) for each formula and dtype, and runs on
one thread: these loops wait for memory more than for arithmetic.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np

from engine.arrays import Array


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
    with np.errstate(all="ignore"):
        _compiled(formula, out.dtype, *[array.dtype for array in inputs])(*inputs, out)
