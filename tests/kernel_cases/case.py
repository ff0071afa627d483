"""How a kernel is called in tests: arguments drawn for a size and a dtype."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from engine.arrays import Array


@dataclass
class Draw:
    """Where the arguments of a call come from.

    Attributes
    ----------
    rng : numpy.random.Generator
    dtype : str
        float32 or float64.
    statistics : str
        dtype of means and variances that a kernel keeps: float64, or `dtype` where the kernels are a device's.
    scale : int
        1 for arrays so small that a simulator computes them thread by thread, 8 or so for a real device.
    """

    rng: np.random.Generator
    dtype: str
    statistics: str
    scale: int

    def values(self, *shape: int) -> Array:
        """Return distinct numbers between about -2 and 2, none near 0: no ties, no kinks."""
        size = int(np.prod(shape))
        numbers = (self.rng.permutation(size).reshape(shape) - size / 2 + 0.37) * (4 / max(1, size))
        return numbers.astype(self.dtype)

    def unset(self, *shape: int, dtype: str | None = None) -> Array:
        """Return an output before it is written: all NaN, or a number nobody expects."""
        kind = np.dtype(dtype or self.dtype)
        return np.full(shape, np.nan if kind.kind == "f" else kind.kind == "b" or 77, kind)

    def length(self, most: int = 4) -> int:
        """Return a number from 1 to `most` times the scale."""
        return int(self.rng.integers(1, most * self.scale + 1))

    def number(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, whatever the scale."""
        return int(self.rng.integers(low, high + 1))


@dataclass(frozen=True)
class KernelCase:
    """A way to call a kernel.

    Attributes
    ----------
    arguments : callable
        Draws all arguments, outputs first: arrays, numbers, formulas, or lists of arrays.
    outputs : int
        How many of them, from the first, the kernel writes. They are compared with the reference's.
    tolerance : float
        For float32, relative to the largest value.
    """

    arguments: Callable[[Draw], list[Any]]
    outputs: int = 1
    tolerance: float = 1e-5


def named(label: str, function: Callable[..., list[Any]], /, **settings: Any) -> Any:
    """Return a way to draw arguments, with settings fixed, under a name of its own."""
    call: Any = partial(function, **settings)
    call.__name__ = label
    return call
