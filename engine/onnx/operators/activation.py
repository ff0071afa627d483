"""Activations and softmax."""

import math
from collections.abc import Callable

from engine import ops
from engine.onnx.registry import Node, operator
from engine.tensor import Tensor

PLAIN: dict[str, Callable[[Tensor], Tensor]] = {
    "Relu": ops.relu,
    "Sigmoid": ops.sigmoid,
    "Softplus": ops.softplus,
    "Tanh": ops.tanh,
}
SOFTMAX: dict[str, Callable[[Tensor, int], Tensor]] = {"LogSoftmax": ops.log_softmax, "Softmax": ops.softmax}


@operator(*PLAIN)
def activation(node: Node, x: Tensor) -> Tensor:
    """Apply one of PLAIN."""
    return PLAIN[node.kind](x)


@operator("LeakyRelu")
def leaky_relu(node: Node, x: Tensor) -> Tensor:
    """Scale what is below 0 by alpha."""
    result: Tensor = ops.leaky_relu(x, node.get("alpha", 0.01))
    return result


@operator("Gelu")
def gelu(node: Node, x: Tensor) -> Tensor:
    """Weigh by the normal distribution, or its approximation by tanh."""
    tanh = node.choice("approximate", ("none", "tanh")) == "tanh"
    result: Tensor = ops.gelu(x, approximate="tanh" if tanh else "none")
    return result


@operator(*SOFTMAX)
def softmax(node: Node, x: Tensor) -> Tensor:
    """Normalise along one axis; before operator set 13, along all from that axis on together."""
    function = SOFTMAX[node.kind]
    if node.opset >= 13:
        return function(x, node.get("axis", -1))
    axis = node.get("axis", 1) % max(x.ndim, 1)
    return function(x.reshape(math.prod(x.shape[:axis]), -1), 1).reshape(x.shape)
