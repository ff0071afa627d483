"""Multilayer perceptrons: fully connected layers on unrolled images."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from engine import nn
from engine.errors import ParameterError
from engine.models.initial_weights import uniform_parameters
from engine.tensor import Tensor


class MLP(nn.Module):
    """Fully connected layers with an activation between them.

    Parameters
    ----------
    sizes : sequence of int
        Numbers of inputs, of units in each hidden layer, and of outputs.
    activation : callable
        Makes the module that follows each layer but the last.

    Raises
    ------
    ParameterError
        If there are fewer than two sizes, or one is below 1.

    Notes
    -----
    The outputs are logits: the softmax is part of :func:`engine.cross_entropy`.

    References
    ----------
    Simard, Steinkraus, Platt, "Best practices for convolutional neural networks applied to visual document
    analysis", 2003, for 784-800-10.

    Examples
    --------
    >>> sum(p.numel() for p in MLP().parameters())
    636010
    >>> MLP((4, 3, 2), nn.Tanh).layers
    Sequential(
      (0): Flatten(start_dim=1, end_dim=-1)
      (1): Linear(in_features=4, out_features=3, bias=True)
      (2): Tanh()
      (3): Linear(in_features=3, out_features=2, bias=True)
    )
    """

    def __init__(self, sizes: Sequence[int] = (784, 800, 10), activation: Callable[[], nn.Module] = nn.ReLU) -> None:
        super().__init__()
        if len(sizes) < 2:
            raise ParameterError("MLP", "sizes of at least inputs and outputs", repr(tuple(sizes)))
        layers: list[nn.Module] = [nn.Flatten()]
        for inputs, outputs in pairwise(sizes[:-1]):
            layers += [nn.Linear(inputs, outputs), activation()]
        self.layers = nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, …) of sizes[0] pixels in all to logits (N, sizes[-1])."""
        logits: Tensor = self.layers(x)
        return logits


def deep_mlp(in_features: int = 784) -> MLP:
    """Make the deep MLP of 2010: hidden layers of 2500, 2000, 1500, 1000 and 500 scaled tanh units.

    Parameters
    ----------
    in_features : int
        Pixels of an image. The paper's had 29x29, hence 12.11 million weights.

    Notes
    -----
    All parameters start from U(-0.05, 0.05), as in the paper.

    References
    ----------
    Ciresan, Meier, Gambardella, Schmidhuber, "Deep, big, simple neural nets for handwritten digit
    recognition", 2010.

    Examples
    --------
    >>> sum(p.numel() for p in deep_mlp().parameters())
    11972510
    """
    model = MLP((in_features, 2500, 2000, 1500, 1000, 500, 10), nn.ScaledTanh)
    uniform_parameters(model, 0.05)
    return model
