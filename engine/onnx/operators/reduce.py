"""Operators that make one number of many."""

from collections.abc import Callable
from typing import Any

import numpy as np

from engine import ops
from engine.onnx.registry import Node, operator
from engine.tensor import Tensor

EXTREMES: dict[str, Callable[..., Tensor]] = {"ReduceMax": ops.amax, "ReduceMin": ops.amin}
PLACES: dict[str, Callable[..., Tensor]] = {"ArgMax": ops.argmax, "ArgMin": ops.argmin}


@operator("ReduceSum")
def reduce_sum(node: Node, x: Tensor, axes: Tensor | None = None) -> Tensor:
    """Add."""
    dims = _dims(node, x, node.axes(axes, since=13))
    result: Tensor = ops.sum(x, dims, bool(node.get("keepdims", 1))) if dims else x
    return result


@operator("ReduceMean")
def reduce_mean(node: Node, x: Tensor, axes: Tensor | None = None) -> Tensor:
    """Average."""
    dims = _dims(node, x, node.axes(axes, since=18))
    if x.dtype.kind != "f":
        x = ops.to(x, "float64")
    result: Tensor = ops.mean(x, dims, bool(node.get("keepdims", 1))) if dims else x
    return result


@operator(*EXTREMES)
def reduce_extreme(node: Node, x: Tensor, axes: Tensor | None = None) -> Tensor:
    """Take the largest or smallest; of nothing, the value that any other replaces."""
    dims = _dims(node, x, node.axes(axes, since=18))
    if not dims:
        return x
    keep = bool(node.get("keepdims", 1))
    if any(x.shape[dim] == 0 for dim in dims):
        shape = np.empty(x.shape, bool).any(axis=dims, keepdims=keep).shape
        return Tensor(np.full(shape, _of_nothing(node, node.dtypes[0] or x.dtype), x.dtype))
    if x.dtype == np.bool_:
        x = ops.to(x, "uint8")
    return EXTREMES[node.kind](x, dims, keep)


@operator(*PLACES)
def arg_extreme(node: Node, x: Tensor) -> Tensor:
    """Return where the largest or smallest is: the first, or the last of several."""
    axis, keep = node.get("axis", 0) % x.ndim, bool(node.get("keepdims", 1))
    if not node.get("select_last_index", 0):
        return PLACES[node.kind](x, axis, keep)
    from_end = PLACES[node.kind](ops.flip(x, axis), axis, keep)
    last: Tensor = x.shape[axis] - 1 - from_end
    return last


def _dims(node: Node, x: Tensor, axes: list[int] | None) -> tuple[int, ...]:
    if not axes:
        return () if (axes is None and x.ndim == 0) or node.get("noop_with_empty_axes", 0) else tuple(range(x.ndim))
    return tuple(axis % x.ndim for axis in axes)


def _of_nothing(node: Node, dtype: np.dtype[Any]) -> Any:
    largest = node.kind == "ReduceMin"
    if dtype.kind in "iu":
        return np.iinfo(dtype).max if largest else np.iinfo(dtype).min
    return largest if dtype.kind == "b" else (np.inf if largest else -np.inf)
