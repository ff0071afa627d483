"""GoogLeNet with batch normalisation, with torchvision's names of parameters."""

from typing import Any, NamedTuple

import engine.nn.functional as F
from engine import nn
from engine.models.conv_block import conv_bn_relu
from engine.models.initial_weights import he_convolutions
from engine.ops import cat
from engine.tensor import Tensor


class GoogLeNetOutputs(NamedTuple):
    """What a GoogLeNet with auxiliary heads returns in training.

    Attributes
    ----------
    logits : Tensor (N, K)
    aux_logits2 : Tensor (N, K)
        Of the head after inception4d.
    aux_logits1 : Tensor (N, K)
        Of the head after inception4a.
    """

    logits: Tensor
    aux_logits2: Tensor
    aux_logits1: Tensor


class Inception(nn.Module):
    """Four ways side by side, whose maps are put together.

    Parameters
    ----------
    in_channels : int
    ch1x1 : int
        Maps of the first way, a 1x1 convolution.
    ch3x3red, ch3x3 : int
        Maps of the second way's 1x1 convolution, which makes the 3x3 behind it cheaper, and of that.
    ch5x5red, ch5x5 : int
        Maps of the third way's 1x1 convolution, and of the one behind it: 5x5 in the paper, 3x3 here as in
        torchvision, whose weights are for that.
    pool_proj : int
        Maps of the 1x1 convolution behind the fourth way's pooling.

    Examples
    --------
    >>> import engine
    >>> Inception(192, 64, 96, 128, 16, 32, 32)(engine.zeros(1, 192, 4, 4)).shape
    (1, 256, 4, 4)
    """

    def __init__(
        self,
        in_channels: int,
        ch1x1: int,
        ch3x3red: int,
        ch3x3: int,
        ch5x5red: int,
        ch5x5: int,
        pool_proj: int,
    ) -> None:
        super().__init__()
        self.branch1 = conv_bn_relu(in_channels, ch1x1, 1)
        self.branch2 = nn.Sequential(
            conv_bn_relu(in_channels, ch3x3red, 1), conv_bn_relu(ch3x3red, ch3x3, 3, padding=1)
        )
        self.branch3 = nn.Sequential(
            conv_bn_relu(in_channels, ch5x5red, 1), conv_bn_relu(ch5x5red, ch5x5, 3, padding=1)
        )
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), conv_bn_relu(in_channels, pool_proj, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, ch1x1 + ch3x3 + ch5x5 + pool_proj, H, W)."""
        out: Tensor = cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)
        return out


class AuxiliaryHead(nn.Module):
    """A classifier half-way, whose loss gives early layers gradients in training.

    Parameters
    ----------
    in_channels : int
    num_classes : int
    dropout : float
        Probability that an input of the last layer is set to 0.

    Examples
    --------
    >>> import engine
    >>> AuxiliaryHead(8, 5, dropout=0.7)(engine.zeros(2, 8, 14, 14)).shape
    (2, 5)
    """

    def __init__(self, in_channels: int, num_classes: int, dropout: float) -> None:
        super().__init__()
        self.conv = conv_bn_relu(in_channels, 128, 1)
        self.fc1 = nn.Linear(128 * 4 * 4, 1024)
        self.fc2 = nn.Linear(1024, num_classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to logits (N, num_classes)."""
        x = self.conv(F.adaptive_avg_pool2d(x, (4, 4))).flatten(1)
        logits: Tensor = self.fc2(self.dropout(F.relu(self.fc1(x))))
        return logits


class GoogLeNet(nn.Module):
    """Three convolutions, nine inception modules, and the mean of each map.

    Parameters
    ----------
    num_classes : int
    aux_logits : bool
        Whether two auxiliary heads help in training.
    dropout : float
        Probability that one of the last 1024 means is set to 0.
    dropout_aux : float
        See :class:`AuxiliaryHead`.

    Notes
    -----
    As in torchvision, whose weights fit, three things differ from the paper: batch normalisation, 3x3 filters in
    place of 5x5, and windows of 2x2 in the last pooling.

    References
    ----------
    Szegedy et al., "Going deeper with convolutions", 2014, table 1.
    Ioffe, Szegedy, "Batch normalization", 2015, for the normalised form.

    Examples
    --------
    >>> import engine
    >>> model = GoogLeNet()
    >>> sum(p.numel() for p in model.parameters()), model(engine.zeros(2, 3, 32, 32)).shape
    (6624904, (2, 1000))
    """

    def __init__(
        self, num_classes: int = 1000, aux_logits: bool = False, dropout: float = 0.2, dropout_aux: float = 0.7
    ) -> None:
        super().__init__()
        self.conv1 = conv_bn_relu(3, 64, 7, stride=2, padding=3)
        self.maxpool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.conv2 = conv_bn_relu(64, 64, 1)
        self.conv3 = conv_bn_relu(64, 192, 3, padding=1)
        self.maxpool2 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception3a = Inception(192, 64, 96, 128, 16, 32, 32)
        self.inception3b = Inception(256, 128, 128, 192, 32, 96, 64)
        self.maxpool3 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception4a = Inception(480, 192, 96, 208, 16, 48, 64)
        self.inception4b = Inception(512, 160, 112, 224, 24, 64, 64)
        self.inception4c = Inception(512, 128, 128, 256, 24, 64, 64)
        self.inception4d = Inception(512, 112, 144, 288, 32, 64, 64)
        self.inception4e = Inception(528, 256, 160, 320, 32, 128, 128)
        self.maxpool4 = nn.MaxPool2d(2, ceil_mode=True)
        self.inception5a = Inception(832, 256, 160, 320, 32, 128, 128)
        self.inception5b = Inception(832, 384, 192, 384, 48, 128, 128)
        self.aux1 = AuxiliaryHead(512, num_classes, dropout_aux) if aux_logits else None
        self.aux2 = AuxiliaryHead(528, num_classes, dropout_aux) if aux_logits else None
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(1024, num_classes)
        he_convolutions(self)

    def forward(self, x: Tensor) -> Any:
        """Map images (N, 3, H, W), usually 224x224, to logits (N, num_classes), in training with heads to three."""
        x = self.maxpool1(self.conv1(x))
        x = self.maxpool2(self.conv3(self.conv2(x)))
        x = self.maxpool3(self.inception3b(self.inception3a(x)))
        after_4a = self.inception4a(x)
        after_4d = self.inception4d(self.inception4c(self.inception4b(after_4a)))
        x = self.maxpool4(self.inception4e(after_4d))
        x = self.inception5b(self.inception5a(x))
        logits: Tensor = self.fc(self.dropout(self.avgpool(x).flatten(1)))
        if self.training and self.aux1 is not None and self.aux2 is not None:
            return GoogLeNetOutputs(logits, self.aux2(after_4d), self.aux1(after_4a))
        return logits
