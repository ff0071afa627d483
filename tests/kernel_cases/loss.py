"""Calls of the negative log-likelihood."""

from typing import Any

from engine.arrays import Array
from tests.kernel_cases.case import Draw, KernelCase


def _target(draw: Draw, rows: int, classes: int) -> Array:
    target = draw.rng.integers(0, classes, rows)
    target[draw.number(0, rows - 1)] = -draw.number(1, 100)
    return target


def likelihoods(draw: Draw) -> list[Any]:
    rows, classes = draw.length(10), draw.length(10)
    x = draw.values(rows, classes) - 3
    return [draw.unset(rows), x, _target(draw, rows, classes), abs(draw.values(classes))]


def backward(draw: Draw) -> list[Any]:
    rows, classes = draw.length(10), draw.length(10)
    weight = abs(draw.values(classes))
    return [draw.unset(rows, classes), draw.values(rows), _target(draw, rows, classes), weight]


CASES = {
    "nll_loss": [KernelCase(likelihoods)],
    "nll_loss_backward": [KernelCase(backward)],
}
