"""Operators that rearrange elements without looking at them."""

import math
from typing import Any, Literal

import numpy as np

from engine import ops
from engine.onnx.registry import Node, numbers, operator
from engine.tensor import Tensor

# NumPy calls them the same; said one by one because its stubs want to know.
MODES: dict[str, Literal["reflect", "edge", "wrap"]] = {"reflect": "reflect", "edge": "edge", "wrap": "wrap"}


@operator("Reshape")
def reshape(node: Node, x: Tensor, shape: Tensor | None = None) -> Tensor:
    """Give the elements another shape: 0 keeps an axis, -1 takes what is left."""
    wanted = node.get("shape", []) if shape is None else numbers(shape)
    if not node.get("allowzero", 0):
        wanted = [x.shape[axis] if length == 0 else length for axis, length in enumerate(wanted)]
    return x.reshape(tuple(wanted))


@operator("Flatten")
def flatten(node: Node, x: Tensor) -> Tensor:
    """Join the axes before `axis`, and those from it on."""
    axis = node.get("axis", 1)
    first = math.prod(x.shape[:axis])
    return x.reshape(first, math.prod(x.shape[axis:]))


@operator("Transpose")
def transpose(node: Node, x: Tensor) -> Tensor:
    """Put the axes in another order; in reverse if the node states none."""
    result: Tensor = ops.permute(x, tuple(node.get("perm", range(x.ndim)[::-1])))
    return result


@operator("Squeeze")
def squeeze(node: Node, x: Tensor, axes: Tensor | None = None) -> Tensor:
    """Drop axes of length 1: those named, or all."""
    named = node.axes(axes, since=13)
    result: Tensor = ops.squeeze(x) if named is None else ops.squeeze(x, tuple(named))
    return result


@operator("Unsqueeze")
def unsqueeze(node: Node, x: Tensor, axes: Tensor | None = None) -> Tensor:
    """Insert axes of length 1, counted in the result."""
    named = node.axes(axes, since=13) or []
    ndim = x.ndim + len(named)
    for axis in sorted(axis % ndim for axis in named):
        x = ops.unsqueeze(x, axis)
    return x


@operator("Expand")
def expand(node: Node, x: Tensor, shape: Tensor) -> Tensor:
    """Repeat along axes of length 1; an axis of length 1 in `shape` repeats nothing."""
    result: Tensor = ops.expand(x, np.broadcast_shapes(x.shape, tuple(numbers(shape))))
    return result


@operator("Concat")
def concat(node: Node, *parts: Tensor) -> Tensor:
    """Join along an axis."""
    result: Tensor = ops.cat(list(parts), node.get("axis", 1))
    return result


@operator("Split")
def split(node: Node, x: Tensor, sizes: Tensor | None = None) -> tuple[Tensor, ...]:
    """Cut along an axis: into the sizes given, or equal ones with the last smaller if it must be."""
    axis = node.get("axis", 0)
    wanted: list[int] | None = node.get("split", None) if sizes is None else numbers(sizes)
    if wanted is None:
        length, count = x.shape[axis], len(node.outputs)
        each = -(-length // count)
        wanted = [min(each, max(0, length - i * each)) for i in range(count)]
    return tuple(ops.split(x, wanted, axis))


@operator("Pad")
def pad(
    node: Node, x: Tensor, pads: Tensor | None = None, value: Tensor | None = None, axes: Tensor | None = None
) -> Tensor:
    """Add elements at the ends of axes; a negative number takes some away."""
    amounts = node.get("pads", node.get("paddings", [])) if pads is None else numbers(pads)
    named = [axis % x.ndim for axis in (range(x.ndim) if axes is None else numbers(axes))]
    mode = node.choice("mode", ("constant", *MODES))
    ends = {axis: (amounts[i], amounts[len(named) + i]) for i, axis in enumerate(named)}
    if mode == "constant":
        fill = node.get("value", 0.0) if value is None else value.item()
        return pad_constant(x, [ends.get(axis, (0, 0)) for axis in range(x.ndim)], fill)
    for axis, (before, after) in ends.items():
        places = np.pad(np.arange(x.shape[axis]), (max(before, 0), max(after, 0)), MODES[mode])
        x = take(x, places[max(-before, 0) : len(places) - max(-after, 0)], axis)
    return x


def pad_constant(x: Tensor, ends: list[tuple[int, int]], fill: Any = 0.0) -> Tensor:
    """Add `fill` at both ends of every axis; a negative number takes elements away."""
    cut = tuple(
        slice(max(-before, 0), length - max(-after, 0)) for length, (before, after) in zip(x.shape, ends, strict=True)
    )
    if any(min(end) < 0 for end in ends):
        x = x[cut]
    added = [max(amount, 0) for end in reversed(ends) for amount in end]
    if not any(added):
        return x
    while added[-2:] == [0, 0]:
        added = added[:-2]
    result: Tensor = ops.pad(x, tuple(added), value=fill)
    return result


def take(x: Tensor, places: Any, axis: int) -> Tensor:
    """Return the slices of `x` at these places (whole numbers in one row) along an axis."""
    return x[(*[slice(None)] * axis, Tensor(np.asarray(places, np.int64)))]
