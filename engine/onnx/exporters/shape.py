"""Ops that rearrange elements."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.autograd import Variable
from engine.errors import OnnxError
from engine.onnx.exporters.registry import exporter, operand
from engine.onnx.graph import Application, Graph, lengths

KEEP, REST = 0, -1


@exporter("reshape")
def reshape(graph: Graph, application: Application) -> None:
    """Write the new shape; a length that depends on the batch is kept from the input, or what is left."""
    before = lengths(application.arrays("input"))
    shape = []
    for axis, pair in enumerate(application.shapes):
        if pair[0] == pair[1]:
            shape.append(pair[0])
        else:
            shape.append(KEEP if before[axis : axis + 1] == [pair] else REST)
    if shape.count(REST) > 1:
        got = f"{application.results[0][0].shape} and {application.results[0][1].shape}"
        raise OnnxError("export of reshape", "one length that depends on the batch", got, "pass dynamic_batch=False")
    graph.compute(application, "Reshape", [operand(graph, application, "input"), graph.constant(shape, np.int64)])


@exporter("expand")
def expand(graph: Graph, application: Application) -> None:
    """Write the new shape; 1 keeps an axis."""
    before = lengths(application.arrays("input"))
    before = [(1, 1)] * (len(application.shapes) - len(before)) + before
    shape = []
    for old, new in zip(before, application.shapes, strict=True):
        if old != new and new[0] != new[1]:
            raise OnnxError("export of expand", "lengths that do not depend on the batch", f"{new[0]} and {new[1]}")
        shape.append(1 if old == new else new[0])
    graph.compute(application, "Expand", [operand(graph, application, "input"), graph.constant(shape, np.int64)])


@exporter("permute")
def permute(graph: Graph, application: Application) -> None:
    """Write the order of the axes."""
    ndim = len(application.shapes)
    perm = [dim % ndim for dim in application.setting("dims")]
    graph.compute(application, "Transpose", [operand(graph, application, "input")], perm=perm)


@exporter("cat")
def cat(graph: Graph, application: Application) -> None:
    """Write what is joined; ONNX wants one dtype, and knows no empty part of shape (0,)."""
    parts = [pair for pair in application.lists("tensors") if pair[0].shape != (0,)] or application.lists("tensors")
    if len({first.dtype for first, _ in parts}) > 1:
        raise OnnxError("export of cat", "tensors of one dtype", ", ".join(str(first.dtype) for first, _ in parts))
    graph.compute(application, "Concat", [graph.of(*pair) for pair in parts], axis=application.setting("dim"))


@exporter("constant_pad_nd")
def constant_pad(graph: Graph, application: Application) -> None:
    """Write how many elements are added where; those taken off are sliced off first."""
    dtype = application.arrays("input")[0].dtype
    pad = application.setting("pad")
    axes = list(range(len(application.shapes))[::-1][: len(pad) // 2])
    name = operand(graph, application, "input")
    if min(pad, default=0) < 0:
        cut = {
            axis: slice(max(-before, 0), min(after, 0) or None)
            for axis, before, after in zip(axes, pad[::2], pad[1::2], strict=True)
        }
        name = graph.add("Slice", _sliced(graph, name, cut))
    ends = graph.constant([max(amount, 0) for amount in (*pad[::2], *pad[1::2])], np.int64)
    fill = graph.constant(application.setting("value"), dtype)
    graph.compute(application, "Pad", [name, ends, fill, graph.constant(axes, np.int64)])


@exporter("flip")
def flip(graph: Graph, application: Application) -> None:
    """Write a slice that goes backwards."""
    dims = application.setting("dims")
    axes = [dims] if isinstance(dims, int) else list(dims)
    backwards = slice(-1, np.iinfo(np.int64).min, -1)
    graph.compute(
        application, "Slice", _sliced(graph, operand(graph, application, "input"), dict.fromkeys(axes, backwards))
    )


@exporter("getitem")
def getitem(graph: Graph, application: Application) -> None:
    """Write slices, whole numbers, new axes, and one array of positions, one after the other."""
    ndim = len(lengths(application.arrays("input")))
    parts = _without_ellipsis(application.setting("index"), ndim)
    named = list(enumerate(part for part in parts if part is not None))
    slices = {axis: part for axis, part in named if isinstance(part, slice) and part != slice(None)}
    numbers = [(axis, part) for axis, part in named if isinstance(part, int)]
    picks = [(axis, part) for axis, part in named if not isinstance(part, int | slice)]
    if len(picks) > 1 or any(_array(part).dtype.kind not in "iu" for _, part in picks):
        raise OnnxError("export of []", "at most one array, of positions", repr(application.setting("index")))
    left = [part for part in parts if not isinstance(part, int)]
    new = [i for i, part in enumerate(left) if part is None]
    if picks:
        new = [i + (_array(picks[0][1]).ndim - 1) * (i > left.index(picks[0][1])) for i in new]
    name = operand(graph, application, "input")
    if slices:
        name = graph.add("Slice", _sliced(graph, name, slices))
    for axis, part in sorted([*numbers, *picks], key=lambda pair: -pair[0]):
        places = (
            graph.of(_array(part), _array(part)) if picks and part is picks[0][1] else graph.constant(part, np.int64)
        )
        name = graph.add("Gather", [name, places], axis=axis)
    if new:
        name = graph.add("Unsqueeze", [name, graph.constant(new, np.int64)])
    graph.name(application.results[0], name)


def _without_ellipsis(index: Any, ndim: int) -> list[Any]:
    parts = list(index) if isinstance(index, tuple) else [index]
    for place, part in enumerate(parts):
        if part is ...:
            missing = ndim - sum(one is not None and one is not ... for one in parts)
            return [*parts[:place], *[slice(None)] * missing, *parts[place + 1 :]]
    return parts


def _sliced(graph: Graph, name: str, slices: Mapping[int, slice]) -> list[str]:
    """Return the inputs of a Slice."""
    end = np.iinfo(np.int64).max
    starts = [part.start or 0 for part in slices.values()]
    ends = [end if part.stop is None else part.stop for part in slices.values()]
    steps = [part.step or 1 for part in slices.values()]
    return [name, *[graph.constant(numbers, np.int64) for numbers in (starts, ends, list(slices), steps)]]


def _array(part: Any) -> Array:
    return part.array if isinstance(part, Variable) else np.asarray(part)
