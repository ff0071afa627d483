"""VGG: 3x3 convolutions only, with torchvision's names of parameters."""

from collections.abc import Sequence
from typing import Any

from engine import nn
from engine.models.initial_weights import he_convolutions
from engine.tensor import Tensor

WIDTHS = (64, 128, 256, 512, 512)


class VGG(nn.Module):
    """Five stages of 3x3 convolutions, each ended by pooling, and three fully connected layers.

    Parameters
    ----------
    convolutions : sequence of int
        How many convolutions each of the five stages has.
    num_classes : int
    dropout : float
        Probability that an output of the first two fully connected layers is set to 0.
    hidden_features : int
        Units of these layers: fewer make a small network of it.

    Notes
    -----
    Convolutions start as in :func:`engine.models.initial_weights.he_convolutions`, fully connected layers
    from N(0, 0.01^2), all biases from 0.

    References
    ----------
    Simonyan, Zisserman, "Very deep convolutional networks for large-scale image recognition", 2014, table 1.

    Examples
    --------
    >>> import engine
    >>> VGG([1, 1, 1, 1, 1], num_classes=5, hidden_features=16)(engine.zeros(2, 3, 32, 32)).shape
    (2, 5)
    """

    def __init__(
        self,
        convolutions: Sequence[int],
        num_classes: int = 1000,
        dropout: float = 0.5,
        hidden_features: int = 4096,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for count, width in zip(convolutions, WIDTHS, strict=True):
            for _ in range(count):
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(channels * 7 * 7, hidden_features),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden_features, hidden_features),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden_features, num_classes),
        )
        he_convolutions(self)
        for module in self.classifier:
            if isinstance(module, nn.Linear):
                weight, bias = module.parameters()
                nn.init.normal_(weight, 0.0, 0.01)
                nn.init.zeros_(bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W), usually 224x224 and at least 32x32, to logits (N, num_classes)."""
        logits: Tensor = self.classifier(self.avgpool(self.features(x)).flatten(1))
        return logits


def vgg16(**settings: Any) -> VGG:
    """Make VGG-16, the paper's configuration D with 138,357,544 parameters; settings are those of :class:`VGG`."""
    return VGG([2, 2, 3, 3, 3], **settings)


def vgg19(**settings: Any) -> VGG:
    """Make VGG-19, the paper's configuration E with 143,667,240 parameters; settings are those of :class:`VGG`."""
    return VGG([2, 2, 4, 4, 4], **settings)
