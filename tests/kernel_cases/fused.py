"""Calls of steps in one: normalise, rectify, keep the largest."""

from typing import Any

import numpy as np

from engine import kernels
from engine.arrays import Array
from tests.kernel_cases.case import Draw, KernelCase


def images(draw: Draw) -> tuple[int, int, int, int]:
    return draw.number(1, 2), draw.number(1, 3), 3 + draw.length(2), 3 + draw.length(2)


def pooled(draw: Draw, x: Array, places: str, *parameters: Array) -> list[Any]:
    """Return the arguments for maps x (N, C, H, W)."""
    shape = x.shape[0] * x.shape[1], x.shape[2] // 2, x.shape[3] // 2
    planes = x.reshape(-1, *x.shape[2:])
    return [draw.unset(*shape), draw.unset(*shape, dtype=places), planes, *parameters]


def normalised(draw: Draw) -> list[Any]:
    x = draw.values(*images(draw))
    return pooled(draw, x, "int32", *[draw.values(x.shape[1]) for _ in range(3)])


def rectified(draw: Draw) -> list[Any]:
    # Whole numbers: with equals, and windows of which all is 0 or less.
    x = draw.rng.integers(-3, 2, images(draw)).astype(draw.dtype)
    zero, one = np.zeros(1, draw.dtype), np.ones(1, draw.dtype)
    return pooled(draw, x, "int64", zero, one, zero)


def not_numbers(draw: Draw) -> list[Any]:
    x = draw.values(*images(draw))
    x[draw.rng.random(x.shape) < 0.2] = np.nan
    zero, one = np.zeros(1, draw.dtype), np.ones(1, draw.dtype)
    return pooled(draw, x, "int32", zero, one, zero)


def winners(draw: Draw, forward: list[Any]) -> list[Any]:
    out, index, x, *_ = forward
    kernels.load("reference").relu_max_pool2d(*forward)
    return [draw.unset(*x.shape), draw.values(*out.shape), index]


def normalised_backward(draw: Draw) -> list[Any]:
    return winners(draw, normalised(draw))


def rectified_backward(draw: Draw) -> list[Any]:
    return winners(draw, rectified(draw))


def gradients(draw: Draw, x: Array, mean: Array, variance: Array, moments_of_x: int, places: str) -> list[Any]:
    eps, channels = 0.01, x.shape[1]
    scale = (1 / np.sqrt(variance + eps)).astype(draw.dtype)
    forward = pooled(draw, x, places, mean.astype(draw.dtype), scale, np.full(channels, 0.2, draw.dtype))
    kernels.load("reference").relu_max_pool2d(*forward)
    index = forward[1].reshape(*x.shape[:2], x.shape[2] // 2, x.shape[3] // 2)
    outputs = [draw.unset(*x.shape), draw.unset(channels), draw.unset(channels)]
    moments = mean.astype(draw.statistics), variance.astype(draw.statistics)
    return [*outputs, draw.values(*index.shape), index, x, *moments, draw.values(channels), eps, moments_of_x]


def of_own_moments(draw: Draw) -> list[Any]:
    x = draw.values(*images(draw)) + 1
    return gradients(draw, x, x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3)), 1, "int32")


def of_given_moments(draw: Draw) -> list[Any]:
    x = draw.values(*images(draw))
    channels = x.shape[1]
    return gradients(draw, x, draw.values(channels), draw.values(channels) ** 2, 0, "int64")


def of_long_rows(draw: Draw) -> list[Any]:
    # Long enough for a channel to be cut into pieces.
    side = 2 * (1 + 33 * (1 if draw.scale == 1 else 4))
    x = draw.values(1, 1, side, side)
    return gradients(draw, x, x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3)), 1, "int32")


def convolved(draw: Draw, groups: int = 1) -> tuple[list[Any], list[Any]]:
    """Return x, w, b and the numbers of a convolution whose maps are at least 2x2; and out, index as pooled."""
    stride, pad = draw.number(1, 2), draw.number(0, 1)
    filter, depth, each = draw.number(1, 3), draw.length(2), draw.length(2)
    size = [filter + stride * (1 + draw.length(2)) - 2 * pad + draw.number(0, 1) for _ in range(2)]
    height, width = ((n + 2 * pad - filter) // stride + 1 for n in size)
    batch, filters = draw.number(1, 2), each * groups
    x, w, b = (
        draw.values(batch, depth * groups, *size),
        draw.values(filters, depth, filter, filter),
        draw.values(filters),
    )
    pooled = (batch, filters, height // 2, width // 2)
    out, index = draw.unset(*pooled), draw.unset(*pooled, dtype="int32")
    return [out, index], [x, w, b, height, width, stride, stride, pad, pad, 1, 1, groups]


def convolution(draw: Draw, groups: int = 1) -> list[Any]:
    outputs, rest = convolved(draw, groups)
    return [*outputs, *rest]


def convolution_backward_w(draw: Draw, groups: int = 1) -> list[Any]:
    (out, index), (x, w, *rest) = convolved(draw, groups)
    kernels.load("reference").conv2d_relu_max_pool2d(out, index, x, w, *rest)
    return [draw.unset(*w.shape), draw.values(*out.shape), index, x, *rest[1:]]


def convolution_backward_b(draw: Draw) -> list[Any]:
    (out, index), rest = convolved(draw)
    kernels.load("reference").conv2d_relu_max_pool2d(out, index, *rest)
    return [draw.unset(out.shape[1]), draw.values(*out.shape), index]


def grouped(draw: Draw) -> list[Any]:
    return convolution(draw, groups=2)


def grouped_backward_w(draw: Draw) -> list[Any]:
    return convolution_backward_w(draw, groups=2)


CASES = {
    "conv2d_relu_max_pool2d": [KernelCase(convolution, outputs=2), KernelCase(grouped, outputs=2)],
    "conv2d_relu_max_pool2d_backward_w": [KernelCase(convolution_backward_w), KernelCase(grouped_backward_w)],
    "conv2d_relu_max_pool2d_backward_b": [KernelCase(convolution_backward_b)],
    "relu_max_pool2d": [
        KernelCase(normalised, outputs=2),
        KernelCase(rectified, outputs=2),
        KernelCase(not_numbers, outputs=2),
    ],
    "relu_max_pool2d_backward": [KernelCase(normalised_backward), KernelCase(rectified_backward)],
    "normalise_relu_max_pool2d_backward": [
        KernelCase(of_own_moments, outputs=3),
        KernelCase(of_given_moments, outputs=3),
        KernelCase(of_long_rows, outputs=3),
    ],
}
