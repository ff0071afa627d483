"""Pooling in one, two or three spatial axes."""

import math

import numpy as np

from engine import ops
from engine.arrays import Array
from engine.errors import OnnxError
from engine.onnx.operators.conv import convolve
from engine.onnx.operators.shape import pad_constant
from engine.onnx.operators.windows import Windows, windows
from engine.onnx.registry import Node, numbers, operator
from engine.tensor import Tensor


@operator("MaxPool")
def max_pool(node: Node, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
    """Take the largest of each window; the second output says where it was, counted over the whole tensor."""
    batch, channels, *lengths = x.shape
    where = windows(node, lengths, node.attributes["kernel_shape"])
    if x.dtype.kind != "f":
        x = ops.to(x, "float64")
    ends = where.needed(lengths)
    padded = pad_constant(x, [(0, 0), (0, 0), *ends], -math.inf)
    out, places = _max_pool_planes(padded.reshape(batch * channels, *padded.shape[2:]), where)
    out = out.reshape(batch, channels, *where.count)
    if not node.wants(1):
        return out
    coordinates = np.unravel_index(places.reshape(out.shape), padded.shape[2:])
    spatial = [axis - before for axis, (before, _) in zip(coordinates, ends, strict=True)]
    if node.get("storage_order", 0):
        spatial, lengths = spatial[::-1], lengths[::-1]
    flat = np.ravel_multi_index(tuple(spatial), lengths)
    starts = np.arange(batch * channels).reshape(batch, channels, *[1] * len(lengths)) * math.prod(lengths)
    return out, Tensor(starts + flat)


def _max_pool_planes(x: Tensor, where: Windows) -> tuple[Tensor, Array]:
    """Pool (P, ...) in which all windows fit; also return each maximum's place in its plane, counted flat."""
    size, stride, dilation = where.size, where.stride, where.dilation
    if x.ndim == 4:  # volumes: first each layer, then along the depth
        planes, depth, height, width = x.shape
        inner = Windows(size[1:], stride[1:], dilation[1:], [0, 0], [0, 0], where.count[1:])
        layers, inside = _max_pool_planes(x.reshape(planes * depth, height, width), inner)
        columns = math.prod(where.count[1:])
        outer = Windows([size[0], 1], [stride[0], 1], [dilation[0], 1], [0, 0], [0, 0], [where.count[0], columns])
        out, chosen = _max_pool_planes(layers.reshape(planes, depth, columns), outer)
        chosen = chosen.reshape(planes, -1)
        within = np.take_along_axis(inside.reshape(planes, -1), chosen, 1)
        return out, chosen // columns * (height * width) + within
    if x.ndim == 2:
        x = ops.unsqueeze(x, 1)
        size, stride, dilation = [1, *size], [1, *stride], [1, *dilation]
    if x.ndim != 3:
        raise OnnxError("MaxPool", "1, 2 or 3 spatial axes", str(x.ndim - 1))
    out, places = ops.max_pool2d(
        ops.unsqueeze(x, 1), tuple(size), tuple(stride), 0, tuple(dilation), return_indices=True
    )
    return out, places.array


@operator("AveragePool")
def average_pool(node: Node, x: Tensor) -> Tensor:
    """Average each window: a convolution with ones, divided by how many elements count."""
    batch, channels, *lengths = x.shape
    where = windows(node, lengths, node.attributes["kernel_shape"])
    include = bool(node.get("count_include_pad", 0))
    padded = pad_constant(x, [(0, 0), (0, 0), *where.needed(lengths)])
    inside = Windows(where.size, where.stride, where.dilation, [0] * len(lengths), [0] * len(lengths), where.count)
    ones = Tensor(np.ones((1, 1, *where.size), x.dtype))
    sums = convolve(padded.reshape(batch * channels, 1, *padded.shape[2:]), ones, None, inside, 1)
    counts = np.ones((), np.int64)
    for axis, length in enumerate(lengths):
        counts = np.multiply.outer(counts, _counted(where, axis, length, include))
    result: Tensor = sums.reshape(batch, channels, *where.count) / Tensor(counts.astype(x.dtype))
    return result


def _counted(where: Windows, axis: int, length: int, include: bool) -> Array:
    """Return how many elements along an axis count for each window: those of the image, or the padding too."""
    starts = np.arange(where.count[axis]) * where.stride[axis] - where.before[axis]
    places = starts[:, None] + np.arange(where.size[axis]) * where.dilation[axis]
    low, high = (-where.before[axis], length + where.after[axis]) if include else (0, length)
    counted: Array = ((places >= low) & (places < high)).sum(1)
    return counted


@operator("GlobalAveragePool")
def global_average_pool(node: Node, x: Tensor) -> Tensor:
    """Average each map."""
    result: Tensor = ops.mean(x, tuple(range(2, x.ndim)), True)
    return result


@operator("GlobalMaxPool")
def global_max_pool(node: Node, x: Tensor) -> Tensor:
    """Take the largest of each map."""
    result: Tensor = ops.amax(x, tuple(range(2, x.ndim)), True)
    return result


@operator("MaxUnpool")
def max_unpool(node: Node, x: Tensor, places: Tensor, output_shape: Tensor | None = None) -> Tensor:
    """Put values where pooling found them, among zeros."""
    batch, channels, *lengths = x.shape
    size = list(node.attributes["kernel_shape"])
    rank = len(size)
    if rank > 2:
        raise OnnxError("MaxUnpool", "1 or 2 spatial axes", str(rank))
    stride, pads = list(node.get("strides", [1] * rank)), list(node.get("pads", [0] * 2 * rank))
    spatial = [(n - 1) * stride[i] + size[i] - pads[i] - pads[rank + i] for i, n in enumerate(lengths)]
    starts = np.arange(batch * channels).reshape(batch, channels, *[1] * rank) * math.prod(spatial)
    inside = Tensor(places.array - starts)
    padding, plane = pads[:rank], spatial
    if rank == 1:
        x, inside = ops.unsqueeze(x, 2), ops.unsqueeze(inside, 2)
        size, stride, padding, plane = [1, *size], [1, *stride], [0, *padding], [1, *plane]
    out: Tensor = ops.max_unpool2d(x, inside, tuple(size), tuple(stride), tuple(padding), tuple(plane))
    out = out.reshape(batch, channels, *spatial)
    if output_shape is None:
        return out
    return pad_constant(out, [(0, wanted - got) for wanted, got in zip(numbers(output_shape), out.shape, strict=True)])
