"""Calls of softmax and cross-entropy."""

from typing import Any

import numpy as np

from engine import kernels
from engine.arrays import Array
from tests.kernel_cases.case import Draw, KernelCase


def _logits(draw: Draw, classes: int, rows: int = 3) -> Array:
    return draw.values(rows * draw.scale, classes) * 4


def _log_probabilities(draw: Draw, x: Array) -> Array:
    out = draw.unset(*x.shape)
    kernels.load("reference").log_softmax(out, x)
    return out


def few_classes(draw: Draw) -> list[Any]:
    x = _logits(draw, 10)
    return [draw.unset(*x.shape), x]


def any_classes(draw: Draw) -> list[Any]:
    x = _logits(draw, draw.length(30), draw.length())
    return [draw.unset(*x.shape), x]


def many_classes(draw: Draw) -> list[Any]:
    x = _logits(draw, 1000, 2)
    return [draw.unset(*x.shape), x]


def large_logits(draw: Draw) -> list[Any]:
    x = _logits(draw, 13) * 500
    x[0, 4:7] = [-np.inf, 3e4, -3e4]
    return [draw.unset(*x.shape), x]


def not_numbers(draw: Draw) -> list[Any]:
    x = _logits(draw, 13, 4)
    x[0, 4], x[1, 7], x[2] = np.nan, np.inf, -np.inf
    return [draw.unset(*x.shape), x]


def softmax_backward(draw: Draw) -> list[Any]:
    x = _logits(draw, draw.length(40))
    out = draw.unset(*x.shape)
    kernels.load("reference").softmax(out, x)
    return [draw.unset(*x.shape), draw.values(*x.shape), out]


def log_softmax_backward(draw: Draw) -> list[Any]:
    x = _logits(draw, draw.length(40))
    return [draw.unset(*x.shape), draw.values(*x.shape), _log_probabilities(draw, x)]


def _loss(draw: Draw, x: Array, right: Array) -> list[Any]:
    return [draw.unset(x.shape[0]), draw.unset(*x.shape), x, right]


def _loss_backward(draw: Draw, x: Array, right: Array) -> list[Any]:
    return [draw.unset(*x.shape), draw.values(x.shape[0]), _log_probabilities(draw, x), right]


def _shares(draw: Draw, x: Array) -> Array:
    """Return shares of the classes, half of them 0."""
    some = abs(draw.values(*x.shape))
    some[some < 1] = 0
    return some


def shares(draw: Draw) -> list[Any]:
    x = _logits(draw, draw.length(40))
    return _loss(draw, x, _shares(draw, x))


def shares_of_many_classes(draw: Draw) -> list[Any]:
    x = _logits(draw, 1000, 1)
    return _loss(draw, x, _shares(draw, x))


def impossible_classes(draw: Draw) -> list[Any]:
    x = _logits(draw, 12)
    right = _shares(draw, x)
    right[:, 5] = 0
    x[:, 5] = -np.inf
    return _loss(draw, x, right)


def shares_backward(draw: Draw) -> list[Any]:
    x = _logits(draw, draw.length(40))
    return _loss_backward(draw, x, _shares(draw, x))


def _target(draw: Draw, x: Array) -> Array:
    """Return a class for each row, and -1 or less for one or two."""
    target: Array = draw.rng.integers(0, x.shape[1], x.shape[0])
    target[-1], target[0] = -1, draw.number(-100, x.shape[1] - 1)
    return target


def target(draw: Draw) -> list[Any]:
    x = _logits(draw, 10)
    return _loss(draw, x, _target(draw, x))


def target_of_many_classes(draw: Draw) -> list[Any]:
    x = _logits(draw, 1000, 2)
    return _loss(draw, x, _target(draw, x))


def target_backward(draw: Draw) -> list[Any]:
    x = _logits(draw, draw.length(40))
    return _loss_backward(draw, x, _target(draw, x))


CASES = {
    "softmax": [KernelCase(case) for case in (few_classes, any_classes, many_classes, large_logits, not_numbers)],
    "softmax_backward": [KernelCase(softmax_backward)],
    "log_softmax": [KernelCase(case) for case in (few_classes, any_classes, many_classes, large_logits, not_numbers)],
    "log_softmax_backward": [KernelCase(log_softmax_backward)],
    "cross_entropy": [KernelCase(case, outputs=2) for case in (shares, shares_of_many_classes, impossible_classes)],
    "cross_entropy_backward": [KernelCase(shares_backward)],
    "class_cross_entropy": [KernelCase(case, outputs=2) for case in (target, target_of_many_classes)],
    "class_cross_entropy_backward": [KernelCase(target_backward)],
}
