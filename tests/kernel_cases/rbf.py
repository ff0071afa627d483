"""Calls of radial basis functions."""

from typing import Any

from tests.kernel_cases.case import Draw, KernelCase


def distances(draw: Draw) -> list[Any]:
    batch, classes, depth = draw.length(), draw.length(), draw.length(40)
    return [draw.unset(batch, classes), draw.values(batch, depth), draw.values(classes, depth)]


def deep_distances(draw: Draw) -> list[Any]:
    return [draw.unset(3, 2), draw.values(3, 130 * draw.scale), draw.values(2, 130 * draw.scale)]


def backward(draw: Draw) -> list[Any]:
    batch, classes, depth = draw.length(), draw.length(), draw.length(20)
    x, w = draw.values(batch, depth), draw.values(classes, depth)
    return [draw.unset(batch, depth), draw.values(batch, classes), x, w]


CASES = {
    "rbf": [KernelCase(distances), KernelCase(deep_distances)],
    "rbf_backward": [KernelCase(backward)],
}
