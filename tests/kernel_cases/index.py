"""Calls that add up picked rows."""

from typing import Any

from tests.kernel_cases.case import Draw, KernelCase


def picked(draw: Draw) -> list[Any]:
    rows, width, count = draw.length(4), draw.length(4), draw.length(8)
    return [draw.unset(rows, width), draw.rng.integers(0, rows, count), draw.values(count, width)]


CASES = {"scatter_add": [KernelCase(picked)]}
