"""Tensors made from nothing: filled or counted. engine/sampling.py draws them."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from engine.arrays import Array
from engine.errors import DTypeError, ParameterError
from engine.methods import Number
from engine.tensor import Tensor

DType: TypeAlias = np.dtype[Any] | type[Any] | str | None


def zeros(*size: int | Sequence[int], dtype: DType = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of zeros.

    Parameters
    ----------
    *size : int, or one sequence of int
        Length of each axis.
    dtype : dtype, optional
        float32 by default.
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
        If the dtype is not supported.

    Examples
    --------
    >>> zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    return Tensor(np.zeros(shape_of("zeros", *size), dtype_or(dtype)), requires_grad)


def ones(*size: int | Sequence[int], dtype: DType = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of ones; see :func:`zeros`.

    Examples
    --------
    >>> ones(3, dtype="int64")
    tensor([1, 1, 1])
    """
    return Tensor(np.ones(shape_of("ones", *size), dtype_or(dtype)), requires_grad)


def empty(*size: int | Sequence[int], dtype: DType = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of whatever lies in memory, to be written over; see :func:`zeros`.

    Examples
    --------
    >>> empty(2, 3).shape
    (2, 3)
    """
    return Tensor(np.empty(shape_of("empty", *size), dtype_or(dtype)), requires_grad)


def full(size: Sequence[int], fill_value: Number, dtype: DType = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of one number.

    Parameters
    ----------
    size : sequence of int
        Length of each axis.
    fill_value : bool, int or float
        The number.
    dtype : dtype, optional
        By default bool, int64 or float32, after the number.
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
        If the dtype is not supported.

    Examples
    --------
    >>> full((2,), 7), full((2,), 0.5)
    (tensor([7, 7]), tensor([0.5, 0.5]))
    """
    kind = dtype_or(dtype, _kind_of(fill_value))
    return Tensor(np.full(shape_of("full", size), fill_value).astype(kind), requires_grad)


def zeros_like(input: Tensor, dtype: DType = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of zeros of the shape of another, and of its dtype unless one is given.

    Examples
    --------
    >>> zeros_like(ones(2, dtype="int64"))
    tensor([0, 0])
    """
    return full_like(input, 0, dtype, requires_grad)


def ones_like(input: Tensor, dtype: DType = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of ones of the shape of another, and of its dtype unless one is given.

    Examples
    --------
    >>> ones_like(zeros(2))
    tensor([1., 1.])
    """
    return full_like(input, 1, dtype, requires_grad)


def full_like(input: Tensor, fill_value: Number, dtype: DType = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of one number, of the shape of another, and of its dtype unless one is given.

    Raises
    ------
    DTypeError
        If `input` is no Tensor.

    Examples
    --------
    >>> full_like(zeros(2), 3)
    tensor([3., 3.])
    """
    if not isinstance(input, Tensor):
        raise DTypeError("full_like", "a Tensor", type(input).__name__, "full takes a shape")
    return full(input.shape, fill_value, dtype_or(dtype, input.dtype), requires_grad)


def arange(
    start: Number | None = None,
    end: Number | None = None,
    step: Number = 1,
    *,
    dtype: DType = None,
    requires_grad: bool = False,
) -> Tensor:
    """Count from one number to another: ``arange(end)`` or ``arange(start, end, step)``.

    Parameters
    ----------
    start : number
        The first element; 0 if only `end` is given.
    end : number
        Where to stop, itself left out.
    step : number
        The distance of neighbours.
    dtype : dtype, optional
        By default int64 if all three are whole, else float32.
    requires_grad : bool
        Whether backward shall compute its gradient.

    Returns
    -------
    Tensor (ceil((end - start) / step),)

    Raises
    ------
    ParameterError
        If `step` is 0 or leads away from `end`, a bound is not finite, or there is none.
    DTypeError
        If the dtype is not supported.

    Examples
    --------
    >>> arange(4), arange(1, 2.5, 0.5)
    (tensor([0, 1, 2, 3]), tensor([1. , 1.5, 2. ]))
    """
    first, last = (0, start) if end is None else (start or 0, end)
    if last is None:
        raise ParameterError("arange", "an end", "none")
    got = f"start={first}, end={last}, step={step}"
    if not all(math.isfinite(n) for n in (first, last, step)):
        raise ParameterError("arange", "finite numbers", got)
    whole = not any(isinstance(n, float | np.floating) for n in (first, last, step))
    kind = dtype_or(dtype, np.int64 if whole else np.float32)
    if kind.kind in "iu":  # as in PyTorch, the numbers are cut to whole ones first
        first, last, step, whole = int(first), int(last), int(step), True
    if step == 0 or (last - first) * step < 0:
        raise ParameterError("arange", "a step that leads from start to end", got)
    count = -((first - last) // step) if whole else math.ceil((last - first) / step)
    return Tensor((first + step * np.arange(count)).astype(kind), requires_grad)


def linspace(start: float, end: float, steps: int, *, dtype: DType = None, requires_grad: bool = False) -> Tensor:
    """Go from one number to another in equal steps.

    Parameters
    ----------
    start, end : float
        The first and the last element.
    steps : int
        How many elements.
    dtype : dtype, optional
        float32 by default.
    requires_grad : bool
        Whether backward shall compute its gradient.

    Returns
    -------
    Tensor (steps,)

    Raises
    ------
    ParameterError
        If `steps` is not a whole number >= 0.
    DTypeError
        If the dtype is not supported.

    Examples
    --------
    >>> linspace(0, 1, 5)
    tensor([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    (count,) = shape_of("linspace", steps)
    kind = dtype_or(dtype)
    first, last = (int(start), int(end)) if kind.kind in "iu" else (start, end)
    position = np.arange(count)
    step = (last - first) / (count - 1) if count > 1 else 0.0
    # Counted from the nearer end, as in PyTorch, so that both ends come out exactly.
    values = np.where(position < count / 2, first + step * position, last - step * (count - 1 - position))
    return Tensor(values.astype(kind), requires_grad)


def eye(n: int, m: int | None = None, *, dtype: DType = None, requires_grad: bool = False) -> Tensor:
    """Make a matrix with ones on its diagonal and zeros elsewhere.

    Parameters
    ----------
    n : int
        Rows.
    m : int, optional
        Columns; `n` by default.
    dtype : dtype, optional
        float32 by default.
    requires_grad : bool
        Whether backward shall compute its gradient.

    Returns
    -------
    Tensor (n, m)

    Raises
    ------
    ParameterError
        If a length is not a whole number >= 0.

    Examples
    --------
    >>> eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    return Tensor(np.eye(*shape_of("eye", n, n if m is None else m), dtype=dtype_or(dtype)), requires_grad)


def from_numpy(ndarray: Array) -> Tensor:
    """Make a tensor of an array, without a copy: each sees what is written into the other.

    Parameters
    ----------
    ndarray : ndarray, any shape
        C-contiguous and writable.

    Returns
    -------
    Tensor

    Raises
    ------
    DTypeError
        If it is no ndarray, or its dtype is not supported.
    ParameterError
        If it cannot be shared; ``engine.tensor`` copies.

    Examples
    --------
    >>> array = np.zeros(2)
    >>> x = from_numpy(array)
    >>> array[0] = 5
    >>> x
    tensor([5., 0.], dtype=float64)
    """
    if not isinstance(ndarray, np.ndarray):
        raise DTypeError("from_numpy", "an ndarray", type(ndarray).__name__, "engine.tensor takes lists")
    if not ndarray.flags.c_contiguous or not ndarray.flags.writeable:
        got = f"strides {ndarray.strides}, writeable={ndarray.flags.writeable}"
        raise ParameterError("from_numpy", "a C-contiguous, writable array", got, "copy it with engine.tensor(array)")
    return Tensor(ndarray)


def shape_of(who: str, *size: Any) -> tuple[int, ...]:
    """Return lengths given one by one, or as one sequence; ParameterError if they are none."""
    lengths = tuple(size[0]) if len(size) == 1 and isinstance(size[0], Iterable) else size
    if not all(isinstance(n, int | np.integer) and not isinstance(n, bool) and n >= 0 for n in lengths):
        raise ParameterError(who, "lengths as whole numbers >= 0", repr(size))
    return tuple(int(n) for n in lengths)


def dtype_or(given: DType, default: DType = np.float32) -> np.dtype[Any]:
    """Return a dtype, or the default if none is given."""
    return np.dtype(default if given is None else given)


def _kind_of(number: Number) -> DType:
    if isinstance(number, bool | np.bool_):
        return np.bool_
    return np.int64 if isinstance(number, int | np.integer) else np.float32
