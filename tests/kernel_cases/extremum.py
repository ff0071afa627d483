"""Calls of largest and smallest elements."""

from typing import Any

import numpy as np

from engine import kernels
from engine.arrays import Array
from tests.kernel_cases.case import Draw, KernelCase


def _with_ties(draw: Draw, rows: int, length: int) -> Array:
    """Return rows of few different numbers."""
    return draw.rng.integers(-2, 3, (rows, length)).astype(draw.dtype)


def _with_nan(draw: Draw, rows: int, length: int) -> Array:
    x = draw.values(rows, length)
    x[draw.rng.random((rows, length)) < 0.3] = np.nan
    return x


def _extrema(draw: Draw, x: Array, largest: int) -> list[Any]:
    rows = x.shape[0]
    return [draw.unset(rows, dtype=x.dtype.name), draw.unset(rows, dtype="int64"), x, largest]


def extrema(draw: Draw) -> list[Any]:
    return _extrema(draw, draw.values(draw.length(), draw.length(40)), draw.number(0, 1))


def ties(draw: Draw) -> list[Any]:
    return _extrema(draw, _with_ties(draw, 3 * draw.scale, draw.length(12) + 8), draw.number(0, 1))


def ties_at_the_least(draw: Draw) -> list[Any]:
    return _extrema(draw, _with_ties(draw, 3 * draw.scale, draw.length(12) + 8), 0)


def with_nan(draw: Draw) -> list[Any]:
    return _extrema(draw, _with_nan(draw, 3 * draw.scale, draw.length(20) + 8), draw.number(0, 1))


def infinite(draw: Draw) -> list[Any]:
    x = np.full((3, draw.length(10)), np.inf, draw.dtype)
    x[1] *= -1
    return _extrema(draw, x, draw.number(0, 1))


def long_row_of_ties(draw: Draw) -> list[Any]:
    return _extrema(draw, _with_ties(draw, 2, 1100 * draw.scale + 13), 1)


def long_row_with_nan(draw: Draw) -> list[Any]:
    x = draw.values(2, 1100 * draw.scale + 13)
    x[0, -100:-50] = np.nan
    return _extrema(draw, x, 0)


def whole_numbers(draw: Draw) -> list[Any]:
    x = draw.rng.integers(-(2**60), 2**60, (draw.length(), draw.length(30)))
    return _extrema(draw, x, draw.number(0, 1))


def truths(draw: Draw) -> list[Any]:
    x = draw.rng.integers(0, 2, (draw.length(), draw.length(8))).astype(bool)
    return _extrema(draw, x, draw.number(0, 1))


def backward(draw: Draw) -> list[Any]:
    rows, length = draw.length(), draw.length(20)
    return [draw.unset(rows, length), draw.values(rows), draw.rng.integers(0, length, rows)]


def _shared(draw: Draw, x: Array) -> list[Any]:
    out, index, _, largest = _extrema(draw, x, draw.number(0, 1))
    kernels.load("reference").extremum_rows(out, index, x, largest)
    return [draw.unset(*x.shape), draw.values(x.shape[0]), x, out]


def shared(draw: Draw) -> list[Any]:
    return _shared(draw, _with_ties(draw, 3 * draw.scale, draw.length(20)))


def shared_by_nan(draw: Draw) -> list[Any]:
    return _shared(draw, _with_nan(draw, 3 * draw.scale, draw.length(10) + 4))


def shared_in_a_long_row(draw: Draw) -> list[Any]:
    return _shared(draw, _with_ties(draw, 1, 1100 * draw.scale))


CASES = {
    "extremum_rows": [
        KernelCase(arguments, outputs=2)
        for arguments in (
            extrema,
            ties,
            ties_at_the_least,
            with_nan,
            infinite,
            long_row_of_ties,
            long_row_with_nan,
            whole_numbers,
            truths,
        )
    ],
    "extremum_rows_backward": [KernelCase(backward)],
    "extremum_rows_backward_shared": [
        KernelCase(shared),
        KernelCase(shared_by_nan),
        KernelCase(shared_in_a_long_row),
    ],
}
