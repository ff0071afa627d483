"""Calls of the elementwise kernel: every formula, and every way in which arrays can lie."""

import inspect
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.kernels import formulas
from tests.kernel_cases.case import Draw, KernelCase, named

FORMULAS = {
    name: f for name, f in vars(formulas).items() if inspect.isfunction(f) and f.__module__ == formulas.__name__
}
COMPARISONS = {"eq", "ne", "lt", "le", "gt", "ge", "logical_not"}
# Parameters that are settings, and numbers they may have.
SETTINGS = {"beta": 1.3, "threshold": 20.0, "slope": 0.1, "low": -1.0, "high": 1.0, "eps": 1e-3, "momentum": 0.1}
# Those that need positive numbers.
POSITIVE = {"log", "log_dx", "sqrt", "sqrt_dx", "std_dvar", "power", "power_da", "power_db", "over_deviation"}


def alone(draw: Draw, name: str) -> list[Any]:
    """Apply a formula to arrays of one shape that lie in reading order."""
    shape = (draw.length(3), draw.length(5))
    inputs: list[Array] = []
    for parameter in inspect.signature(FORMULAS[name]).parameters:
        if parameter == "condition":
            inputs.append(draw.rng.integers(0, 2, shape).astype(bool))
        elif name in ("class_number", "counts"):
            number = {"ignored": -100, "classes": 3}.get(parameter)
            drawn = draw.rng.integers(-2, 5, shape)
            inputs.append(drawn if number is None else np.asarray(number))
        elif parameter in SETTINGS:
            inputs.append(np.asarray(SETTINGS[parameter], draw.dtype))
        else:
            values = draw.values(*shape)
            inputs.append(np.abs(values) + values.dtype.type(0.1) if name in POSITIVE else values)
    dtype = "bool" if name in COMPARISONS else str(inputs[0].dtype) if inputs[0].dtype.kind == "i" else draw.dtype
    return [draw.unset(*shape, dtype=dtype), FORMULAS[name], *inputs]


def special_values(draw: Draw, name: str) -> list[Any]:
    given = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 100.0, -100.0]
    x = np.array(given, draw.dtype)
    return [draw.unset(len(given)), FORMULAS[name], x]


def repeated(draw: Draw) -> list[Any]:
    shape = (2, draw.length(3), 3, 2)
    return [draw.unset(*shape), formulas.mul, draw.values(*shape), draw.values(shape[1], 1, 2)]


def a_row_and_a_column(draw: Draw) -> list[Any]:
    rows, columns = draw.length(4), draw.length(4)
    return [draw.unset(rows, columns), formulas.sub, draw.values(rows, 1), draw.values(columns)]


def six_axes(draw: Draw) -> list[Any]:
    shape, other = (2, 2, 1, 2, 2, 2), (1, 2, 1, 1, 2, 1)
    return [draw.unset(*shape), formulas.add, draw.values(*shape), draw.values(*other)]


def converted(draw: Draw, to: str) -> list[Any]:
    return [draw.unset(3, 4, dtype=to), formulas.unchanged, draw.values(3, 4) * 3]


def whole_numbers(draw: Draw, name: str) -> list[Any]:
    a, b = draw.rng.integers(1, 6, (3, 4)), draw.rng.integers(1, 5, (3, 4))
    return [draw.unset(3, 4, dtype="int64"), FORMULAS[name], a, b]


CASES = {
    "elementwise": [
        *[KernelCase(named(name, alone, name=name)) for name in sorted(FORMULAS)],
        *[
            KernelCase(named(f"special_{name}", special_values, name=name))
            for name in ("relu", "sigmoid", "exp", "tanh", "gelu", "absolute", "neg")
        ],
        *[KernelCase(named(f"to_{dtype}", converted, to=dtype)) for dtype in ("int64", "bool", "uint8", "float64")],
        *[KernelCase(named(f"whole_{name}", whole_numbers, name=name)) for name in ("add", "mul", "power", "maximum")],
        KernelCase(repeated),
        KernelCase(a_row_and_a_column),
        KernelCase(six_axes),
    ]
}
