"""Calls of poolings."""

from typing import Any

import numpy as np

from engine import kernels
from engine.arrays import Array
from engine.ops.windows import areas, sliding_windows, without_padding
from tests.kernel_cases.case import Draw, KernelCase

# kernel, stride, padding, dilation
Setting = tuple[int, int, int, int]


def maps(draw: Draw) -> tuple[int, int, int]:
    """Return the shape of a few planes, each large enough for the windows of these cases."""
    return draw.length(2), draw.number(5, 6) + draw.scale, draw.number(6, 7) + draw.scale


def windows(shape: tuple[int, ...], setting: Setting) -> tuple[Array, Array]:
    """Return rows and columns as max_pool2d has them."""
    kernel, stride, padding, dilation = setting
    rows, columns = sliding_windows("pool", shape[1:], kernel, stride, padding, dilation, False)
    return without_padding(rows, shape[1], dilation), without_padding(columns, shape[2], dilation)


def largest(draw: Draw, x: Array, rows: Array, columns: Array, dilation: int, places: str) -> list[Any]:
    shape = len(x), len(rows), len(columns)
    return [draw.unset(*shape), draw.unset(*shape, dtype=places), x, rows, columns, dilation, dilation]


def pairs(draw: Draw) -> list[Any]:
    shape = maps(draw)
    return largest(draw, draw.values(*shape), *windows(shape, (2, 2, 0, 1)), 1, "int32")


def overlapping(draw: Draw) -> list[Any]:
    shape = maps(draw)
    return largest(draw, draw.values(*shape), *windows(shape, (3, 2, 1, 1)), 1, "int64")


def dilated(draw: Draw) -> list[Any]:
    # Cut where the map begins, windows begin at 0, 1, 0, 1, …: not in the order in which they lie.
    shape = maps(draw)
    return largest(draw, draw.values(*shape), *windows(shape, (3, 1, 1, 2)), 2, "int32")


def equals(draw: Draw) -> list[Any]:
    shape = maps(draw)
    x = draw.rng.integers(0, 2, shape).astype(draw.dtype)
    x[draw.rng.random(shape) < 0.2] = -np.inf
    x[:, :3, :3] = -np.inf  # nothing else in the first window
    return largest(draw, x, *windows(shape, (3, 2, 1, 1)), 1, "int32")


def not_numbers(draw: Draw) -> list[Any]:
    shape = maps(draw)
    x = draw.values(*shape)
    x[draw.rng.random(shape) < 0.2] = np.nan
    return largest(draw, x, *windows(shape, (3, 2, 1, 1)), 1, "int32")


def without_pixels(draw: Draw) -> list[Any]:
    rows, columns = np.array([[0, 2], [2, 2], [3, 2]]), np.array([[0, 1], [1, 3]])
    return largest(draw, draw.values(2, 3, 3), rows, columns, 1, "int32")


def backward_of(draw: Draw, forward: list[Any]) -> list[Any]:
    out, index, x, rows, columns, *_ = forward
    kernels.load("reference").max_pool2d(*forward)
    return [draw.unset(*x.shape), draw.values(*out.shape), index, rows, columns]


def pairs_backward(draw: Draw) -> list[Any]:
    return backward_of(draw, pairs(draw))


def overlapping_backward(draw: Draw) -> list[Any]:
    return backward_of(draw, overlapping(draw))


def dilated_backward(draw: Draw) -> list[Any]:
    return backward_of(draw, dilated(draw))


def very_dilated_backward(draw: Draw) -> list[Any]:
    # Windows of 6 rows, 3 apart, that begin 3 rows above the map: cut, they begin at 0, 1, 2, 0, 1, …
    shape = draw.length(1), 10 + draw.number(1, 2), 10 + draw.number(1, 2)
    return backward_of(draw, largest(draw, draw.values(*shape), *windows(shape, (6, 1, 3, 3)), 3, "int32"))


def without_pixels_backward(draw: Draw) -> list[Any]:
    return backward_of(draw, without_pixels(draw))


def shares(draw: Draw, setting: Setting) -> tuple[tuple[int, int, int], Array, Array, Array]:
    shape = maps(draw)
    rows, columns = windows(shape, setting)
    return shape, rows, columns, areas(rows, columns)


def means(draw: Draw) -> list[Any]:
    shape, rows, columns, divisors = shares(draw, (3, 2, 1, 1))
    return [draw.unset(shape[0], *divisors.shape), draw.values(*shape), rows, columns, divisors]


def means_of_pairs(draw: Draw) -> list[Any]:
    shape, rows, columns, divisors = shares(draw, (2, 2, 0, 1))
    return [draw.unset(shape[0], *divisors.shape), draw.values(*shape), rows, columns, divisors]


def means_backward(draw: Draw) -> list[Any]:
    shape, rows, columns, divisors = shares(draw, (3, 2, 1, 1))
    return [draw.unset(*shape), draw.values(shape[0], *divisors.shape), rows, columns, divisors]


def means_of_pairs_backward(draw: Draw) -> list[Any]:
    shape, rows, columns, divisors = shares(draw, (2, 2, 0, 1))
    return [draw.unset(*shape), draw.values(shape[0], *divisors.shape), rows, columns, divisors]


def far_apart_backward(draw: Draw) -> list[Any]:
    shape, rows, columns, divisors = shares(draw, (2, 3, 0, 1))
    return [draw.unset(*shape), draw.values(shape[0], *divisors.shape), rows, columns, divisors]


def sums(draw: Draw) -> list[Any]:
    channels, (batch, *size) = draw.number(1, 3), maps(draw)
    shape = batch * channels, *size
    rows, columns = windows(shape, (2, 2, 0, 1))
    result = shape[0], len(rows), len(columns)
    weights = draw.values(channels), draw.values(channels)
    return [draw.unset(*result), draw.unset(*result), draw.values(*shape), rows, columns, *weights]


def sums_for_nobody(draw: Draw) -> list[Any]:
    out, _, *others = sums(draw)
    return [out, draw.unset(0, *out.shape[1:]), *others]


def sums_backward(draw: Draw) -> list[Any]:
    out, _, x, rows, columns, weight, _ = sums(draw)
    slopes = [draw.unset(*x.shape), draw.unset(len(weight)), draw.unset(len(weight))]
    return [*slopes, draw.values(*out.shape), draw.values(*out.shape), rows, columns, weight]


def overlapping_sums_backward(draw: Draw) -> list[Any]:
    shape = 2, 5, 6
    rows, columns = windows(shape, (3, 1, 0, 1))
    result = shape[0], len(rows), len(columns)
    slopes = [draw.unset(*shape), draw.unset(2), draw.unset(2)]
    return [*slopes, draw.values(*result), draw.values(*result), rows, columns, draw.values(2)]


def long_sums_backward(draw: Draw) -> list[Any]:
    # Long enough for a channel to be cut into pieces.
    side = 1 + 34 * (1 if draw.scale == 1 else 4)
    pixels = np.stack([np.arange(side), np.arange(1, side + 1)], axis=1)
    slopes = [draw.unset(1, side, side), draw.unset(1), draw.unset(1)]
    return [*slopes, draw.values(1, side, side), draw.values(1, side, side), pixels, pixels, draw.values(1)]


CASES = {
    "max_pool2d": [
        KernelCase(pairs, outputs=2),
        KernelCase(overlapping, outputs=2),
        KernelCase(dilated, outputs=2),
        KernelCase(equals, outputs=2),
        KernelCase(not_numbers, outputs=2),
        KernelCase(without_pixels, outputs=2),
    ],
    "max_pool2d_backward": [
        KernelCase(pairs_backward),
        KernelCase(overlapping_backward),
        KernelCase(dilated_backward),
        KernelCase(very_dilated_backward),
        KernelCase(without_pixels_backward),
    ],
    "avg_pool2d": [KernelCase(means), KernelCase(means_of_pairs)],
    "avg_pool2d_backward": [
        KernelCase(means_backward),
        KernelCase(means_of_pairs_backward),
        KernelCase(far_apart_backward),
    ],
    "subsample2d": [KernelCase(sums, outputs=2), KernelCase(sums_for_nobody)],
    "subsample2d_backward": [
        KernelCase(sums_backward, outputs=3),
        KernelCase(overlapping_sums_backward, outputs=3),
        KernelCase(long_sums_backward, outputs=3),
    ],
}
