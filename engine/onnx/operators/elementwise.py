"""Arithmetic, comparisons and choices, element by element."""

from collections.abc import Callable
from functools import reduce

import numpy as np

from engine import ops
from engine.errors import OnnxError
from engine.onnx.registry import Node, operator
from engine.tensor import Tensor

UNARY: dict[str, Callable[..., Tensor]] = {
    "Abs": ops.abs,
    "Exp": ops.exp,
    "Log": ops.log,
    "Neg": ops.neg,
    "Sqrt": ops.sqrt,
}
ARITHMETIC: dict[str, Callable[..., Tensor]] = {"Add": ops.add, "Sub": ops.sub, "Mul": ops.mul}
COMPARISONS: dict[str, Callable[..., Tensor]] = {
    "Equal": ops.eq,
    "Less": ops.lt,
    "LessOrEqual": ops.le,
    "Greater": ops.gt,
    "GreaterOrEqual": ops.ge,
}
EXTREMES: dict[str, Callable[..., Tensor]] = {"Max": ops.maximum, "Min": ops.minimum}


@operator(*UNARY)
def unary(node: Node, x: Tensor) -> Tensor:
    """Compute one of UNARY."""
    return UNARY[node.kind](x)


@operator(*ARITHMETIC)
def arithmetic(node: Node, a: Tensor, b: Tensor) -> Tensor:
    """Compute one of ARITHMETIC."""
    return ARITHMETIC[node.kind](a, _aligned(node, a, b))


@operator("Div")
def divide(node: Node, a: Tensor, b: Tensor) -> Tensor:
    """Divide; whole numbers are rounded towards 0."""
    b = _aligned(node, a, b)
    if a.dtype.kind == "f":
        result: Tensor = ops.div(a, b)
        return result
    with np.errstate(divide="ignore"):
        return Tensor((a.array - np.fmod(a.array, b.array)) // b.array)


@operator("Pow")
def power(node: Node, a: Tensor, b: Tensor) -> Tensor:
    """Raise to a power; the base decides the dtype."""
    b = _aligned(node, a, b)
    if a.dtype.kind == "f" and b.dtype != a.dtype:
        b = ops.to(b, a.dtype)
    elif a.dtype.kind != "f" and b.dtype.kind == "f":
        a = ops.to(a, "float64")
    result: Tensor = ops.pow(a, b)
    return result


@operator(*COMPARISONS)
def compare(node: Node, a: Tensor, b: Tensor) -> Tensor:
    """Compute one of COMPARISONS."""
    return COMPARISONS[node.kind](a, _aligned(node, a, b))


@operator("Not")
def negation(node: Node, x: Tensor) -> Tensor:
    """Turn true into false."""
    result: Tensor = ops.logical_not(x)
    return result


@operator(*EXTREMES)
def extremes(node: Node, *values: Tensor) -> Tensor:
    """Compute the largest or smallest of any number of tensors."""
    return reduce(EXTREMES[node.kind], values)


@operator("Clip")
def clip(node: Node, x: Tensor, low: Tensor | None = None, high: Tensor | None = None) -> Tensor:
    """Limit values; `high` wins if it is below `low`."""
    least = node.get("min", None) if low is None else low.item()
    most = node.get("max", None) if high is None else high.item()
    if least is None and most is None:
        return x
    result: Tensor = ops.clamp(x, least, most)
    return result


@operator("Where")
def where(node: Node, condition: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Choose from two tensors."""
    result: Tensor = ops.where(condition, a, b)
    return result


def _aligned(node: Node, a: Tensor, b: Tensor) -> Tensor:
    """Give `b` the axes that operator sets before 7 asked for by `axis`; since then, shapes broadcast."""
    if node.opset >= 7 or not node.get("broadcast", 0) or "axis" not in node.attributes:
        return b
    axis = node.get("axis", 0) % a.ndim
    after = a.ndim - axis - b.ndim
    if after < 0:
        raise OnnxError(node.kind, f"at most {a.ndim - axis} axes from axis {axis} on", f"shape {b.shape}")
    return b.reshape(*b.shape, *[1] * after)
