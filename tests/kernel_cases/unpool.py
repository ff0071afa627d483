"""Calls of max unpooling."""

from typing import Any

import numpy as np

from tests.kernel_cases.case import Draw, KernelCase


def places(draw: Draw, once: bool) -> tuple[Any, tuple[int, int, int]]:
    """Return where values go, and the shape of the planes they go to."""
    planes, height, width = draw.length(2), draw.length(3), draw.length(3)
    shape = planes, 2 * height, 2 * width + 1
    some = [draw.rng.permutation(shape[1] * shape[2])[: height * width] for _ in range(planes)]
    index = np.stack(some) if once else draw.rng.integers(0, 4, (planes, height * width))
    return index.reshape(planes, height, width).astype(np.int64), shape


def each_once(draw: Draw) -> list[Any]:
    index, shape = places(draw, once=True)
    return [draw.unset(*shape), draw.values(*index.shape), index]


def several_for_one(draw: Draw) -> list[Any]:
    index, shape = places(draw, once=False)
    return [draw.unset(*shape), draw.values(*index.shape), index]


def far_apart(draw: Draw) -> list[Any]:
    # The same few places are named by values that no block takes at the same time.
    index = draw.rng.integers(0, 100, (2, 9, 11))
    return [draw.unset(2, 10, 12), draw.values(2, 9, 11), index]


def backward_of(draw: Draw, forward: list[Any]) -> list[Any]:
    out, x, index = forward
    return [draw.unset(*x.shape), draw.values(*out.shape), index]


def each_once_backward(draw: Draw) -> list[Any]:
    return backward_of(draw, each_once(draw))


def several_for_one_backward(draw: Draw) -> list[Any]:
    return backward_of(draw, several_for_one(draw))


def far_apart_backward(draw: Draw) -> list[Any]:
    return backward_of(draw, far_apart(draw))


CASES = {
    "max_unpool2d": [KernelCase(each_once), KernelCase(several_for_one), KernelCase(far_apart)],
    "max_unpool2d_backward": [
        KernelCase(each_once_backward),
        KernelCase(several_for_one_backward),
        KernelCase(far_apart_backward),
    ],
}
