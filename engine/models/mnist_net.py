"""The network that learns MNIST to 99% in one epoch."""

from engine import nn
from engine.tensor import Tensor


class MnistNet(nn.Module):
    """Two convolutions, pooled before ReLU, then two fully connected layers.

    Parameters
    ----------
    num_classes : int

    Notes
    -----
    Pooling and ReLU may change places: the largest of a window, if positive, is the same either way, and
    after pooling there is a quarter as much to rectify.

    Examples
    --------
    >>> sum(p.numel() for p in MnistNet().parameters())
    215194
    """

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 24, 5),
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Conv2d(24, 32, 3),
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(32 * 5 * 5, 256),
            nn.ReLU(),
            nn.Linear(256, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 1, 28, 28) to logits (N, num_classes)."""
        logits: Tensor = self.layers(x)
        return logits
