"""Calls of the locally connected layer."""

from typing import Any

from tests.kernel_cases.case import Draw, KernelCase


def shapes(draw: Draw, strides: tuple[int, int], pads: tuple[int, int]) -> list[Any]:
    """Return the shapes of images, of filters and of what they make, and the numbers."""
    batch, channels, filters = draw.number(1, 3), draw.number(1, 3), draw.number(1, 3)
    size, out = (draw.number(1, 3), draw.number(2, 3)), (1 + draw.length(2), 1 + draw.length(2))
    # The last window lies one row on the padding below; and one column to the right, too, or one before the last.
    height = (out[0] - 1) * strides[0] + size[0] - pads[0] - 1
    width = (out[1] - 1) * strides[1] + size[1] - pads[1] + (1 if pads[1] else -1)
    images = batch, channels, max(1, height), max(1, width)
    return [images, (*out, filters, channels, *size), (batch, filters, *out), [*strides, *pads]]


def side_by_side(draw: Draw) -> list[Any]:
    images, w, out, numbers = shapes(draw, (1, 1), (0, 0))
    return [draw.unset(*out), draw.values(*images), draw.values(*w), draw.values(*out[1:]), *numbers]


def padded(draw: Draw) -> list[Any]:
    images, w, out, numbers = shapes(draw, (2, 3), (1, 2))
    return [draw.unset(*out), draw.values(*images), draw.values(*w), draw.values(*out[1:]), *numbers]


def side_by_side_dx(draw: Draw) -> list[Any]:
    images, w, out, numbers = shapes(draw, (1, 1), (0, 0))
    return [draw.unset(*images), draw.values(*out), draw.values(*w), *numbers]


def padded_dx(draw: Draw) -> list[Any]:
    images, w, out, numbers = shapes(draw, (2, 3), (1, 2))
    return [draw.unset(*images), draw.values(*out), draw.values(*w), *numbers]


def side_by_side_dw(draw: Draw) -> list[Any]:
    images, w, out, numbers = shapes(draw, (1, 1), (0, 0))
    return [draw.unset(*w), draw.values(*out), draw.values(*images), *numbers]


def padded_dw(draw: Draw) -> list[Any]:
    images, w, out, numbers = shapes(draw, (2, 3), (1, 2))
    return [draw.unset(*w), draw.values(*out), draw.values(*images), *numbers]


CASES = {
    "locally_connected2d": [KernelCase(side_by_side), KernelCase(padded)],
    "locally_connected2d_backward_x": [KernelCase(side_by_side_dx), KernelCase(padded_dx)],
    "locally_connected2d_backward_w": [KernelCase(side_by_side_dw), KernelCase(padded_dw)],
}
