"""DenseNet: each layer sees the maps of all layers before it; with torchvision's names of parameters."""

from collections import OrderedDict
from collections.abc import Sequence

import engine.nn.functional as F
from engine import nn
from engine.models.initial_weights import he_convolutions
from engine.ops import cat
from engine.tensor import Tensor


class DenseBlock(nn.Module):
    """Layers that each add a few maps to all that there are.

    Parameters
    ----------
    num_layers : int
    in_channels : int
    growth_rate : int
        Maps that each layer adds.
    bn_size : int
        A layer's 1x1 convolution makes so many times `growth_rate` maps for the 3x3 behind it.
    drop_rate : float
        Probability that a number of the new maps is set to 0.

    Examples
    --------
    >>> import engine
    >>> DenseBlock(3, 8, growth_rate=4, bn_size=2)(engine.zeros(1, 8, 6, 6)).shape
    (1, 20, 6, 6)
    """

    def __init__(
        self, num_layers: int, in_channels: int, growth_rate: int, bn_size: int, drop_rate: float = 0.0
    ) -> None:
        super().__init__()
        between = bn_size * growth_rate
        for i in range(num_layers):
            channels = in_channels + i * growth_rate
            layer = OrderedDict(
                norm1=nn.BatchNorm2d(channels),
                relu1=nn.ReLU(),
                conv1=nn.Conv2d(channels, between, 1, bias=False),
                norm2=nn.BatchNorm2d(between),
                relu2=nn.ReLU(),
                conv2=nn.Conv2d(between, growth_rate, 3, padding=1, bias=False),
                drop=nn.Dropout(drop_rate),
            )
            self.add_module(f"denselayer{i + 1}", nn.Sequential(layer))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, in_channels + num_layers * growth_rate, H, W)."""
        for layer in self.children():
            x = cat([x, layer(x)], 1)
        return x


class DenseNet(nn.Module):
    """A 7x7 convolution, dense blocks with transitions between them, and the mean of each map.

    Parameters
    ----------
    growth_rate : int
        Maps that each layer adds.
    block_config : sequence of int
        Layers of each block.
    num_init_features : int
        Maps of the first convolution.
    bn_size, drop_rate
        See :class:`DenseBlock`.
    num_classes : int

    Notes
    -----
    By default it is DenseNet-121: 121 counts the layers with weights. A transition halves the maps by a 1x1
    convolution, and height and width by average pooling.

    References
    ----------
    Huang, Liu, van der Maaten, Weinberger, "Densely connected convolutional networks", 2016, table 1.

    Examples
    --------
    >>> import engine
    >>> DenseNet(4, (2, 2), num_init_features=8, num_classes=5)(engine.zeros(2, 3, 32, 32)).shape
    (2, 5)
    """

    def __init__(
        self,
        growth_rate: int = 32,
        block_config: Sequence[int] = (6, 12, 24, 16),
        num_init_features: int = 64,
        bn_size: int = 4,
        drop_rate: float = 0.0,
        num_classes: int = 1000,
    ) -> None:
        super().__init__()
        channels = num_init_features
        features: OrderedDict[str, nn.Module] = OrderedDict(
            conv0=nn.Conv2d(3, channels, 7, stride=2, padding=3, bias=False),
            norm0=nn.BatchNorm2d(channels),
            relu0=nn.ReLU(),
            pool0=nn.MaxPool2d(3, stride=2, padding=1),
        )
        for number, num_layers in enumerate(block_config, 1):
            features[f"denseblock{number}"] = DenseBlock(num_layers, channels, growth_rate, bn_size, drop_rate)
            channels += num_layers * growth_rate
            if number < len(block_config):
                features[f"transition{number}"] = _transition(channels, channels // 2)
                channels //= 2
        # The name says 5 because it comes after four blocks.
        features["norm5"] = nn.BatchNorm2d(channels)
        self.features = nn.Sequential(features)
        self.classifier = nn.Linear(channels, num_classes)
        he_convolutions(self)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W), usually 224x224, to logits (N, num_classes)."""
        x = F.adaptive_avg_pool2d(F.relu(self.features(x)), (1, 1))
        logits: Tensor = self.classifier(x.flatten(1))
        return logits


def _transition(in_channels: int, out_channels: int) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(
            norm=nn.BatchNorm2d(in_channels),
            relu=nn.ReLU(),
            conv=nn.Conv2d(in_channels, out_channels, 1, bias=False),
            pool=nn.AvgPool2d(2),
        )
    )
