"""Residual networks for ImageNet, with torchvision's names of parameters."""

from collections.abc import Sequence
from typing import Any, ClassVar

import engine.nn.functional as F
from engine import nn
from engine.models.initial_weights import he_convolutions
from engine.tensor import Tensor


def _projection(in_channels: int, out_channels: int, stride: int) -> nn.Sequential | None:
    """Return what takes a block's input to the size of its output; None where it has that size."""
    if stride == 1 and in_channels == out_channels:
        return None
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False), nn.BatchNorm2d(out_channels)
    )


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and, beside them, a shortcut: ResNet-18 and 34.

    Parameters
    ----------
    in_channels : int
    planes : int
        Maps of the convolutions.
    stride : int
        Of the first convolution.

    Examples
    --------
    >>> import engine
    >>> BasicBlock(8, 16, stride=2)(engine.zeros(1, 8, 6, 6)).shape
    (1, 16, 3, 3)
    """

    expansion: ClassVar[int] = 1

    def __init__(self, in_channels: int, planes: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, planes, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = _projection(in_channels, planes, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, planes, H / stride, W / stride)."""
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        rectified: Tensor = F.relu(out + (x if self.downsample is None else self.downsample(x)))
        return rectified


class Bottleneck(nn.Module):
    """A 1x1 convolution to fewer maps, a 3x3, a 1x1 to four times as many, and a shortcut: ResNet-50 and deeper.

    Parameters
    ----------
    in_channels : int
    planes : int
        Maps of the first two convolutions.
    stride : int
        Of the 3x3 convolution. In the paper the first 1x1 has it, which looks at a quarter of the pixels only.

    Examples
    --------
    >>> import engine
    >>> Bottleneck(8, 4, stride=2)(engine.zeros(1, 8, 6, 6)).shape
    (1, 16, 3, 3)
    """

    expansion: ClassVar[int] = 4

    def __init__(self, in_channels: int, planes: int, stride: int = 1) -> None:
        super().__init__()
        out_channels = planes * self.expansion
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.downsample = _projection(in_channels, out_channels, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, 4 planes, H / stride, W / stride)."""
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        rectified: Tensor = F.relu(out + (x if self.downsample is None else self.downsample(x)))
        return rectified


class ResNet(nn.Module):
    """A 7x7 convolution, pooling, four stages of residual blocks, and the mean of each map.

    Parameters
    ----------
    block : type
        :class:`BasicBlock` or :class:`Bottleneck`.
    layers : sequence of int
        Blocks in each of the four stages.
    num_classes : int

    References
    ----------
    He, Zhang, Ren, Sun, "Deep residual learning for image recognition", 2015, table 1.

    Examples
    --------
    >>> import engine
    >>> ResNet(BasicBlock, [1, 1, 1, 1], num_classes=5)(engine.zeros(2, 3, 64, 64)).shape
    (2, 5)
    """

    def __init__(self, block: type[BasicBlock | Bottleneck], layers: Sequence[int], num_classes: int = 1000) -> None:
        super().__init__()
        first, second, third, fourth = layers
        expansion = block.expansion
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = _stage(block, first, 64, 64, stride=1)
        self.layer2 = _stage(block, second, 64 * expansion, 128, stride=2)
        self.layer3 = _stage(block, third, 128 * expansion, 256, stride=2)
        self.layer4 = _stage(block, fourth, 256 * expansion, 512, stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * expansion, num_classes)
        he_convolutions(self)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W), usually 224x224, to logits (N, num_classes)."""
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        logits: Tensor = self.fc(self.avgpool(x).flatten(1))
        return logits


def _stage(
    block: type[BasicBlock | Bottleneck], count: int, in_channels: int, planes: int, stride: int
) -> nn.Sequential:
    """Return blocks in a row, the first of which has the stride."""
    others = (block(planes * block.expansion, planes) for _ in range(count - 1))
    return nn.Sequential(block(in_channels, planes, stride), *others)


def resnet18(**settings: Any) -> ResNet:
    """Make ResNet-18 with 11,689,512 parameters; settings are those of :class:`ResNet`."""
    return ResNet(BasicBlock, [2, 2, 2, 2], **settings)


def resnet34(**settings: Any) -> ResNet:
    """Make ResNet-34 with 21,797,672 parameters; settings are those of :class:`ResNet`."""
    return ResNet(BasicBlock, [3, 4, 6, 3], **settings)


def resnet50(**settings: Any) -> ResNet:
    """Make ResNet-50 with 25,557,032 parameters; settings are those of :class:`ResNet`."""
    return ResNet(Bottleneck, [3, 4, 6, 3], **settings)


def resnet101(**settings: Any) -> ResNet:
    """Make ResNet-101 with 44,549,160 parameters; settings are those of :class:`ResNet`."""
    return ResNet(Bottleneck, [3, 4, 23, 3], **settings)


def resnet152(**settings: Any) -> ResNet:
    """Make ResNet-152 with 60,192,808 parameters; settings are those of :class:`ResNet`."""
    return ResNet(Bottleneck, [3, 8, 36, 3], **settings)
