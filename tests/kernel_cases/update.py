"""Calls of the optimisers' steps."""

from typing import Any

import numpy as np

from engine.arrays import Array
from tests.kernel_cases.case import Draw, KernelCase, named


def several(draw: Draw, count: int) -> list[list[Array]]:
    """Return three lists of as many arrays of the same shapes."""
    shapes = [(draw.length(3), draw.length(4)) for _ in range(count)]
    return [[draw.values(*shape) for shape in shapes] for _ in range(3)] + [
        [np.abs(draw.values(*shape)) for shape in shapes]
    ]


def sgd(draw: Draw, momentum: float = 0.9, decay: float = 0.0, nesterov: int = 0, count: int = 3) -> list[Any]:
    w, g, v, _ = several(draw, count)
    numbers = [0.0, *[momentum] * (count - 1)], [1.0, *[0.7] * (count - 1)]
    return [w, g, v, *numbers, 0.1, momentum, decay, nesterov]


def plain_sgd(draw: Draw) -> list[Any]:
    w, g, _, _ = several(draw, 2)
    return [w, g, [], [], [], 0.1, 0.0, 0.01, 0]


def adam(draw: Draw, decay: float = 0.0, shrink: float = 1.0, count: int = 3) -> list[Any]:
    w, g, m, s = several(draw, count)
    rates, corrections = [0.01 * (i + 1) for i in range(count)], [1.1] * count
    return [w, g, m, s, rates, corrections, 0.9, 0.99, 1e-8, decay, shrink]


CASES = {
    "sgd": [
        KernelCase(named("momentum", sgd), outputs=3),
        KernelCase(named("nesterov", sgd, nesterov=1, decay=0.1), outputs=3),
        KernelCase(plain_sgd, outputs=1),
        KernelCase(named("many", sgd, count=18), outputs=3),
    ],
    "adam": [
        KernelCase(adam, outputs=4),
        KernelCase(named("decayed", adam, decay=0.1, shrink=0.9), outputs=4),
        KernelCase(named("many", adam, count=17), outputs=4),
    ],
}
