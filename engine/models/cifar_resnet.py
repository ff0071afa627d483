"""Residual networks for images of 32x32, and the same networks without their shortcuts."""

import engine.nn.functional as F
from engine import nn
from engine.errors import ParameterError
from engine.models.initial_weights import he_convolutions
from engine.tensor import Tensor

WIDTHS = (16, 32, 64)


class CifarBlock(nn.Module):
    """Two convolutions and, beside them, a shortcut without parameters.

    Parameters
    ----------
    in_channels : int
    out_channels : int
        At least `in_channels`.
    stride : int
        Of the first convolution.
    shortcut : bool
        False leaves the shortcut out: the block is then two plain layers.

    Notes
    -----
    Where the maps change, the shortcut takes every second pixel and adds maps of zeros: option A of the paper.

    Examples
    --------
    >>> import engine
    >>> CifarBlock(16, 32, stride=2)(engine.zeros(1, 16, 8, 8)).shape
    (1, 32, 4, 4)
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1, shortcut: bool = True) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
        )
        self.stride = stride
        self.more = out_channels - in_channels
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, out_channels, H / stride, W / stride)."""
        out = self.layers(x)
        if self.shortcut:
            if self.stride != 1 or self.more:
                x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.more))
            out = out + x
        rectified: Tensor = F.relu(out)
        return rectified


class CifarResNet(nn.Module):
    """ResNet-20, 32, 44, 56, …: a convolution, three stages of blocks with 16, 32 and 64 maps, the mean of each map.

    Parameters
    ----------
    depth : int
        Layers with weights, 6n + 2 for n blocks in each stage.
    num_classes : int
    shortcuts : bool
        False makes the plain network of the same depth: the same layers, nothing beside them.

    Raises
    ------
    ParameterError
        If the depth is not 6n + 2.

    Notes
    -----
    The shortcuts have no parameters, so that a plain and a residual network of one depth have the same and
    may be compared: the deeper, the worse the plain one trains.

    References
    ----------
    He, Zhang, Ren, Sun, "Deep residual learning for image recognition", 2015, section 4.2.

    Examples
    --------
    >>> [sum(p.numel() for p in CifarResNet(depth).parameters()) for depth in (20, 32, 44, 56)]
    [269722, 464154, 658586, 853018]
    >>> sum(p.numel() for p in CifarResNet(20, shortcuts=False).parameters())
    269722
    """

    def __init__(self, depth: int, num_classes: int = 10, shortcuts: bool = True) -> None:
        super().__init__()
        blocks, rest = divmod(depth - 2, 6)
        if rest or blocks < 1:
            raise ParameterError("CifarResNet", "depth 6n + 2 with n >= 1, such as 20, 32, 44 or 56", repr(depth))
        layers: list[nn.Module] = [
            nn.Conv2d(3, WIDTHS[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(WIDTHS[0]),
            nn.ReLU(),
        ]
        channels = WIDTHS[0]
        for width in WIDTHS:
            for _ in range(blocks):
                layers.append(CifarBlock(channels, width, 1 if channels == width else 2, shortcuts))
                channels = width
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, num_classes)
        he_convolutions(self)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W), 32x32 in the paper, to logits (N, num_classes)."""
        logits: Tensor = self.fc(self.avgpool(self.features(x)).flatten(1))
        return logits
