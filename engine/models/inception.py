"""Inception v3, with torchvision's names of parameters; engine/models/inception_blocks.py has what it is made of."""

from typing import Any, NamedTuple

from engine import nn
from engine.models.conv_block import conv_bn_relu
from engine.models.inception_blocks import InceptionA, InceptionAux, InceptionB, InceptionC, InceptionD, InceptionE
from engine.models.initial_weights import he_convolutions
from engine.tensor import Tensor


class InceptionOutputs(NamedTuple):
    """What an Inception v3 with its auxiliary head returns in training.

    Attributes
    ----------
    logits, aux_logits : Tensor (N, K)
    """

    logits: Tensor
    aux_logits: Tensor


class Inception3(nn.Module):
    """Five convolutions, eleven mixed blocks on maps of 35x35, 17x17 and 8x8, and the mean of each map.

    Parameters
    ----------
    num_classes : int
    aux_logits : bool
        Whether an auxiliary head, a classifier on the maps of 17x17, helps in training. It needs images of
        at least 299x299; without it 75x75 are enough.
    dropout : float
        Probability that one of the last 2048 means is set to 0.

    References
    ----------
    Szegedy, Vanhoucke, Ioffe, Shlens, Wojna, "Rethinking the inception architecture for computer vision", 2015.

    Examples
    --------
    >>> import engine
    >>> model = Inception3()
    >>> sum(p.numel() for p in model.parameters())
    27161264
    >>> model.eval()(engine.zeros(1, 3, 75, 75)).shape
    (1, 1000)
    """

    def __init__(self, num_classes: int = 1000, aux_logits: bool = True, dropout: float = 0.5) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = conv_bn_relu(3, 32, 3, stride=2)
        self.Conv2d_2a_3x3 = conv_bn_relu(32, 32, 3)
        self.Conv2d_2b_3x3 = conv_bn_relu(32, 64, 3, padding=1)
        self.maxpool1 = nn.MaxPool2d(3, stride=2)
        self.Conv2d_3b_1x1 = conv_bn_relu(64, 80, 1)
        self.Conv2d_4a_3x3 = conv_bn_relu(80, 192, 3)
        self.maxpool2 = nn.MaxPool2d(3, stride=2)
        self.Mixed_5b = InceptionA(192, pool_features=32)
        self.Mixed_5c = InceptionA(256, pool_features=64)
        self.Mixed_5d = InceptionA(288, pool_features=64)
        self.Mixed_6a = InceptionB(288)
        self.Mixed_6b = InceptionC(768, channels_7x7=128)
        self.Mixed_6c = InceptionC(768, channels_7x7=160)
        self.Mixed_6d = InceptionC(768, channels_7x7=160)
        self.Mixed_6e = InceptionC(768, channels_7x7=192)
        self.AuxLogits = InceptionAux(768, num_classes) if aux_logits else None
        self.Mixed_7a = InceptionD(768)
        self.Mixed_7b = InceptionE(1280)
        self.Mixed_7c = InceptionE(2048)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(2048, num_classes)
        he_convolutions(self)

    def forward(self, x: Tensor) -> Any:
        """Map images (N, 3, H, W), usually 299x299, to logits (N, num_classes), in training with the head to two."""
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(self.maxpool1(x)))
        x = self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(self.maxpool2(x))))
        middle = self.Mixed_6e(self.Mixed_6d(self.Mixed_6c(self.Mixed_6b(self.Mixed_6a(x)))))
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(middle)))
        logits: Tensor = self.fc(self.dropout(self.avgpool(x).flatten(1)))
        if self.training and self.AuxLogits is not None:
            return InceptionOutputs(logits, self.AuxLogits(middle))
        return logits
