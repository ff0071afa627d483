"""Losses."""

from engine import ops
from engine.onnx.registry import Node, operator
from engine.tensor import Tensor

REDUCTIONS = ("mean", "none", "sum")


@operator("NegativeLogLikelihoodLoss")
def nll_loss(node: Node, log_probabilities: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Read off the log-probability (N, C, ...) of the true class (N, ...)."""
    settings = {"ignore_index": node.get("ignore_index", -100), "reduction": node.choice("reduction", REDUCTIONS)}
    loss: Tensor = ops.nll_loss(log_probabilities, ops.to(target, "int64"), weight, **settings)
    return loss


@operator("SoftmaxCrossEntropyLoss")
def softmax_cross_entropy(
    node: Node, scores: Tensor, target: Tensor, weight: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Do the same from scores; the second output is the log-probabilities."""
    log_probabilities: Tensor = ops.log_softmax(scores, 1)
    return nll_loss(node, log_probabilities, target, weight), log_probabilities
