"""Calls of windows copied out and added back."""

from typing import Any

from tests.kernel_cases.case import Draw, KernelCase


def settings(draw: Draw, strides: tuple[int, int], pads: tuple[int, int], dilations: tuple[int, int]) -> list[Any]:
    """Return the shapes of images and of windows, and the numbers."""
    filters = draw.number(1, 3), draw.number(1, 2)
    out = 1 + draw.length(2), 1 + draw.length(2)
    # The last pixel of the last window lies one row on the padding below; and one column to the right, too, or
    # one column before the last.
    height = (out[0] - 1) * strides[0] + (filters[0] - 1) * dilations[0] - pads[0]
    width = (out[1] - 1) * strides[1] + (filters[1] - 1) * dilations[1] - pads[1] + (2 if pads[1] else 0)
    images = draw.number(1, 2), draw.number(1, 2), max(1, height), max(1, width)
    return [images, (*images[:2], *filters, *out), [*strides, *pads, *dilations]]


def side_by_side(draw: Draw) -> list[Any]:
    images, windows, numbers = settings(draw, (1, 1), (0, 0), (1, 1))
    return [draw.unset(*windows), draw.values(*images), *numbers]


def spread(draw: Draw) -> list[Any]:
    images, windows, numbers = settings(draw, (2, 1), (1, 2), (1, 3))
    return [draw.unset(*windows), draw.values(*images), *numbers]


def far_apart(draw: Draw) -> list[Any]:
    images, windows, numbers = settings(draw, (3, 4), (0, 1), (2, 1))
    return [draw.unset(*windows), draw.values(*images), *numbers]


def backward_of(draw: Draw, forward: list[Any]) -> list[Any]:
    columns, x, *numbers = forward
    return [draw.unset(*x.shape), draw.values(*columns.shape), *numbers]


def side_by_side_back(draw: Draw) -> list[Any]:
    return backward_of(draw, side_by_side(draw))


def spread_back(draw: Draw) -> list[Any]:
    return backward_of(draw, spread(draw))


def far_apart_back(draw: Draw) -> list[Any]:
    return backward_of(draw, far_apart(draw))


CASES = {
    "unfold": [KernelCase(side_by_side), KernelCase(spread), KernelCase(far_apart)],
    "fold": [KernelCase(side_by_side_back), KernelCase(spread_back), KernelCase(far_apart_back)],
}
