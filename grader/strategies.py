"""What cases are drawn from: small arrays of simple numbers, and layer settings that go together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from grader.wire import Array

SMALL = (0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 0.5, -0.5, 4.0, -4.0, 5.0, -5.0, 7.0, -7.0, 10.0)
DTYPES = ("float64", "float32")
_SEEDS = st.integers(0, 2**32 - 1)


def floats(
    shape: Sequence[int], values: Sequence[float] = SMALL, dtypes: Sequence[str] = DTYPES
) -> SearchStrategy[Array]:
    """Draw an array of the given shape, each element one of `values`.

    Only a seed is drawn, so Hypothesis shrinks shapes and settings while the array stays full of
    different numbers; grader/simplify.py then sets what does not matter to zero.

    Parameters
    ----------
    shape : sequence of int
    values : sequence of float
        Simple numbers, so that a case can be followed by hand and sums are exact.
    dtypes : sequence of str
        Each is drawn as often as the others.

    Returns
    -------
    strategy of ndarray

    Examples
    --------
    >>> from hypothesis import find
    >>> find(floats((2, 3)), lambda x: True).shape
    (2, 3)
    """
    return st.builds(
        lambda seed, dtype: np.random.default_rng(seed).choice(values, shape).astype(dtype),
        _SEEDS,
        st.sampled_from(dtypes),
    )


def distinct_floats(shape: Sequence[int]) -> SearchStrategy[Array]:
    """Draw an array without equal elements: whole numbers in random order, about half of them negative.

    For maxima, so that ties do not decide. A property with such cases says ``simplify=False``.

    Parameters
    ----------
    shape : sequence of int

    Returns
    -------
    strategy of ndarray
        float64 or float32.
    """
    size = int(np.prod(shape))
    return st.builds(
        lambda seed, dtype: (np.random.default_rng(seed).permutation(size) - size // 2).reshape(shape).astype(dtype),
        _SEEDS,
        st.sampled_from(DTYPES),
    )


def whole_numbers(shape: Sequence[int], first: int, last: int) -> SearchStrategy[Array]:
    """Draw an int64 array with elements from `first` to `last`, both included; class labels, say."""
    return st.builds(lambda seed: np.random.default_rng(seed).integers(first, last + 1, shape), _SEEDS)


@dataclass(frozen=True)
class Window:
    """A two-dimensional window that fits at least once.

    Attributes
    ----------
    size : (int, int)
        Height and width of the image; they differ, and windows need not tile it, unless that is drawn.
    kernel : (int, int)
        Height and width of the window.
    stride, padding : int
        The same for both axes.
    """

    size: tuple[int, int]
    kernel: tuple[int, int]
    stride: int
    padding: int


@st.composite
def windows(
    draw: st.DrawFn,
    most_out: int = 3,
    most_kernel: int = 3,
    strides: tuple[int, int] = (1, 3),
    paddings: tuple[int, int] = (0, 2),
    square_kernel: bool = False,
) -> Window:
    """Draw a :class:`Window`: everything varies, because code that is wrong often passes 3x3, stride 1.

    Parameters
    ----------
    most_out, most_kernel : int
        Bounds for positions and kernel along an axis, from 1.
    strides, paddings : (int, int)
        First and last value.
    square_kernel : bool
        Whether the kernel is as high as it is wide.
    """
    stride, padding = draw(st.integers(*strides)), draw(st.integers(*paddings))
    kernel_h = draw(st.integers(1, most_kernel))
    kernel_w = kernel_h if square_kernel else draw(st.integers(1, most_kernel))
    sizes = []
    for kernel in (kernel_h, kernel_w):
        positions = draw(st.integers(1, most_out))
        left_over = draw(st.integers(0, stride - 1))
        sizes.append(max(1, (positions - 1) * stride + kernel + left_over - 2 * padding))
    return Window((sizes[0], sizes[1]), (kernel_h, kernel_w), stride, padding)


def case(**arguments: Any) -> dict[str, Any]:
    """Name the arguments of a case; reads better than a dict in catalog files."""
    return arguments
