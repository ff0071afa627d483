"""Layers, under PyTorch's names."""

from engine.nn import functional, init
from engine.nn.activation import GELU, LeakyReLU, LogSoftmax, ReLU, ScaledTanh, Sigmoid, Softmax, Softplus, Tanh
from engine.nn.container import Sequential
from engine.nn.conv import Conv2d, ConvTranspose2d
from engine.nn.linear import Flatten, Linear
from engine.nn.local import LocallyConnected2d
from engine.nn.loss import CrossEntropyLoss
from engine.nn.module import Buffer, Module, Parameter
from engine.nn.pool import AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, MaxPool2d, MaxUnpool2d, Subsampling2d
from engine.nn.table import LENET5_C3_TABLE, TableConv2d
from engine.nn.unfold import Fold, Unfold
from engine.nn.upsample import Upsample, UpsamplingBilinear2d, UpsamplingNearest2d

__all__ = [
    "GELU",
    "LENET5_C3_TABLE",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "AvgPool2d",
    "Buffer",
    "Conv2d",
    "ConvTranspose2d",
    "CrossEntropyLoss",
    "Flatten",
    "Fold",
    "LeakyReLU",
    "Linear",
    "LocallyConnected2d",
    "LogSoftmax",
    "MaxPool2d",
    "MaxUnpool2d",
    "Module",
    "Parameter",
    "ReLU",
    "ScaledTanh",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Subsampling2d",
    "TableConv2d",
    "Tanh",
    "Unfold",
    "Upsample",
    "UpsamplingBilinear2d",
    "UpsamplingNearest2d",
    "functional",
    "init",
]
