"""Cases for kernels: all arrays float32 and C-contiguous, so that Numba compiles once."""

from contextlib import nullcontext
from typing import Any

import numpy as np
from hypothesis import strategies as st

import engine
from grader.strategies import SMALL, case, floats, windows
from grader.wire import Array

FLOAT32 = ("float32",)
# Products from which on the engine's fast kernels do a layer: the readable ones would take a minute.
LARGE = 10_000_000
# What stands in an output before a kernel writes to it: no sum of small numbers.
UNTOUCHED = -99.0


@st.composite
def convolutions(
    draw: st.DrawFn,
    most: int = 3,
    strides: tuple[int, int] = (1, 3),
    paddings: tuple[int, int] = (0, 2),
    biased: bool = False,
) -> dict[str, Any]:
    """Draw arguments of a convolution layer: x, w, b, stride, padding.

    Parameters
    ----------
    most : int
        Images, channels and filters.
    strides, paddings : (int, int)
        First and last value.
    biased : bool
        Whether b is other than zeros.
    """
    window = draw(windows(strides=strides, paddings=paddings))
    images, channels, filters = (draw(st.integers(1, most)) for _ in range(3))
    return case(
        x=draw(floats((images, channels, *window.size), dtypes=FLOAT32)),
        w=draw(floats((filters, channels, *window.kernel), dtypes=FLOAT32)),
        b=draw(floats((filters,), SMALL if biased else (0.0,), FLOAT32)),
        stride=window.stride,
        padding=window.padding,
    )


def convolve(x: Array, w: Array, b: Array, stride: int, padding: int) -> Array:
    """Return what is right: the engine's own layer."""
    images, weight, bias = (engine.tensor(array) for array in (x, w, b))
    large = w.size * x.shape[0] * x.shape[2] * x.shape[3] > LARGE * stride**2
    with engine.use_kernels("cpu") if large else nullcontext():
        out: Array = engine.conv2d(images, weight, bias, stride, padding).numpy()
    return out


def layer(
    images: int, channels: int, filters: int, size: tuple[int, int], kernel: tuple[int, int], padding: int
) -> dict[str, Any]:
    """Return arguments of a layer at stride 1, always the same: numbers whose sums float32 must round."""
    rng = np.random.default_rng(0)
    shapes = (images, channels, *size), (filters, channels, *kernel), (filters,)
    x, w, b = (rng.standard_normal(shape).astype(np.float32) for shape in shapes)
    return case(x=x, w=w, b=b, stride=1, padding=padding)
