"""Calls of normalisation: of a batch, a layer and a group."""

from collections.abc import Callable
from typing import Any

from engine import kernels
from engine.arrays import Array
from tests.kernel_cases.case import Draw, KernelCase

# (A, R, J, S) and P, as engine/kernels/reference/norm.py explains.
Layout = tuple[tuple[int, int, int, int], int]


def maps(draw: Draw) -> Layout:
    """Return a batch of maps."""
    channels = draw.length(3)
    return (draw.length(3) + 1, channels, 1, draw.length(12)), channels


def vectors(draw: Draw) -> Layout:
    """Return a batch of single numbers in each channel: neighbours in memory are other channels."""
    channels = draw.length(4)
    return (40 * draw.scale + draw.length(), channels, 1, 1), channels


def layers(draw: Draw) -> Layout:
    return (1, draw.length(5), draw.length(20) + 1, 1), 1


def many_layers(draw: Draw) -> Layout:
    """Return rows of a layer whose number is what makes the sums for its weights long."""
    return (1, 40 * draw.scale, 3, 1), 1


def groups(draw: Draw) -> Layout:
    period = draw.number(1, 3)
    return (1, period * draw.number(1, 2), draw.number(1, 3), draw.length(8)), period


def long_rows(draw: Draw) -> Layout:
    """Return few channels that have many numbers, and are cut into pieces."""
    return (4 * draw.scale, 1, 1, 300), 1


LAYOUTS = [maps, vectors, layers, many_layers, groups, long_rows]
EPS = 1e-3


def _moments(draw: Draw, x: Array) -> tuple[Array, Array]:
    rows = x.shape[1]
    mean, variance = draw.unset(rows, dtype=draw.statistics), draw.unset(rows, dtype=draw.statistics)
    kernels.load("reference").moments(mean, variance, x)
    return mean, variance


def _given(draw: Draw, x: Array) -> tuple[Array, Array]:
    """Return any mean and variance."""
    rows = x.shape[1]
    return draw.values(rows).astype(draw.statistics), abs(draw.values(rows)).astype(draw.statistics)


def moments_of(layout: Callable[[Draw], Layout], centre: float) -> KernelCase:
    def arguments(draw: Draw) -> list[Any]:
        shape, _ = layout(draw)
        statistics = [draw.unset(shape[1], dtype=draw.statistics) for _ in range(2)]
        return [*statistics, draw.values(*shape) + centre]

    arguments.__name__ = f"{layout.__name__}_around_{centre:g}"
    return KernelCase(arguments, outputs=2)


def normalised(layout: Callable[[Draw], Layout], relu: int) -> KernelCase:
    def arguments(draw: Draw) -> list[Any]:
        shape, period = layout(draw)
        x, weight, bias = draw.values(*shape), draw.values(period, shape[2]), draw.values(period, shape[2])
        return [draw.unset(*shape), x, *_moments(draw, x), weight, bias, EPS, relu]

    arguments.__name__ = f"{layout.__name__}_relu" if relu else layout.__name__
    return KernelCase(arguments)


def equal_numbers(draw: Draw) -> list[Any]:
    """Without eps, 0 / 0: NaN, also if it is rectified."""
    x = draw.values(3, 2, 1, 4)
    x[:, 1] = 1
    weight = draw.values(2, 1)
    return [draw.unset(3, 2, 1, 4), x, *_moments(draw, x), weight, weight, 0.0, draw.number(0, 1)]


def backward_x(layout: Callable[[Draw], Layout], moments_of_x: int) -> KernelCase:
    def arguments(draw: Draw) -> list[Any]:
        shape, period = layout(draw)
        x, dy, weight = draw.values(*shape), draw.values(*shape), draw.values(period, shape[2])
        moments = _moments(draw, x) if moments_of_x else _given(draw, x)
        return [draw.unset(*shape), dy, x, *moments, weight, EPS, moments_of_x]

    arguments.__name__ = layout.__name__ if moments_of_x else f"{layout.__name__}_given_moments"
    return KernelCase(arguments)


def backward_affine(layout: Callable[[Draw], Layout]) -> KernelCase:
    def arguments(draw: Draw) -> list[Any]:
        shape, period = layout(draw)
        x, dy = draw.values(*shape), draw.values(*shape)
        dw, db = draw.unset(period, shape[2]), draw.unset(period, shape[2])
        return [dw, db, dy, x, *_moments(draw, x), EPS]

    arguments.__name__ = layout.__name__
    return KernelCase(arguments, outputs=2)


CASES = {
    "moments": [
        *[moments_of(layout, 0.0) for layout in LAYOUTS],
        moments_of(maps, 300.0),
        moments_of(long_rows, 300.0),
    ],
    "normalise": [
        *[normalised(layout, 0) for layout in LAYOUTS],
        normalised(maps, 1),
        normalised(groups, 1),
        KernelCase(equal_numbers),
    ],
    "normalise_backward_x": [
        *[backward_x(layout, 1) for layout in LAYOUTS],
        backward_x(maps, 0),
        backward_x(groups, 0),
    ],
    "normalise_backward_affine": [backward_affine(layout) for layout in LAYOUTS],
}
