"""Operators that look elements up by number."""

import numpy as np

from engine.arrays import Array
from engine.onnx.operators.shape import take
from engine.onnx.registry import Node, numbers, operator
from engine.tensor import Tensor


@operator("Slice")
def slice_(
    node: Node,
    x: Tensor,
    starts: Tensor | None = None,
    ends: Tensor | None = None,
    axes: Tensor | None = None,
    steps: Tensor | None = None,
) -> Tensor:
    """Cut out a part, also backwards."""
    first = node.get("starts", []) if starts is None else numbers(starts)
    last = node.get("ends", []) if ends is None else numbers(ends)
    named = node.get("axes", range(len(first))) if axes is None else numbers(axes)
    by = [1] * len(first) if steps is None else numbers(steps)
    cut = [slice(None)] * x.ndim
    for axis, start, end, step in zip(named, first, last, by, strict=True):
        part = range(x.shape[axis])[start:end:step]
        if step > 0:
            cut[axis] = slice(part.start, part.stop, step)
        else:
            x = take(x, part, axis % x.ndim)
    return x[tuple(cut)]


@operator("Gather")
def gather(node: Node, x: Tensor, indices: Tensor) -> Tensor:
    """Return the slices along an axis that `indices` names; its shape takes that axis' place."""
    axis = node.get("axis", 0) % x.ndim
    flat = _from_start(indices.array.reshape(-1), x.shape[axis])
    return take(x, flat, axis).reshape(*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])


@operator("GatherElements")
def gather_elements(node: Node, x: Tensor, indices: Tensor) -> Tensor:
    """Return elements that differ from their place in `indices` along one axis."""
    axis = node.get("axis", 0) % x.ndim
    places: list[Array] = list(np.ogrid[tuple(slice(length) for length in indices.shape)])
    places[axis] = _from_start(indices.array, x.shape[axis])
    return x[tuple(Tensor(place) for place in places)]


@operator("GatherND")
def gather_nd(node: Node, x: Tensor, indices: Tensor) -> Tensor:
    """Return what the last axis of `indices` addresses, after `batch_dims` axes that both have."""
    batch = node.get("batch_dims", 0)
    outer = indices.shape[:-1]
    places: list[Array] = list(np.ogrid[tuple(slice(length) for length in outer)])[:batch]
    numbered = enumerate(x.shape[batch : batch + indices.shape[-1]])
    places += [_from_start(indices.array[..., number], length) for number, length in numbered]
    return x[tuple(Tensor(place) for place in places)]


def _from_start(places: Array, length: int) -> Array:
    """Count places from the start of an axis; negative ones count from its end."""
    return np.where(places < 0, places + length, places).astype(np.int64)
