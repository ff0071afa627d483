"""The last layer of the LeNet of 1998, and its loss."""

from typing import Literal

import numpy as np

from engine.errors import ParameterError, ShapeError
from engine.nn.module import Module
from engine.ops import rbf, rbf_loss
from engine.random import default_generator
from engine.tensor import Tensor


class RBF(Module):
    """Squared distances to fixed codes of the classes; see :func:`engine.rbf`.

    Parameters
    ----------
    in_features : int
        D, inputs of each example.
    num_classes : int
        K.
    weight : Tensor (K, D) or (K, …), optional
        The codes: D entries for each class, such as 7x12 pictures of the characters for D = 84, with -1
        for paper and 1 for ink. By default -1 and 1 are drawn with equal probability, which the paper
        names, too.

    Attributes
    ----------
    weight : Buffer (K, D)

    Raises
    ------
    ParameterError
        If a size is below 1.
    ShapeError
        If there are not D entries for each of K classes.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998,
    section II.B.

    Examples
    --------
    >>> import engine
    >>> layer = RBF(4, 2, engine.tensor([[[1.0, -1.0], [1.0, -1.0]], [[-1.0, -1.0], [1.0, 1.0]]]))
    >>> layer(engine.tensor([[1.0, -1.0, 1.0, -1.0]]))
    tensor([[0., 8.]])
    """

    weight: Tensor

    def __init__(self, in_features: int, num_classes: int, weight: Tensor | None = None) -> None:
        if in_features < 1 or num_classes < 1:
            got = f"in_features={in_features}, num_classes={num_classes}"
            raise ParameterError("RBF", "sizes of at least 1", got)
        self.in_features = in_features
        self.num_classes = num_classes
        if weight is None:
            signs = default_generator().choice([-1.0, 1.0], (num_classes, in_features))
            codes = Tensor(signs.astype(np.float32))
        elif weight.ndim >= 1 and len(weight) == num_classes and weight.numel() == num_classes * in_features:
            codes = weight.detach().reshape(num_classes, in_features)
        else:
            expected = f"weight with {in_features} entries for each of {num_classes} classes"
            raise ShapeError("RBF", expected, f"shape {weight.shape}")
        self.register_buffer("weight", codes)

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, D) to penalties (N, K)."""
        out: Tensor = rbf(input, self.weight)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"in_features={self.in_features}, num_classes={self.num_classes}"


class RBFLoss(Module):
    """The loss of 1998, on the penalties of :class:`RBF`; see :func:`engine.rbf_loss`.

    Parameters
    ----------
    j : float
        Penalty of a rubbish class that fits everything.
    reduction : {"mean", "sum", "none"}, optional
        What to make of the losses of a batch.

    Examples
    --------
    >>> import engine
    >>> RBFLoss(j=1000.0)(engine.tensor([[0.0, 100.0]]), engine.tensor([0]))
    tensor(0.)
    """

    def __init__(self, j: float = 0.1, *, reduction: Literal["mean", "sum", "none"] = "mean") -> None:
        self.j = j
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map penalties (N, K) and classes (N,) to the loss."""
        out: Tensor = rbf_loss(input, target, self.j, reduction=self.reduction)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"j={self.j}"
