"""Layers, under PyTorch's names."""

from engine.nn import functional, init
from engine.nn.activation import ReLU, Tanh
from engine.nn.container import Sequential
from engine.nn.conv import Conv2d
from engine.nn.linear import Flatten, Linear
from engine.nn.loss import CrossEntropyLoss
from engine.nn.module import Buffer, Module, Parameter
from engine.nn.pool import AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, MaxPool2d, MaxUnpool2d, Subsampling2d
from engine.nn.upsample import Upsample, UpsamplingBilinear2d, UpsamplingNearest2d

__all__ = [
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "AvgPool2d",
    "Buffer",
    "Conv2d",
    "CrossEntropyLoss",
    "Flatten",
    "Linear",
    "MaxPool2d",
    "MaxUnpool2d",
    "Module",
    "Parameter",
    "ReLU",
    "Sequential",
    "Subsampling2d",
    "Tanh",
    "Upsample",
    "UpsamplingBilinear2d",
    "UpsamplingNearest2d",
    "functional",
    "init",
]
