"""Wide residual networks for images of 32x32: fewer layers, more maps."""

from engine import nn
from engine.errors import ParameterError
from engine.models.initial_weights import he_convolutions
from engine.tensor import Tensor


class WideBlock(nn.Module):
    """Normalise and rectify, then convolve, twice; the shortcut is left untouched where it can be.

    Parameters
    ----------
    in_channels : int
    out_channels : int
    stride : int
        Of the first convolution.
    dropout : float
        Probability that a number is set to 0 before the second convolution.

    Notes
    -----
    Where the maps change, the shortcut is a 1x1 convolution of what has been normalised and rectified.

    Examples
    --------
    >>> import engine
    >>> WideBlock(16, 32, stride=2)(engine.zeros(1, 16, 8, 8)).shape
    (1, 32, 4, 4)
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        self.before = nn.Sequential(nn.BatchNorm2d(in_channels), nn.ReLU())
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
        )
        same = stride == 1 and in_channels == out_channels
        self.shortcut = None if same else nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, out_channels, H / stride, W / stride)."""
        rectified = self.before(x)
        out: Tensor = self.layers(rectified) + (x if self.shortcut is None else self.shortcut(rectified))
        return out


class WideResNet(nn.Module):
    """WRN-d-k: three stages of blocks with 16k, 32k and 64k maps.

    Parameters
    ----------
    depth : int
        d, layers with weights, 6n + 4 for n blocks in each stage.
    width : int
        k, how many times as many maps as in the residual networks of 2015.
    num_classes : int
    dropout : float
        See :class:`WideBlock`.

    Raises
    ------
    ParameterError
        If the depth is not 6n + 4, or the width is below 1.

    References
    ----------
    Zagoruyko, Komodakis, "Wide residual networks", 2016.

    Examples
    --------
    >>> sum(p.numel() for p in WideResNet(16, 4).parameters())
    2748890
    """

    def __init__(self, depth: int, width: int, num_classes: int = 10, dropout: float = 0.0) -> None:
        super().__init__()
        blocks, rest = divmod(depth - 4, 6)
        if rest or blocks < 1 or width < 1:
            expected = "depth 6n + 4 with n >= 1, such as 16, 28 or 40, and a width of at least 1"
            raise ParameterError("WideResNet", expected, f"depth={depth}, width={width}")
        channels = 16
        layers: list[nn.Module] = [nn.Conv2d(3, channels, 3, padding=1, bias=False)]
        for stage in range(3):
            filters = 16 * 2**stage * width
            for number in range(blocks):
                stride = 2 if stage and number == 0 else 1
                layers.append(WideBlock(channels, filters, stride, dropout))
                channels = filters
        self.features = nn.Sequential(*layers, nn.BatchNorm2d(channels), nn.ReLU())
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, num_classes)
        he_convolutions(self)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W), 32x32 in the paper, to logits (N, num_classes)."""
        logits: Tensor = self.fc(self.avgpool(self.features(x)).flatten(1))
        return logits
