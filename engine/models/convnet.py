"""The lecture's ConvNet listing: two convolutions to 7x7x32."""

from engine import nn
from engine.tensor import Tensor


class ConvNet(nn.Module):
    """Two convolutions with batch normalisation, ReLU and pooling, then one fully connected layer.

    Parameters
    ----------
    num_classes : int

    Examples
    --------
    >>> sum(p.numel() for p in ConvNet().parameters())
    29034
    """

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.layer1 = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=5, stride=1, padding=2),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2, stride=2),
        )
        self.layer2 = nn.Sequential(
            nn.Conv2d(16, 32, kernel_size=5, stride=1, padding=2),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2, stride=2),
        )
        self.fc = nn.Linear(7 * 7 * 32, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 1, 28, 28) to logits (N, num_classes)."""
        out = self.layer1(x)
        out = self.layer2(out)
        out = out.reshape(out.size(0), -1)
        logits: Tensor = self.fc(out)
        return logits
