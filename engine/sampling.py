"""Tensors of random numbers, all from the engine's one generator."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from engine.creation import DType, dtype_or, shape_of
from engine.errors import DTypeError, ParameterError
from engine.random import default_generator
from engine.tensor import Tensor


def rand(*size: int | Sequence[int], dtype: DType = None, requires_grad: bool = False) -> Tensor:
    """Draw numbers uniformly from 0 (included) to 1 (excluded); see :func:`engine.manual_seed`.

    Parameters
    ----------
    *size : int, or one sequence of int
        Length of each axis.
    dtype : dtype, optional
        float32 (by default) or float64.
    requires_grad : bool
        Whether backward shall compute its gradient.

    Returns
    -------
    Tensor

    Raises
    ------
    ParameterError
        If a length is not a whole number >= 0.
    DTypeError
        If the dtype is not floating.

    Examples
    --------
    >>> x = rand(1000)
    >>> bool((x.array >= 0).all() and (x.array < 1).all())
    True
    """
    kind = _floating("rand", dtype)
    return Tensor(np.asarray(default_generator().random(shape_of("rand", *size), kind)), requires_grad)


def randn(*size: int | Sequence[int], dtype: DType = None, requires_grad: bool = False) -> Tensor:
    """Draw numbers from the normal distribution of mean 0 and variance 1; see :func:`rand`.

    Examples
    --------
    >>> randn(2, 3).shape
    (2, 3)
    """
    kind = _floating("randn", dtype)
    return Tensor(np.asarray(default_generator().standard_normal(shape_of("randn", *size), kind)), requires_grad)


def randint(
    low: int = 0,
    high: int | Sequence[int] | None = None,
    size: Sequence[int] | None = None,
    *,
    dtype: DType = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw whole numbers: ``randint(high, size)`` or ``randint(low, high, size)``.

    Parameters
    ----------
    low : int
        The least; 0 if only `high` is given.
    high : int
        Above the largest.
    size : sequence of int
        Length of each axis.
    dtype : dtype, optional
        int64 by default.
    requires_grad : bool
        Whether backward shall compute its gradient; floating dtypes only.

    Returns
    -------
    Tensor

    Raises
    ------
    ParameterError
        If there is no number to draw, the dtype does not hold them all, or `size` is missing or wrong.
    DTypeError
        If the dtype is not supported.

    Examples
    --------
    >>> sorted(set(randint(3, (100,)).tolist()))
    [0, 1, 2]
    """
    # Given by position, (high, size) arrives as low and high.
    first, end, lengths = (low, high, size) if size is not None else (0, low, high)
    if end is None:
        first, end = 0, low
    kind = dtype_or(dtype, np.int64)
    least, most = {"f": (-math.inf, math.inf), "b": (0, 1)}.get(kind.kind) or _range(kind)
    if not isinstance(lengths, Iterable) or not isinstance(end, int) or not least <= first < end <= most + 1:
        expected = f"a size, and whole numbers low < high that {kind} holds"
        raise ParameterError("randint", expected, f"size={lengths!r}, low={first!r}, high={end!r}")
    return Tensor(default_generator().integers(first, end, shape_of("randint", lengths)).astype(kind), requires_grad)


def randperm(n: int, *, dtype: DType = None) -> Tensor:
    """Draw an order of the numbers from 0 to n - 1.

    Parameters
    ----------
    n : int
        How many.
    dtype : dtype, optional
        int64 by default.

    Returns
    -------
    Tensor (n,)

    Raises
    ------
    ParameterError
        If `n` is not a whole number >= 0.

    Examples
    --------
    >>> sorted(randperm(4).tolist())
    [0, 1, 2, 3]
    """
    (count,) = shape_of("randperm", n)
    return Tensor(default_generator().permutation(count).astype(dtype_or(dtype, np.int64)))


def _floating(who: str, given: DType) -> np.dtype[Any]:
    dtype = dtype_or(given)
    if dtype not in (np.float32, np.float64):
        raise DTypeError(who, "float32 or float64", str(dtype))
    return dtype


def _range(dtype: np.dtype[Any]) -> tuple[int, int]:
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)
