"""The exponential of float32: right to a unit in the last place, and at its ends."""

import numpy as np

from engine.arrays import Array
from engine.kernels import exponential as exponentials
from engine.kernels import load
from engine.kernels.exponential import LEAST, MOST, exponential
from engine.kernels.jit import using

load("cpu")
compiled = using(exponentials)


@compiled
def _exponentials(out: Array, x: Array) -> None:
    for i in range(x.size):
        out[i] = exponential(x[i])


def exponentials_of(x: Array) -> Array:
    out = np.empty_like(x)
    _exponentials(out, x)
    return out


def test_float32_is_right_to_a_unit_in_the_last_place() -> None:
    x = np.concatenate([np.linspace(LEAST, MOST, 1_000_003), np.linspace(-1e-3, 1e-3, 10_001)]).astype(np.float32)
    exact = np.exp(x.astype(np.float64))
    units = np.abs(exponentials_of(x) - exact) / np.spacing(exact.astype(np.float32)).astype(np.float64)
    assert units.max() <= 1


def test_ends_zero_and_nan() -> None:
    x = np.array([0, -0.0, np.inf, -np.inf, np.nan, 89, -104, 3e38, -3e38], np.float32)
    np.testing.assert_array_equal(exponentials_of(x), np.array([1, 1, np.inf, 0, np.nan, np.inf, 0, np.inf, 0]))


def test_float64_is_that_of_the_c_library() -> None:
    x = np.linspace(-700, 700, 1001)
    np.testing.assert_allclose(exponentials_of(x), np.exp(x), rtol=1e-15)
