"""Committees: networks that vote, and the network the committees of 2012 were made of."""

from collections.abc import Callable, Iterable

import engine.nn.functional as F
from engine import nn
from engine.errors import ParameterError
from engine.models.initial_weights import uniform_parameters
from engine.tensor import Tensor


class CommitteeNet(nn.Module):
    """1x29x29-20C4-MP2-40C5-MP3-150N-10N: one column of the deep networks of 2012.

    Parameters
    ----------
    activation : callable
        Makes the module that follows each layer but the last: scaled tanh in the paper. It should rise.

    Notes
    -----
    Read: an image of 29x29, 20 maps by 4x4 filters (26x26), max pooling by 2 (13x13), 40 maps by 5x5 filters
    (9x9), max pooling by 3 (3x3), 150 units, 10 outputs. All parameters start from U(-0.05, 0.05). Maps are
    pooled before they are squashed: tanh rises, so the result is the same, with a quarter of the work or less.

    References
    ----------
    Ciresan, Meier, Schmidhuber, "Multi-column deep neural networks for image classification", 2012.

    Examples
    --------
    >>> [sum(p.numel() for p in layer.parameters()) for layer in CommitteeNet().layers]
    [340, 0, 0, 20040, 0, 0, 0, 54150, 0, 1510]
    """

    def __init__(self, activation: Callable[[], nn.Module] = nn.ScaledTanh) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 20, 4),
            nn.MaxPool2d(2),
            activation(),
            nn.Conv2d(20, 40, 5),
            nn.MaxPool2d(3),
            activation(),
            nn.Flatten(),
            nn.Linear(40 * 3 * 3, 150),
            activation(),
            nn.Linear(150, 10),
        )
        uniform_parameters(self, 0.05)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 1, 29, 29) to logits (N, 10)."""
        logits: Tensor = self.layers(x)
        return logits


class Committee(nn.Module):
    """Networks that were trained apart; the answer is the mean of their probabilities.

    Parameters
    ----------
    members : iterable of Module
        Each maps the same images to logits (N, K).

    Raises
    ------
    ParameterError
        If there is no member.

    Examples
    --------
    >>> import engine
    >>> sure = nn.Linear(1, 2)
    >>> _ = sure.load_state_dict({"weight": engine.zeros(2, 1), "bias": engine.tensor([0.0, 100.0])})
    >>> unsure = nn.Linear(1, 2)
    >>> _ = unsure.load_state_dict({"weight": engine.zeros(2, 1), "bias": engine.zeros(2)})
    >>> Committee([sure, unsure])(engine.tensor([[1.0]])).detach()
    tensor([[0.25, 0.75]])
    """

    def __init__(self, members: Iterable[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        if len(self.members) == 0:
            raise ParameterError("Committee", "at least one member", "none")

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, …) to probabilities (N, K)."""
        first, *others = (F.softmax(member(x), 1) for member in self.members)
        total: Tensor = first
        for probabilities in others:
            total = total + probabilities
        return total / len(self.members)
