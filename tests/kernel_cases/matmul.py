"""Calls of matrix products and of the fully connected layer."""

from typing import Any

from tests.kernel_cases.case import Draw, KernelCase, named


def products(draw: Draw, transpose_a: int = 0, transpose_b: int = 0, most: int = 9) -> list[Any]:
    rows, columns, length = draw.length(most), draw.length(most), draw.length(most)
    stack = draw.number(1, 3)
    a_stack, b_stack = [(stack, stack), (1, stack), (stack, 1)][draw.number(0, 2)]
    a = draw.values(a_stack, *((length, rows) if transpose_a else (rows, length)))
    b = draw.values(b_stack, *((columns, length) if transpose_b else (length, columns)))
    return [draw.unset(max(a_stack, b_stack), rows, columns), a, b, transpose_a, transpose_b]


def a_long_sum(draw: Draw) -> list[Any]:
    length = 60 * draw.scale
    return [draw.unset(1, 2, 3), draw.values(1, 2, length), draw.values(1, length, 3), 0, 0]


def an_empty_sum(draw: Draw) -> list[Any]:
    return [draw.unset(1, 2, 3), draw.values(1, 2, 0), draw.values(1, 0, 3), 0, 0]


def large_products(draw: Draw) -> list[Any]:
    size = 10 if draw.scale == 1 else 300
    return [draw.unset(1, size, size), draw.values(1, size, 9), draw.values(1, 9, size), 0, 0]


def layers(draw: Draw, relu: int = 0) -> list[Any]:
    batch, outputs, depth = draw.length(9), draw.length(9), draw.length(12)
    return [
        draw.unset(batch, outputs),
        draw.values(batch, depth),
        draw.values(outputs, depth),
        draw.values(outputs),
        relu,
    ]


def a_deep_layer(draw: Draw) -> list[Any]:
    depth = 70 * draw.scale
    return [draw.unset(3, 5), draw.values(3, depth), draw.values(5, depth), draw.values(5), 1]


def layers_backward_x(draw: Draw) -> list[Any]:
    batch, outputs, depth = draw.length(9), draw.length(9), draw.length(9)
    return [draw.unset(batch, depth), draw.values(batch, outputs), draw.values(outputs, depth)]


def layers_backward_w(draw: Draw) -> list[Any]:
    batch, outputs, depth = draw.length(20), draw.length(5), draw.length(5)
    return [draw.unset(outputs, depth), draw.values(batch, outputs), draw.values(batch, depth)]


def layers_backward_b(draw: Draw) -> list[Any]:
    batch, outputs = draw.length(20), draw.length(9)
    return [draw.unset(outputs), draw.values(batch, outputs)]


CASES = {
    "matmul": [
        KernelCase(products),
        KernelCase(named("left_transposed", products, transpose_a=1)),
        KernelCase(named("right_transposed", products, transpose_b=1)),
        KernelCase(named("both_transposed", products, transpose_a=1, transpose_b=1)),
        KernelCase(a_long_sum),
        KernelCase(an_empty_sum),
        KernelCase(large_products),
    ],
    "linear": [KernelCase(layers), KernelCase(named("rectified", layers, relu=1)), KernelCase(a_deep_layer)],
    "linear_backward_x": [KernelCase(layers_backward_x)],
    "linear_backward_w": [KernelCase(layers_backward_w)],
    "linear_backward_b": [KernelCase(layers_backward_b)],
}
