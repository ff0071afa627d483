"""What a layer does: the rules by which engine.summary counts connections and multiply-adds."""

from collections.abc import Sequence
from functools import singledispatch
from math import prod
from typing import NamedTuple, TypeAlias

from engine import nn
from engine.ops.checks import pair

Shape: TypeAlias = tuple[int, ...]


class Work(NamedTuple):
    """What a layer does for one example.

    Attributes
    ----------
    connections : int
        In the sense of LeCun et al. (1998): for each output unit, its inputs and its bias.
    multiply_adds : int
        Products of an input and a weight that are summed, biases not counted.
    """

    connections: int
    multiply_adds: int


def weighted_sums(products: int, biases: int) -> Work:
    """Return the work of a layer whose outputs are sums of products, some with a bias."""
    return Work(products + biases, products)


@singledispatch
def work(layer: nn.Module, input: Shape, output: Shape) -> Work | None:
    """Return what a layer does for one example: the one place that says how each kind is counted.

    Zeros of padding count as inputs. What works element by element (activations, dropout, and
    normalisation, which is a scale and a shift once it is trained) belongs to the units before it:
    nothing of its own. So does what only rearranges. A layer that has parameters and no rule gets None.
    ``@work.register`` adds a rule for a layer of your own.

    Parameters
    ----------
    layer : Module
    input : tuple of int
        Shape of its first argument, without the batch.
    output : tuple of int
        Shape of its result, without the batch.

    Examples
    --------
    >>> work(nn.Conv2d(1, 6, 5), (1, 32, 32), (6, 28, 28))
    Work(connections=122304, multiply_adds=117600)
    """
    return None if list(layer.parameters(recurse=False)) else Work(0, 0)


@work.register
def _(layer: nn.Linear, input: Shape, output: Shape) -> Work:
    units = prod(output)
    return weighted_sums(units * layer.in_features, units if layer.bias is not None else 0)


@work.register
def _(layer: nn.Conv2d, input: Shape, output: Shape) -> Work:
    units = prod(output)
    return weighted_sums(units * prod(layer.weight.shape[1:]), units if layer.bias is not None else 0)


# Every input pixel is multiplied by every weight of its channel; what falls into the padding is cut off after.
@work.register
def _(layer: nn.ConvTranspose2d, input: Shape, output: Shape) -> Work:
    return weighted_sums(prod(input) * prod(layer.weight.shape[1:]), prod(output) if layer.bias is not None else 0)


@work.register
def _(layer: nn.TableConv2d, input: Shape, output: Shape) -> Work:
    positions = prod(output[1:])
    return weighted_sums(layer.weight.numel() * positions, prod(output) if layer.bias is not None else 0)


# No weight is shared: each is used once.
@work.register
def _(layer: nn.LocallyConnected2d, input: Shape, output: Shape) -> Work:
    return weighted_sums(layer.weight.numel(), prod(output) if layer.bias is not None else 0)


# Pooling connects each unit to its window; there are no weights to multiply by.
@work.register
def _(layer: nn.MaxPool2d | nn.AvgPool2d, input: Shape, output: Shape) -> Work:
    return Work(prod(output) * _window(layer.kernel_size), 0)


@work.register
def _(layer: nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d, input: Shape, output: Shape) -> Work:
    rows, columns = (
        sum(-(-(i + 1) * n // count) - i * n // count for i in range(count))
        for n, count in zip(input[-2:], output[-2:], strict=True)
    )
    return Work(prod(output[:-2]) * rows * columns, 0)


# LeNet-5 sums a window, then multiplies the sum by one weight.
@work.register
def _(layer: nn.Subsampling2d, input: Shape, output: Shape) -> Work:
    units = prod(output)
    return Work(units * (_window(layer.kernel_size) + 1), units)


# The products are the squares of the differences.
@work.register
def _(layer: nn.RBF, input: Shape, output: Shape) -> Work:
    return weighted_sums(prod(output) * input[-1], 0)


@work.register
def _(layer: nn.BatchNorm1d | nn.BatchNorm2d | nn.LayerNorm | nn.GroupNorm, input: Shape, output: Shape) -> Work:
    return Work(0, 0)


def _window(kernel_size: int | Sequence[int]) -> int:
    return prod(pair("summary", "kernel_size", kernel_size, 1))
