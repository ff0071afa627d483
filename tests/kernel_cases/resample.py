"""Calls of upsampling, to larger maps and to smaller ones."""

from typing import Any

from engine.arrays import Array
from engine.ops.resample import nearest, neighbours
from tests.kernel_cases.case import Draw, KernelCase


def sizes(draw: Draw) -> tuple[tuple[int, int, int], tuple[int, int]]:
    shape = draw.length(2), 2 + draw.length(2), 2 + draw.length(2)
    return shape, (1 + draw.length(6), 1 + draw.length(6))


def copies(draw: Draw) -> list[Any]:
    shape, size = sizes(draw)
    tables = [nearest(shape[axis + 1], size[axis], None, False) for axis in (0, 1)]
    return [draw.unset(shape[0], *size), draw.values(*shape), *tables]


def copies_backward(draw: Draw) -> list[Any]:
    out, x, *tables = copies(draw)
    return [draw.unset(*x.shape), draw.values(*out.shape), *tables]


def mixed(draw: Draw, shape: tuple[int, int, int], size: tuple[int, int]) -> list[Array]:
    align = bool(draw.number(0, 1))
    found = [neighbours(shape[axis + 1], size[axis], None, align) for axis in (0, 1)]
    return [places for places, _ in found] + [shares for _, shares in found]


def mixtures(draw: Draw) -> list[Any]:
    shape, size = sizes(draw)
    *places, row_weights, column_weights = mixed(draw, shape, size)
    shares = row_weights.astype(draw.dtype), column_weights.astype(draw.dtype)
    return [draw.unset(shape[0], *size), draw.values(*shape), *places, *shares]


def mixtures_by_float64(draw: Draw) -> list[Any]:
    shape, size = sizes(draw)
    return [draw.unset(shape[0], *size), draw.values(*shape), *mixed(draw, shape, size)]


def unchanged(draw: Draw) -> list[Any]:
    shape, _ = sizes(draw)
    return [draw.unset(*shape), draw.values(*shape), *mixed(draw, shape, shape[1:])]


def backward_of(draw: Draw, forward: list[Any]) -> list[Any]:
    out, x, *tables = forward
    return [draw.unset(*x.shape), draw.values(*out.shape), *tables]


def mixtures_backward(draw: Draw) -> list[Any]:
    return backward_of(draw, mixtures(draw))


def mixtures_by_float64_backward(draw: Draw) -> list[Any]:
    return backward_of(draw, mixtures_by_float64(draw))


def unchanged_backward(draw: Draw) -> list[Any]:
    return backward_of(draw, unchanged(draw))


CASES = {
    "upsample_nearest2d": [KernelCase(copies)],
    "upsample_nearest2d_backward": [KernelCase(copies_backward)],
    "upsample_bilinear2d": [KernelCase(mixtures), KernelCase(mixtures_by_float64), KernelCase(unchanged)],
    "upsample_bilinear2d_backward": [
        KernelCase(mixtures_backward),
        KernelCase(mixtures_by_float64_backward),
        KernelCase(unchanged_backward),
    ],
}
