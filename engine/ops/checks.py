"""Checks that several ops share. Each raises an error that names the op, what it expected and got."""

import operator
from collections.abc import Iterable, Sequence

from engine.arrays import Array
from engine.errors import DTypeError, ParameterError, ShapeError


def require_axes(who: str, what: str, array: Array, axes: str) -> None:
    """Raise ShapeError unless `array` has one axis for each letter of `axes`, such as "N, C, H, W"."""
    count = len(axes.split(","))
    if array.ndim != count:
        raise ShapeError(who, f"{what} ({axes})", f"shape {array.shape}")


def require_floating(who: str, **arrays: Array | None) -> None:
    """Raise DTypeError unless all arrays (None is skipped) share one floating dtype."""
    given = {name: array.dtype for name, array in arrays.items() if array is not None}
    if any(dtype.kind != "f" for dtype in given.values()) or len(set(given.values())) > 1:
        got = ", ".join(f"{name} {dtype}" for name, dtype in given.items())
        raise DTypeError(who, "float32 or float64, the same for all tensors", got)


def pair(who: str, what: str, value: int | Sequence[int], least: int) -> tuple[int, int]:
    """Return (vertical, horizontal) of a setting given as one whole number or two.

    Raises
    ------
    ParameterError
        If it is neither, or a number is below `least`.
    """
    both = (value, value) if isinstance(value, int) else tuple(value) if isinstance(value, Sequence) else ()
    good = len(both) == 2 and all(isinstance(v, int) and not isinstance(v, bool) and v >= least for v in both)
    if not good:
        raise ParameterError(who, f"{what} as a whole number >= {least}, or two of them", repr(value))
    return both[0], both[1]


def axes_of(who: str, dim: int | Sequence[int] | None, ndim: int) -> tuple[int, ...]:
    """Return the axes named by PyTorch's `dim`: None for all, negative from the end, none twice.

    Raises
    ------
    ParameterError
        If an axis does not exist or is named twice.
    """
    if dim is None:
        return tuple(range(ndim))
    given = (dim,) if isinstance(dim, int) else tuple(dim)
    axes = tuple(axis + ndim if axis < 0 else axis for axis in given)
    if len(set(axes)) < len(axes) or any(not 0 <= axis < ndim for axis in axes):
        raise ParameterError(who, f"dim within -{ndim} … {ndim - 1}, each axis once", repr(dim))
    return axes


def single_axis(who: str, dim: int, ndim: int, what: str = "dim") -> int:
    """Return the axis named by PyTorch's `dim`, negative from the end.

    Raises
    ------
    ParameterError
        If it does not exist.
    """
    (axis,) = whole_numbers(who, what, (dim,))
    if ndim == 0:
        raise ParameterError(who, "a tensor with at least one axis", "shape ()")
    if not -ndim <= axis < ndim:
        raise ParameterError(who, f"{what} within -{ndim} … {ndim - 1}", repr(dim))
    return axis % ndim


def distinct_axes(who: str, dims: int | Iterable[int], ndim: int, what: str = "dims") -> tuple[int, ...]:
    """Return the axes named by `dims`, in its order.

    Raises
    ------
    ParameterError
        If one does not exist or is named twice.
    """
    axes = tuple(single_axis(who, dim, ndim, what) for dim in whole_numbers(who, what, dims))
    if len(set(axes)) < len(axes):
        raise ParameterError(who, f"each axis once in {what}", repr(dims))
    return axes


def whole_numbers(who: str, what: str, given: int | Iterable[int], least: int | None = None) -> tuple[int, ...]:
    """Return a whole number, or several, as a tuple.

    Raises
    ------
    ParameterError
        If it is neither, or a number is below `least`.
    """
    expected = f"{what} as whole numbers" + ("" if least is None else f" >= {least}")
    try:
        numbers = tuple(operator.index(n) for n in (given if isinstance(given, Iterable) else (given,)))
    except TypeError:
        raise ParameterError(who, expected, repr(given)) from None
    if least is not None and any(n < least for n in numbers):
        raise ParameterError(who, expected, repr(given))
    return numbers
