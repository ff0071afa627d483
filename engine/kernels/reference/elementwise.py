"""Elementwise kernels: one scalar formula applied at every position."""

from collections.abc import Callable

import numpy as np

from engine.arrays import Array


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
    stretched = [np.broadcast_to(array, out.shape) for array in inputs]
    with np.errstate(all="ignore"):
        for position in np.ndindex(out.shape):
            out[position] = formula(*[array[position] for array in stretched])
