"""ResNet-20 for images of 32x32, as its paper has it: shortcuts without parameters."""

from typing import Any

from tests.bench.library import Library
from tests.bench.networks import Network, sgd

STAGES = ((16, 1), (32, 2), (64, 2))  # channels, stride of the first block
BLOCKS = 3
SIDE = 32


def resnet20(library: Library) -> Any:
    """Build it: a convolution, three stages of three blocks, the mean of each map, ten outputs."""
    nn, functional = library.nn, library.functional
    module: Any = nn.Module

    class Block(module):
        def __init__(self, channels: int, filters: int, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(channels, filters, 3, stride=stride, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(filters)
            self.conv2 = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(filters)
            self.stride, self.more = stride, filters - channels

        def forward(self, x: Any) -> Any:
            out = functional.relu(self.bn1(self.conv1(x)))
            out = self.bn2(self.conv2(out))
            if self.more:  # every second pixel, and maps of zeros for those that are new
                x = functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.more))
            return functional.relu(out + x)

    layers = [nn.Conv2d(3, STAGES[0][0], 3, padding=1, bias=False), nn.BatchNorm2d(STAGES[0][0]), nn.ReLU()]
    channels = STAGES[0][0]
    for filters, stride in STAGES:
        for number in range(BLOCKS):
            layers.append(Block(channels, filters, stride if number == 0 else 1))
            channels = filters
    return nn.Sequential(*layers, nn.AvgPool2d(SIDE // 4), nn.Flatten(), nn.Linear(channels, 10))


def products() -> tuple[int, ...]:
    """Count the multiply-adds of each layer for one image."""
    found, channels, side = [3 * STAGES[0][0] * 9 * SIDE * SIDE], STAGES[0][0], SIDE
    for filters, stride in STAGES:
        for number in range(BLOCKS):
            side = side // stride if number == 0 else side
            found += [channels * filters * 9 * side * side, filters * filters * 9 * side * side]
            channels = filters
    return (*found, channels * 10)


RESNET20 = Network("resnet-20", resnet20, sgd, (3, SIDE, SIDE), products())
