"""The blocks of Inception v3: ways of convolutions side by side, whose maps are put together.

Large filters are taken apart: a 5x5 or 7x7 becomes two or three 3x3, or a 1x7 and a 7x1. Names are torchvision's:
``branch7x7dbl_4`` is the fourth convolution of the way that looks at 7x7 pixels twice.
"""

import engine.nn.functional as F
from engine import nn
from engine.models.conv_block import conv_bn_relu
from engine.ops import cat
from engine.tensor import Tensor

ROW_3, COLUMN_3, ROW_7, COLUMN_7 = (1, 3), (3, 1), (1, 7), (7, 1)


def _smoothed(x: Tensor) -> Tensor:
    """Return the mean of the 3x3 pixels around each."""
    out: Tensor = F.avg_pool2d(x, 3, stride=1, padding=1)
    return out


class InceptionA(nn.Module):
    """Mixed 5b to 5d, on maps of 35x35: 1x1, 5x5, two 3x3, pooling.

    Parameters
    ----------
    in_channels : int
    pool_features : int
        Maps of the way that pools.

    Examples
    --------
    >>> import engine
    >>> InceptionA(8, pool_features=32)(engine.zeros(1, 8, 5, 5)).shape
    (1, 256, 5, 5)
    """

    def __init__(self, in_channels: int, pool_features: int) -> None:
        super().__init__()
        self.branch1x1 = conv_bn_relu(in_channels, 64, 1)
        self.branch5x5_1 = conv_bn_relu(in_channels, 48, 1)
        self.branch5x5_2 = conv_bn_relu(48, 64, 5, padding=2)
        self.branch3x3dbl_1 = conv_bn_relu(in_channels, 64, 1)
        self.branch3x3dbl_2 = conv_bn_relu(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = conv_bn_relu(96, 96, 3, padding=1)
        self.branch_pool = conv_bn_relu(in_channels, pool_features, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, 224 + pool_features, H, W)."""
        out: Tensor = cat(
            [
                self.branch1x1(x),
                self.branch5x5_2(self.branch5x5_1(x)),
                self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x))),
                self.branch_pool(_smoothed(x)),
            ],
            1,
        )
        return out


class InceptionB(nn.Module):
    """Mixed 6a, from 35x35 to 17x17: a 3x3, two 3x3, pooling, each with stride 2.

    Parameters
    ----------
    in_channels : int

    Examples
    --------
    >>> import engine
    >>> InceptionB(8)(engine.zeros(1, 8, 7, 7)).shape
    (1, 488, 3, 3)
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.branch3x3 = conv_bn_relu(in_channels, 384, 3, stride=2)
        self.branch3x3dbl_1 = conv_bn_relu(in_channels, 64, 1)
        self.branch3x3dbl_2 = conv_bn_relu(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = conv_bn_relu(96, 96, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, 480 + in_channels, OH, OW)."""
        twice = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        out: Tensor = cat([self.branch3x3(x), twice, F.max_pool2d(x, 3, stride=2)], 1)
        return out


class InceptionC(nn.Module):
    """Mixed 6b to 6e, on maps of 17x17: 1x1, 7x7, two 7x7, pooling; each 7x7 is a row and a column.

    Parameters
    ----------
    in_channels : int
    channels_7x7 : int
        Maps between the convolutions of a way.

    Examples
    --------
    >>> import engine
    >>> InceptionC(8, channels_7x7=4)(engine.zeros(1, 8, 7, 7)).shape
    (1, 768, 7, 7)
    """

    def __init__(self, in_channels: int, channels_7x7: int) -> None:
        super().__init__()
        between = channels_7x7
        self.branch1x1 = conv_bn_relu(in_channels, 192, 1)
        self.branch7x7_1 = conv_bn_relu(in_channels, between, 1)
        self.branch7x7_2 = conv_bn_relu(between, between, ROW_7, padding="same")
        self.branch7x7_3 = conv_bn_relu(between, 192, COLUMN_7, padding="same")
        self.branch7x7dbl_1 = conv_bn_relu(in_channels, between, 1)
        self.branch7x7dbl_2 = conv_bn_relu(between, between, COLUMN_7, padding="same")
        self.branch7x7dbl_3 = conv_bn_relu(between, between, ROW_7, padding="same")
        self.branch7x7dbl_4 = conv_bn_relu(between, between, COLUMN_7, padding="same")
        self.branch7x7dbl_5 = conv_bn_relu(between, 192, ROW_7, padding="same")
        self.branch_pool = conv_bn_relu(in_channels, 192, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, 768, H, W)."""
        once = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        twice = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        twice = self.branch7x7dbl_5(self.branch7x7dbl_4(twice))
        out: Tensor = cat([self.branch1x1(x), once, twice, self.branch_pool(_smoothed(x))], 1)
        return out


class InceptionD(nn.Module):
    """Mixed 7a, from 17x17 to 8x8: a 3x3, a 7x7 and a 3x3, pooling, each with stride 2.

    Parameters
    ----------
    in_channels : int

    Examples
    --------
    >>> import engine
    >>> InceptionD(8)(engine.zeros(1, 8, 7, 7)).shape
    (1, 520, 3, 3)
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.branch3x3_1 = conv_bn_relu(in_channels, 192, 1)
        self.branch3x3_2 = conv_bn_relu(192, 320, 3, stride=2)
        self.branch7x7x3_1 = conv_bn_relu(in_channels, 192, 1)
        self.branch7x7x3_2 = conv_bn_relu(192, 192, ROW_7, padding="same")
        self.branch7x7x3_3 = conv_bn_relu(192, 192, COLUMN_7, padding="same")
        self.branch7x7x3_4 = conv_bn_relu(192, 192, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, 512 + in_channels, OH, OW)."""
        wide = self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x)))
        out: Tensor = cat(
            [self.branch3x3_2(self.branch3x3_1(x)), self.branch7x7x3_4(wide), F.max_pool2d(x, 3, stride=2)], 1
        )
        return out


class InceptionE(nn.Module):
    """Mixed 7b and 7c, on maps of 8x8: 1x1, 3x3, two 3x3, pooling; the last 3x3 is a row *and beside it* a column.

    Parameters
    ----------
    in_channels : int

    Examples
    --------
    >>> import engine
    >>> InceptionE(8)(engine.zeros(1, 8, 3, 3)).shape
    (1, 2048, 3, 3)
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.branch1x1 = conv_bn_relu(in_channels, 320, 1)
        self.branch3x3_1 = conv_bn_relu(in_channels, 384, 1)
        self.branch3x3_2a = conv_bn_relu(384, 384, ROW_3, padding="same")
        self.branch3x3_2b = conv_bn_relu(384, 384, COLUMN_3, padding="same")
        self.branch3x3dbl_1 = conv_bn_relu(in_channels, 448, 1)
        self.branch3x3dbl_2 = conv_bn_relu(448, 384, 3, padding=1)
        self.branch3x3dbl_3a = conv_bn_relu(384, 384, ROW_3, padding="same")
        self.branch3x3dbl_3b = conv_bn_relu(384, 384, COLUMN_3, padding="same")
        self.branch_pool = conv_bn_relu(in_channels, 192, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, 2048, H, W)."""
        once = self.branch3x3_1(x)
        twice = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        out: Tensor = cat(
            [
                self.branch1x1(x),
                *(self.branch3x3_2a(once), self.branch3x3_2b(once)),
                *(self.branch3x3dbl_3a(twice), self.branch3x3dbl_3b(twice)),
                self.branch_pool(_smoothed(x)),
            ],
            1,
        )
        return out


class InceptionAux(nn.Module):
    """The auxiliary head: a classifier on the maps of 17x17, whose loss gives early layers gradients in training.

    Parameters
    ----------
    in_channels : int
    num_classes : int

    Examples
    --------
    >>> import engine
    >>> InceptionAux(8, 5)(engine.zeros(2, 8, 17, 17)).shape
    (2, 5)
    """

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        self.conv0 = conv_bn_relu(in_channels, 128, 1)
        self.conv1 = conv_bn_relu(128, 768, 5)
        self.fc = nn.Linear(768, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W), at least 17x17, to logits (N, num_classes)."""
        x = self.conv1(self.conv0(F.avg_pool2d(x, 5, stride=3)))
        logits: Tensor = self.fc(F.adaptive_avg_pool2d(x, (1, 1)).flatten(1))
        return logits
