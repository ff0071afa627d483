"""Normalisations, and dropout."""

import numpy as np

from engine import ops, random
from engine.errors import OnnxError
from engine.onnx.registry import Node, operator
from engine.tensor import Tensor

EPSILON = 1e-5


@operator("BatchNormalization")
def batch_normalization(
    node: Node, x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, var: Tensor
) -> Tensor | tuple[Tensor, ...]:
    """Normalise each channel by running statistics, or the batch's own; then also return the new running ones."""
    if not node.get("spatial", 1):
        raise OnnxError("BatchNormalization", "spatial=1", "spatial=0")
    epsilon, momentum = node.get("epsilon", EPSILON), node.get("momentum", 0.9)
    if not (node.get("training_mode", 0) if node.opset >= 14 else node.wants(1)):
        result: Tensor = ops.batch_norm(x, mean, var, scale, bias, False, 0.0, epsilon)
        return result
    out = ops.batch_norm(x, None, None, scale, bias, True, 0.0, epsilon)
    others = (0, *range(2, x.ndim))
    own_mean, own_var = ops.mean(x, others), ops.var(x, others, correction=0)
    return out, mean * momentum + own_mean * (1 - momentum), var * momentum + own_var * (1 - momentum)


@operator("LayerNormalization")
def layer_normalization(
    node: Node, x: Tensor, scale: Tensor, bias: Tensor | None = None
) -> Tensor | tuple[Tensor, ...]:
    """Normalise over the axes from `axis` on; also return mean and 1 / standard deviation if wanted."""
    axis, epsilon = node.get("axis", -1) % x.ndim, node.get("epsilon", EPSILON)
    shape = x.shape[axis:]
    weight, shift = (p if p is None or p.shape == shape else ops.expand(p, shape) for p in (scale, bias))
    out: Tensor = ops.layer_norm(x, shape, weight, shift, epsilon)
    if not node.wants(1) and not node.wants(2):
        return out
    axes = tuple(range(axis, x.ndim))
    return out, ops.mean(x, axes, True), 1 / ops.sqrt(ops.var(x, axes, correction=0, keepdim=True) + epsilon)


@operator("GroupNormalization")
def group_normalization(node: Node, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    """Normalise groups of channels; before operator set 21, scale and bias are those of a group."""
    groups = node.attributes["num_groups"]
    if node.opset < 21:
        each = x.shape[1] // groups
        scale, bias = (ops.expand(p.reshape(groups, 1), (groups, each)).reshape(groups * each) for p in (scale, bias))
    result: Tensor = ops.group_norm(x, groups, scale, bias, node.get("epsilon", EPSILON))
    return result


@operator("LRN")
def local_response_normalization(node: Node, x: Tensor) -> Tensor:
    """Divide by the neighbouring channels' size."""
    size = node.attributes["size"]
    settings = (size, node.get("alpha", 1e-4), node.get("beta", 0.75), node.get("bias", 1.0))
    # Of an even number of channels, ONNX takes the odd one from above, PyTorch from below.
    out: Tensor = ops.local_response_norm(x if size % 2 else ops.flip(x, 1), *settings)
    return out if size % 2 else ops.flip(out, 1)


@operator("Dropout")
def dropout(
    node: Node, x: Tensor, ratio: Tensor | None = None, training: Tensor | None = None
) -> Tensor | tuple[Tensor, Tensor]:
    """Drop elements and scale up the others, if the node is told to train; else pass on.

    A node with a seed draws what NumPy's RandomState draws, as ONNX's own tests do.
    """
    share = node.get("ratio", 0.5) if ratio is None else ratio.item()
    active = node.opset >= 12 and training is not None and bool(training.item()) and share > 0
    if not active:
        return x, Tensor(np.ones(x.shape, np.bool_ if node.opset >= 10 else x.dtype))
    seed = node.get("seed", None)
    draw = random.default_generator().random if seed is None else np.random.RandomState(int(seed)).random_sample
    kept = Tensor(draw(x.shape) >= share)
    scale = 0.0 if share == 1 else 1 / (1 - share)
    return x * Tensor(kept.array.astype(x.dtype)) * scale, kept
