"""Losses."""

from engine import ops
from engine.onnx.registry import Node, operator
from engine.tensor import Tensor

REDUCTIONS = ("mean", "none", "sum")


@operator("NegativeLogLikelihoodLoss")
def nll_loss(node: Node, log_probabilities: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Read off the log-probability (N, C, ...) of the true class (N, ...)."""
    batch, classes, *lengths = log_probabilities.shape
    order = (0, *range(2, log_probabilities.ndim), 1)
    rows = ops.permute(log_probabilities, order).reshape(-1, classes)
    labels = Tensor(target.array.reshape(-1).astype("int64"))
    reduction = node.choice("reduction", REDUCTIONS)
    loss: Tensor = ops.nll_loss(
        rows, labels, weight, ignore_index=node.get("ignore_index", -100), reduction=reduction
    )
    return loss.reshape(batch, *lengths) if reduction == "none" else loss


@operator("SoftmaxCrossEntropyLoss")
def softmax_cross_entropy(
    node: Node, scores: Tensor, target: Tensor, weight: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Do the same from scores; the second output is the log-probabilities."""
    log_probabilities: Tensor = ops.log_softmax(scores, 1)
    return nll_loss(node, log_probabilities, target, weight), log_probabilities
