"""Loss layers."""

from typing import Literal, TypeAlias

from engine.nn.module import Module
from engine.ops import binary_cross_entropy_with_logits, cross_entropy, l1_loss, mse_loss, nll_loss
from engine.tensor import Tensor

Reduction: TypeAlias = Literal["mean", "sum", "none"]


class CrossEntropyLoss(Module):
    """Softmax cross-entropy of logits and classes; see :func:`engine.cross_entropy`.

    Parameters
    ----------
    weight : Tensor (K,), optional
        What an example of each class counts.
    ignore_index : int
        Examples whose target is this number do not count.
    reduction : {"mean", "sum", "none"}, optional
        What to make of the losses of a batch.
    label_smoothing : float
        What part of the target is spread evenly over all classes.

    Attributes
    ----------
    weight : Buffer (K,) or None

    Examples
    --------
    >>> import engine
    >>> CrossEntropyLoss()(engine.tensor([[0.0, 0.0]]), engine.tensor([1]))
    tensor(0.6931472)
    """

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = -100,
        reduction: Reduction = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map logits (N, K, …) and classes (N, …), or probabilities (N, K, …), to the loss."""
        out: Tensor = cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )
        return out


class NLLLoss(Module):
    """Negative log-likelihood of log-probabilities and classes; see :func:`engine.nll_loss`.

    Parameters
    ----------
    weight : Tensor (K,), optional
        What an example of each class counts.
    ignore_index : int
        Examples whose target is this number do not count.
    reduction : {"mean", "sum", "none"}, optional
        What to make of the losses of a batch.

    Attributes
    ----------
    weight : Buffer (K,) or None

    Examples
    --------
    >>> import engine
    >>> NLLLoss()(engine.tensor([[-0.5, -1.0]]), engine.tensor([1]))
    tensor(1.)
    """

    weight: Tensor | None

    def __init__(
        self, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: Reduction = "mean"
    ) -> None:
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map log-probabilities (N, K, …) and classes (N, …) to the loss."""
        out: Tensor = nll_loss(input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction)
        return out


class MSELoss(Module):
    """Mean squared error; see :func:`engine.mse_loss`.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}, optional
        What to make of all squared errors.

    Examples
    --------
    >>> import engine
    >>> MSELoss()(engine.tensor([1.0, 2.0]), engine.tensor([1.0, 5.0]))
    tensor(4.5)
    """

    def __init__(self, *, reduction: Reduction = "mean") -> None:
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map two tensors of the same shape to the loss."""
        out: Tensor = mse_loss(input, target, reduction=self.reduction)
        return out


class L1Loss(Module):
    """Mean absolute error; see :func:`engine.l1_loss`.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}, optional
        What to make of all absolute errors.

    Examples
    --------
    >>> import engine
    >>> L1Loss()(engine.tensor([1.0, 2.0]), engine.tensor([1.0, 5.0]))
    tensor(1.5)
    """

    def __init__(self, *, reduction: Reduction = "mean") -> None:
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map two tensors of the same shape to the loss."""
        out: Tensor = l1_loss(input, target, reduction=self.reduction)
        return out


class BCEWithLogitsLoss(Module):
    """Cross-entropy of yes-or-no answers; see :func:`engine.binary_cross_entropy_with_logits`.

    Parameters
    ----------
    weight : Tensor, optional
        What each answer counts.
    reduction : {"mean", "sum", "none"}, optional
        What to make of the losses of all answers.
    pos_weight : Tensor, optional
        What a yes counts beside a no.

    Attributes
    ----------
    weight, pos_weight : Buffer or None

    Examples
    --------
    >>> import engine
    >>> BCEWithLogitsLoss()(engine.tensor([0.0]), engine.tensor([1.0]))
    tensor(0.6931472)
    """

    weight: Tensor | None
    pos_weight: Tensor | None

    def __init__(
        self, weight: Tensor | None = None, *, reduction: Reduction = "mean", pos_weight: Tensor | None = None
    ) -> None:
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map logits and answers of the same shape to the loss."""
        out: Tensor = binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )
        return out
