"""Calls of local response normalisation."""

from typing import Any

from engine import kernels
from tests.kernel_cases.case import Draw, KernelCase


def _forward(draw: Draw, size: int, k: float) -> list[Any]:
    shape = draw.number(1, 2), draw.length(6), draw.length(6)
    x = draw.values(*shape)
    return [draw.unset(*shape), draw.unset(*shape), x, size, 0.3 * draw.number(1, 5), 0.75, k]


def windows(draw: Draw) -> list[Any]:
    return _forward(draw, draw.number(1, 5), 2.0)


def even_windows(draw: Draw) -> list[Any]:
    return _forward(draw, 4, 1.0)


def without_strength(draw: Draw) -> list[Any]:
    args = _forward(draw, 3, 0.0)
    args[2][...] = 0
    return args


def _backward(draw: Draw, size: int) -> list[Any]:
    args = _forward(draw, size, 1.0)
    kernels.load("reference").local_response_norm(*args)
    out, strength, x, _, alpha, beta, _ = args
    return [draw.unset(*x.shape), draw.values(*x.shape), x, out, strength, size, alpha, beta]


def backward(draw: Draw) -> list[Any]:
    return _backward(draw, draw.number(1, 5))


def even_windows_backward(draw: Draw) -> list[Any]:
    return _backward(draw, 4)


CASES = {
    "local_response_norm": [KernelCase(case, outputs=2) for case in (windows, even_windows, without_strength)],
    "local_response_norm_backward": [KernelCase(backward), KernelCase(even_windows_backward)],
}
