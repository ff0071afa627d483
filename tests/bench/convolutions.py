"""Convolutions of the networks in the course, forward, and forward with the gradients of input and weight."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any

import numpy as np

from tests.bench.case import Case, Work
from tests.bench.library import Library, fingerprint
from tests.bench.networks import C3_TABLE, c3_mask


@dataclass(frozen=True)
class Convolution:
    """One convolution.

    Attributes
    ----------
    name : str
        For ids and tables.
    input : (int, int, int, int)
        N, C, H, W.
    filters : int
        K, number of output maps.
    kernel : (int, int)
        FH, FW.
    stride : int
    padding : (int, int)
    groups : int
    bias : bool
        As in the network it comes from: none where batch norm follows.
    kind : {"dense", "transposed", "table"}
        "table" is LeNet-5's C3.
    """

    name: str
    input: tuple[int, int, int, int]
    filters: int
    kernel: tuple[int, int]
    stride: int = 1
    padding: tuple[int, int] = (0, 0)
    groups: int = 1
    bias: bool = True
    kind: str = "dense"

    @property
    def output(self) -> tuple[int, int, int, int]:
        """N, K, OH, OW."""
        count, _, *sizes = self.input
        if self.kind == "transposed":
            high, wide = (
                (size - 1) * self.stride + kernel - 2 * pad
                for size, kernel, pad in zip(sizes, self.kernel, self.padding, strict=True)
            )
        else:
            high, wide = (
                (size + 2 * pad - kernel) // self.stride + 1
                for size, kernel, pad in zip(sizes, self.kernel, self.padding, strict=True)
            )
        return count, self.filters, high, wide

    @property
    def weight(self) -> tuple[int, ...]:
        """Shape of the filters; a table has one for each connection."""
        if self.kind == "table":
            return sum(map(len, C3_TABLE)), *self.kernel
        if self.kind == "transposed":
            return self.input[1], self.filters // self.groups, *self.kernel
        return self.filters, self.input[1] // self.groups, *self.kernel

    @property
    def flops(self) -> float:
        """Operations forward; each of the two gradients takes as many again."""
        if self.kind == "transposed":  # each input pixel meets the filters of its channel
            return 2.0 * prod(self.input) * prod(self.weight[1:])
        if self.kind == "table":
            return 2.0 * self.input[0] * prod(self.weight) * prod(self.output[2:])
        return 2.0 * prod(self.output) * prod(self.weight[1:])


CONVOLUTIONS = (
    # The bar as it was first measured.
    Convolution("lenet-c1", (64, 1, 32, 32), 6, (5, 5)),
    Convolution("lenet-c3", (64, 6, 14, 14), 16, (5, 5)),
    Convolution("convnet-1", (64, 1, 28, 28), 16, (5, 5), padding=(2, 2)),
    Convolution("convnet-2", (64, 16, 14, 14), 32, (5, 5), padding=(2, 2)),
    Convolution("vgg-56", (4, 256, 56, 56), 256, (3, 3), padding=(1, 1)),
    Convolution("vgg-224", (4, 64, 224, 224), 64, (3, 3), padding=(1, 1)),
    Convolution("resnet20", (64, 16, 32, 32), 16, (3, 3), padding=(1, 1), bias=False),
    Convolution("resnet50-56-expand", (8, 256, 56, 56), 64, (1, 1), bias=False),
    Convolution("alexnet-1", (8, 3, 227, 227), 96, (11, 11), stride=4),
    # Inception 3a.
    Convolution("inception-1x1", (8, 192, 28, 28), 64, (1, 1), bias=False),
    Convolution("inception-3x3", (8, 96, 28, 28), 128, (3, 3), padding=(1, 1), bias=False),
    Convolution("inception-5x5", (8, 16, 28, 28), 32, (5, 5), padding=(2, 2), bias=False),
    # A block of each stage of ResNet-50.
    Convolution("resnet50-56-1x1", (8, 64, 56, 56), 64, (1, 1), bias=False),
    Convolution("resnet50-56-3x3", (8, 64, 56, 56), 64, (3, 3), padding=(1, 1), bias=False),
    Convolution("resnet50-56-widen", (8, 64, 56, 56), 256, (1, 1), bias=False),
    Convolution("resnet50-28-3x3", (8, 128, 28, 28), 128, (3, 3), padding=(1, 1), bias=False),
    Convolution("resnet50-14-3x3", (8, 256, 14, 14), 256, (3, 3), padding=(1, 1), bias=False),
    Convolution("resnet50-7-3x3", (8, 512, 7, 7), 512, (3, 3), padding=(1, 1), bias=False),
    Convolution("resnet50-strided", (8, 128, 56, 56), 128, (3, 3), stride=2, padding=(1, 1), bias=False),
    # One level of a U-Net: a convolution, and the way up.
    Convolution("unet-64", (8, 64, 64, 64), 64, (3, 3), padding=(1, 1)),
    Convolution("unet-up", (8, 128, 32, 32), 64, (2, 2), stride=2, kind="transposed"),
    # The speech network's 3x5: 3 bands of frequency by 5 frames, on spectrograms of 40 bands by 101 frames (1 s at
    # 10 ms); its first layer and one inside, after 3x1 pooling (13 bands).
    Convolution("speech-1", (64, 1, 40, 101), 32, (3, 5), padding=(1, 2)),
    Convolution("speech-2", (64, 32, 13, 101), 32, (3, 5), padding=(1, 2)),
    # Few products for each output.
    Convolution("grouped-3x3", (8, 128, 28, 28), 128, (3, 3), padding=(1, 1), groups=32, bias=False),
    Convolution("depthwise-3x3", (8, 128, 28, 28), 128, (3, 3), padding=(1, 1), groups=128, bias=False),
    Convolution("lenet-5-c3-table", (64, 6, 14, 14), 16, (5, 5), kind="table"),
)


def prepare(library: Library, convolution: Convolution, backward: bool) -> Work:
    """Make a convolution ready; it is checked by its output, or by its gradients."""
    rng = np.random.default_rng(0)
    x = library.tensor(rng.standard_normal(convolution.input, np.float32), requires_grad=backward)
    values = rng.standard_normal(convolution.weight, np.float32) / float(np.sqrt(prod(convolution.weight[1:])))
    mask = None
    if convolution.kind == "table" and library.name != "engine":
        dense = np.zeros((*c3_mask().shape, *convolution.kernel), np.float32)
        dense[c3_mask()] = values
        values = dense
        mask = library.tensor(c3_mask()[:, :, None, None].astype(np.float32))
    weight = library.tensor(values, requires_grad=backward)
    bias = None
    if convolution.bias:
        bias = library.tensor(rng.standard_normal(convolution.filters, np.float32), requires_grad=backward)
    dy = library.tensor(rng.standard_normal(convolution.output, np.float32))
    functional = library.functional
    settings: dict[str, Any] = {"stride": convolution.stride, "padding": convolution.padding}

    def forward() -> Any:
        if convolution.kind == "transposed":
            return functional.conv_transpose2d(x, weight, bias, groups=convolution.groups, **settings)
        if convolution.kind == "table" and mask is None:
            return functional.table_conv2d(x, weight, C3_TABLE, bias, **settings)
        filters = weight if mask is None else weight * mask
        return functional.conv2d(x, filters, bias, groups=convolution.groups, **settings)

    def without_gradients() -> Any:
        with library.lib.no_grad():
            return forward()

    def with_gradients() -> None:
        x.grad = weight.grad = None
        if bias is not None:
            bias.grad = None
        forward().backward(dy)

    if not backward:
        return Work(without_gradients, fingerprint(library.array(without_gradients())))
    with_gradients()
    input_grad, weight_grad = library.array(x.grad), library.array(weight.grad)
    return Work(with_gradients, fingerprint(input_grad, weight_grad if mask is None else weight_grad[c3_mask()]))


def convolution_cases() -> Iterator[Case]:
    """Yield each convolution twice."""
    for convolution in CONVOLUTIONS:
        images = convolution.input[0]
        for setting, times in (("forward", 1), ("both", 3)):
            ready = partial(prepare, convolution=convolution, backward=times == 3)
            yield Case("conv", convolution.name, setting, ready, times * convolution.flops, images=images)
