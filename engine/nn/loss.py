"""Loss layers."""

from typing import Literal

from engine.nn.module import Module
from engine.ops import cross_entropy
from engine.tensor import Tensor


class CrossEntropyLoss(Module):
    """Softmax cross-entropy of logits and class numbers; see :func:`engine.cross_entropy`.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}, optional
        What to make of the losses of a batch.

    Examples
    --------
    >>> import engine
    >>> CrossEntropyLoss()(engine.tensor([[0.0, 0.0]]), engine.tensor([1]))
    tensor(0.6931472)
    """

    def __init__(self, *, reduction: Literal["mean", "sum", "none"] = "mean") -> None:
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map logits (N, K) and classes (N,) to the loss."""
        out: Tensor = cross_entropy(input, target, reduction=self.reduction)
        return out
