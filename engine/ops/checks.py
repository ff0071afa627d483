"""Checks that several ops share. Each raises an error that names the op, what it expected and got."""

import operator
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from engine.arrays import Array
from engine.errors import DTypeError, GraphError, ParameterError, ShapeError
from engine.op import Context

P = ParamSpec("P")
R = TypeVar("R")


def remembered(check: Callable[P, R]) -> Callable[P, R]:
    """Keep what a check of shapes and settings found: every step of a training asks for the same few again.

    What it raises is not kept. `typed`: True is no stride, though it equals 1.
    """
    known: Callable[..., R] = lru_cache(maxsize=256, typed=True)(check)

    @wraps(check)
    def look_up(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return known(*args, **kwargs)
        except TypeError:  # a setting that cannot be looked up, such as a list
            return check(*args, **kwargs)

    return look_up


def require_axes(who: str, what: str, shape: Sequence[int], axes: str) -> None:
    """Raise ShapeError unless the shape has one axis for each letter of `axes`, such as "N, C, H, W"."""
    count = len(axes.split(","))
    if len(shape) != count:
        raise ShapeError(who, f"{what} ({axes})", f"shape {tuple(shape)}")


def require_images(who: str, shape: Sequence[int]) -> None:
    """Raise ShapeError unless the shape is that of images (N, C, H, W) or of one (C, H, W); N may be 0."""
    if len(shape) not in (3, 4) or 0 in shape[-3:]:
        raise ShapeError(who, "input (N, C, H, W) or (C, H, W) with at least one pixel", f"shape {tuple(shape)}")


def require_floating(who: str, **arrays: Array | None) -> None:
    """Raise DTypeError unless all arrays (None is skipped) share one floating dtype."""
    first, alike = None, True
    for array in arrays.values():
        if array is not None:
            first = array.dtype if first is None else first
            alike = alike and array.dtype == first
    if first is None or first.kind != "f" or not alike:
        given = {name: array.dtype for name, array in arrays.items() if array is not None}
        got = ", ".join(f"{name} {dtype}" for name, dtype in given.items())
        raise DTypeError(who, "float32 or float64, the same for all tensors", got)


def require_no_gradient(ctx: Context, who: str, position: int, operand: str) -> None:
    """Raise GraphError if a gradient is wanted for an operand that has none."""
    if ctx.needs_grad[position]:
        raise GraphError(who, f"{operand} without gradient", "requires_grad=True", "pass tensor.detach()")


def pair(who: str, what: str, value: int | Sequence[int], least: int) -> tuple[int, int]:
    """Return (vertical, horizontal) of a setting given as one whole number or two.

    Raises
    ------
    ParameterError
        If it is neither, or a number is below `least`.
    """
    if type(value) is int and value >= least:
        return value, value
    both = (value, value) if isinstance(value, int) else tuple(value) if isinstance(value, Sequence) else ()
    good = len(both) == 2 and all(isinstance(v, int) and not isinstance(v, bool) and v >= least for v in both)
    if not good:
        raise ParameterError(who, f"{what} as a whole number >= {least}, or two of them", repr(value))
    return both[0], both[1]


def axes_of(who: str, dim: int | Sequence[int] | None, ndim: int) -> tuple[int, ...]:
    """Return the axes named by PyTorch's `dim`: None or () for all, negative from the end, none twice.

    A single number, which has no axis, may be asked for its axis 0 or -1, as in PyTorch: that names none.

    Raises
    ------
    ParameterError
        If an axis does not exist or is named twice.
    """
    given = () if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    if not given:
        return tuple(range(ndim))
    count = max(ndim, 1)
    axes = tuple(axis + count if axis < 0 else axis for axis in given)
    if len(set(axes)) < len(axes) or any(not 0 <= axis < count for axis in axes):
        raise ParameterError(who, f"dim within -{count} … {count - 1}, each axis once", repr(dim))
    return axes[:ndim]


def reduced_axis(who: str, dim: int, ndim: int) -> tuple[int, ...]:
    """Return the one axis named by `dim` as :func:`axes_of` does: none for a single number.

    Raises
    ------
    ParameterError
        If the axis does not exist, or `dim` is no whole number.
    """
    if not isinstance(dim, int):
        raise ParameterError(who, "dim as one whole number", repr(dim))
    return axes_of(who, dim, ndim)


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
    if type(given) is tuple and not [n for n in given if type(n) is not int or (least is not None and n < least)]:
        return given
    expected = f"{what} as whole numbers" + ("" if least is None else f" >= {least}")
    try:
        numbers = tuple(operator.index(n) for n in (given if isinstance(given, Iterable) else (given,)))
    except TypeError:
        raise ParameterError(who, expected, repr(given)) from None
    if least is not None and any(n < least for n in numbers):
        raise ParameterError(who, expected, repr(given))
    return numbers
