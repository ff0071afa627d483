"""LeNet as it is usually built today: ReLU, max pooling, every map connected to all maps before it."""

import engine.nn.functional as F
from engine import nn
from engine.tensor import Tensor


class LeNet(nn.Module):
    """Two convolutions with pooling, then three fully connected layers.

    Parameters
    ----------
    in_channels : int
        3 for colour, 1 for digits.
    num_classes : int

    Notes
    -----
    Images are 32x32. The network of 1998 differs: see LeCun et al., "Gradient-based learning applied
    to document recognition".

    Examples
    --------
    >>> sum(p.numel() for p in LeNet().parameters())
    62006
    >>> sum(p.numel() for p in LeNet(in_channels=1).parameters())
    61706
    """

    def __init__(self, in_channels: int = 3, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, in_channels, 32, 32) to logits (N, num_classes)."""
        out = F.relu(self.conv1(x))
        out = F.max_pool2d(out, 2)
        out = F.relu(self.conv2(out))
        out = F.max_pool2d(out, 2)
        out = out.view(out.size(0), -1)
        out = F.relu(self.fc1(out))
        out = F.relu(self.fc2(out))
        logits: Tensor = self.fc3(out)
        return logits
