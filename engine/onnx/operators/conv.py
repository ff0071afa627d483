"""Convolution and its transpose, in one, two or three spatial axes, and products of matrices.

The engine convolves images. A signal is an image of one row. A volume is a pile of images: its depth joins
the batch, each depth of the filter is one convolution of images, and the results are added.
"""

from functools import reduce

from engine import ops
from engine.errors import OnnxError
from engine.onnx.operators.shape import pad_constant
from engine.onnx.operators.windows import Windows, windows
from engine.onnx.registry import Node, operator
from engine.tensor import Tensor


@operator("Conv")
def conv(node: Node, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Slide filters (K, C / group, ...) over (N, C, ...)."""
    where = windows(node, x.shape[2:], weight.shape[2:])
    return convolve(x, weight, bias, where, node.get("group", 1))


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None, where: Windows, groups: int) -> Tensor:
    """Convolve signals, images or volumes."""
    rank = x.ndim - 2
    stride, dilation = tuple(where.stride), tuple(where.dilation)
    if rank == 1:
        flat = Windows(*[[fill, *setting] for fill, setting in zip((1, 1, 1, 0, 0, 1), _settings(where), strict=True)])
        result = convolve(ops.unsqueeze(x, 2), ops.unsqueeze(weight, 2), bias, flat, groups)
        return result[:, :, 0]
    if rank == 2:
        symmetric = where.before == where.after
        if not symmetric:
            x = pad_constant(x, [(0, 0), (0, 0), *where.ends])
        images: Tensor = ops.conv2d(x, weight, bias, stride, tuple(where.before) if symmetric else 0, dilation, groups)
        return images
    if rank != 3:
        raise OnnxError("Conv", "1, 2 or 3 spatial axes", f"shape {x.shape}")
    x = pad_constant(x, [(0, 0), (0, 0), where.ends[0], (0, 0), (0, 0)])
    inner = Windows(*[setting[1:] for setting in _settings(where)])
    parts = []
    for depth in range(where.size[0]):
        start = depth * dilation[0]
        layers = x[:, :, start : start + (where.count[0] - 1) * stride[0] + 1 : stride[0]]
        parts.append(_volumes(convolve(_pile(layers), weight[:, :, depth], None, inner, groups), layers))
    return _biased(reduce(ops.add, parts), bias)


@operator("ConvTranspose")
def conv_transpose(node: Node, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Spread filters (C, K / group, ...) over the places of (N, C, ...); then cut the padding off."""
    rank = x.ndim - 2
    size = weight.shape[2:]
    stride = list(node.get("strides", [1] * rank))
    dilation = list(node.get("dilations", [1] * rank))
    added = list(node.get("output_padding", [0] * rank))
    auto = node.choice("auto_pad", ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"))
    full = [(n - 1) * s + (k - 1) * d + 1 for n, s, k, d in zip(x.shape[2:], stride, size, dilation, strict=True)]
    wanted = node.get("output_shape", None)
    if wanted is None and auto.startswith("SAME"):
        wanted = [n * s for n, s in zip(x.shape[2:], stride, strict=True)]
    pads = list(node.get("pads", [0] * 2 * rank))
    if wanted is not None:
        for axis, length in enumerate(wanted[-rank:]):
            total = full[axis] + added[axis] - length
            pads[axis] = total // 2 if auto == "SAME_UPPER" else total - total // 2
            pads[rank + axis] = total - pads[axis]
    spread = _spread(x, weight, stride, dilation, node.get("group", 1))
    ends = [(-pads[axis], added[axis] - pads[rank + axis]) for axis in range(rank)]
    return _biased(pad_constant(spread, [(0, 0), (0, 0), *ends]), bias)


def _spread(x: Tensor, weight: Tensor, stride: list[int], dilation: list[int], groups: int) -> Tensor:
    rank = x.ndim - 2
    if rank == 1:
        rows = _spread(ops.unsqueeze(x, 2), ops.unsqueeze(weight, 2), [1, *stride], [1, *dilation], groups)
        return rows[:, :, 0]
    if rank == 2:
        images: Tensor = ops.conv_transpose2d(x, weight, None, tuple(stride), groups=groups, dilation=tuple(dilation))
        return images
    if rank != 3:
        raise OnnxError("ConvTranspose", "1, 2 or 3 spatial axes", f"shape {x.shape}")
    count, size = x.shape[2], weight.shape[2]
    parts = []
    for depth in range(size):
        layers = _volumes(_spread(_pile(x), weight[:, :, depth], stride[1:], dilation[1:], groups), x)
        # Layers stand `stride` apart in the result: an axis of that length is put behind the depth, then joined.
        gaps = pad_constant(ops.unsqueeze(layers, 3), [(0, 0)] * 3 + [(0, stride[0] - 1)] + [(0, 0)] * 2)
        joined = gaps.reshape(*layers.shape[:2], count * stride[0], *layers.shape[3:])
        before = depth * dilation[0]
        after = (size - 1 - depth) * dilation[0] - (stride[0] - 1)
        parts.append(pad_constant(joined, [(0, 0)] * 2 + [(before, after)] + [(0, 0)] * 2))
    return reduce(ops.add, parts)


def _pile(volumes: Tensor) -> Tensor:
    """Return all layers of volumes (N, C, D, H, W) as images (N D, C, H, W)."""
    batch, channels, depth, *image = volumes.shape
    layers: Tensor = ops.permute(volumes, (0, 2, 1, 3, 4))
    return layers.reshape(batch * depth, channels, *image)


def _volumes(pile: Tensor, like: Tensor) -> Tensor:
    """Return images (N D, K, OH, OW) as volumes (N, K, D, OH, OW), with N and D of the volumes they come from."""
    result: Tensor = ops.permute(pile.reshape(like.shape[0], like.shape[2], *pile.shape[1:]), (0, 2, 1, 3, 4))
    return result


def _biased(x: Tensor, bias: Tensor | None) -> Tensor:
    return x if bias is None else x + bias.reshape(-1, *[1] * (x.ndim - 2))


def _settings(where: Windows) -> list[list[int]]:
    return [where.size, where.stride, where.dilation, where.before, where.after, where.count]


@operator("MatMul")
def matmul(node: Node, a: Tensor, b: Tensor) -> Tensor:
    """Multiply matrices, as NumPy's matmul."""
    result: Tensor = ops.matmul(a, b)
    return result


@operator("Gemm")
def gemm(node: Node, a: Tensor, b: Tensor, c: Tensor | None = None) -> Tensor:
    """Compute alpha times a product of matrices, plus beta times `c`."""
    alpha, beta = node.get("alpha", 1.0), node.get("beta", 1.0)
    if node.get("transA", 0):
        a = ops.permute(a, (1, 0))
    if not node.get("transB", 0):
        b = ops.permute(b, (1, 0))
    if (alpha, beta) == (1.0, 1.0) and (c is None or c.shape == b.shape[:1]):
        out: Tensor = ops.linear(a, b, c)
        return out
    out = ops.linear(a, b) * alpha
    return out if c is None else out + c * beta
