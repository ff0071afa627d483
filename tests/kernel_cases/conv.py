"""Calls of convolutions and of their gradients."""

from typing import Any

from tests.kernel_cases.case import Draw, KernelCase, named


def sizes(draw: Draw, groups: int = 1) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], list[int]]:
    """Return the shapes of x, w and out, and the numbers of a convolution."""
    filter, stride = [draw.number(1, 3) for _ in range(2)], [draw.number(1, 2) for _ in range(2)]
    pad, gap = [draw.number(0, 1) for _ in range(2)], [draw.number(1, 2) for _ in range(2)]
    places = [draw.length(2), draw.length(2)]
    pairs = zip(places, stride, filter, gap, pad, strict=True)
    size = [max(1, (n - 1) * s + g * (f - 1) + 1 - 2 * p + draw.number(0, 1)) for n, s, f, g, p in pairs]
    places = [
        (n + 2 * p - g * (f - 1) - 1) // s + 1 for n, s, f, g, p in zip(size, stride, filter, gap, pad, strict=True)
    ]
    batch, depth, each = draw.number(1, 2), draw.length(2), draw.length(2)
    x, w = (batch, depth * groups, *size), (each * groups, depth, *filter)
    return x, w, (batch, each * groups, *places), [*stride, *pad, *gap, groups]


def forward(draw: Draw, groups: int = 1, relu: int = 0) -> list[Any]:
    x, w, out, numbers = sizes(draw, groups)
    return [draw.unset(*out), draw.values(*x), draw.values(*w), draw.values(w[0]), *numbers, relu]


def backward_x(draw: Draw, groups: int = 1) -> list[Any]:
    x, w, out, numbers = sizes(draw, groups)
    return [draw.unset(*x), draw.values(*out), draw.values(*w), *numbers]


def backward_w(draw: Draw, groups: int = 1) -> list[Any]:
    x, w, out, numbers = sizes(draw, groups)
    return [draw.unset(*w), draw.values(*out), draw.values(*x), *numbers]


def backward_b(draw: Draw) -> list[Any]:
    batch, filters = draw.length(3), draw.length(3)
    return [draw.unset(filters), draw.values(batch, filters, draw.length(4), draw.length(4))]


def many_maps(draw: Draw) -> list[Any]:
    return [draw.unset(2), draw.values(8, 2, 12, 6 * draw.scale)]


CASES = {
    "conv2d": [
        KernelCase(forward),
        KernelCase(named("rectified", forward, relu=1)),
        KernelCase(named("grouped", forward, groups=2)),
    ],
    "conv2d_backward_x": [KernelCase(backward_x), KernelCase(named("grouped", backward_x, groups=2))],
    "conv2d_backward_w": [KernelCase(backward_w), KernelCase(named("grouped", backward_w, groups=2))],
    "conv2d_backward_b": [KernelCase(backward_b), KernelCase(many_maps)],
}
