"""Calls of sums and variances."""

from typing import Any

from tests.kernel_cases.case import Draw, KernelCase


def sums(draw: Draw) -> list[Any]:
    rows, length = draw.length(), draw.length(40)
    return [draw.unset(rows), draw.values(rows, length), [1, length][draw.number(0, 1)]]


def one_long_row(draw: Draw) -> list[Any]:
    length = 1100 * draw.scale
    return [draw.unset(1), draw.values(1, length), 1]


def whole_numbers(draw: Draw) -> list[Any]:
    rows, length = draw.length(), draw.length(8)
    x = draw.rng.integers(-(2**60), 2**60, (rows, length))
    return [draw.unset(rows, dtype="int64"), x, 1]


def truths(draw: Draw) -> list[Any]:
    rows, length = draw.length(), draw.length(8)
    return [draw.unset(rows, dtype="int64"), draw.rng.integers(0, 2, (rows, length)).astype(bool), 1]


def sums_backward(draw: Draw) -> list[Any]:
    rows, length = draw.length(), draw.length(8)
    return [draw.unset(rows, length), draw.values(rows), [1, length][draw.number(0, 1)]]


def variances(draw: Draw) -> list[Any]:
    rows, length = draw.length(), draw.length(20) + 1
    return [draw.unset(rows), draw.unset(rows, dtype=draw.statistics), draw.values(rows, length) + 3, length - 1.0]


def variances_backward(draw: Draw) -> list[Any]:
    rows, length = draw.length(), draw.length(8) + 1
    x = draw.values(rows, length)
    means = x.mean(axis=1).astype(draw.statistics)
    return [draw.unset(rows, length), draw.values(rows), means, x, float(length)]


CASES = {
    "sum_rows": [KernelCase(sums), KernelCase(one_long_row), KernelCase(whole_numbers), KernelCase(truths)],
    "sum_rows_backward": [KernelCase(sums_backward)],
    "variance_rows": [KernelCase(variances, outputs=2)],
    "variance_rows_backward": [KernelCase(variances_backward)],
}
