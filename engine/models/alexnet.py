"""AlexNet in a single column, with torchvision's names of parameters."""

from engine import nn
from engine.tensor import Tensor


class AlexNet(nn.Module):
    """Five convolutions and three fully connected layers.

    Parameters
    ----------
    num_classes : int
    dropout : float
        Probability that an input of the first two fully connected layers is set to 0.
    hidden_features : int
        Units of these layers: fewer make a small network of it.

    Notes
    -----
    The network of 2012 was cut in two for two graphics cards; this is its later form for one, with 64 instead
    of 96 maps first and without local response normalisation. A filter of 11x11 at stride 4 does not fit into
    224x224; 2 pixels of padding, with what is left over ignored, give 55x55.

    References
    ----------
    Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", 2012.
    Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014, for the single column.

    Examples
    --------
    >>> import engine
    >>> AlexNet(num_classes=5, hidden_features=16)(engine.zeros(2, 3, 64, 64)).shape
    (2, 5)
    """

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5, hidden_features: int = 4096) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, stride=4, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(256 * 6 * 6, hidden_features),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden_features, hidden_features),
            nn.ReLU(),
            nn.Linear(hidden_features, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W), usually 224x224 and at least 63x63, to logits (N, num_classes)."""
        logits: Tensor = self.classifier(self.avgpool(self.features(x)).flatten(1))
        return logits
