"""The unit that GoogLeNet and Inception v3 are made of."""

from collections import OrderedDict
from collections.abc import Sequence

from engine import nn
from engine.ops.sliding import Padding


def conv_bn_relu(
    in_channels: int,
    out_channels: int,
    kernel_size: int | Sequence[int],
    stride: int = 1,
    padding: Padding = 0,
) -> nn.Sequential:
    """Make a convolution without bias, batch normalisation and ReLU, under torchvision's names conv and bn.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size : int or (int, int)
    stride : int
    padding : int or (int, int) or {"same", "valid"}

    Examples
    --------
    >>> [name for name, _ in conv_bn_relu(3, 8, 1).named_parameters()]
    ['conv.weight', 'bn.weight', 'bn.bias']
    """
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False),
            bn=nn.BatchNorm2d(out_channels, eps=0.001),
            relu=nn.ReLU(),
        )
    )
