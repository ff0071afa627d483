"""Layers, under PyTorch's names."""

from engine.nn import clip as utils
from engine.nn import functional, init
from engine.nn.activation import ReLU, Tanh
from engine.nn.container import ModuleDict, ModuleList, Sequential
from engine.nn.conv import Conv2d
from engine.nn.identity import Identity
from engine.nn.linear import Flatten, Linear
from engine.nn.loss import CrossEntropyLoss
from engine.nn.module import Module
from engine.nn.parameter import Buffer, Parameter
from engine.nn.pool import AvgPool2d, MaxPool2d

__all__ = [
    "AvgPool2d",
    "Buffer",
    "Conv2d",
    "CrossEntropyLoss",
    "Flatten",
    "Identity",
    "Linear",
    "MaxPool2d",
    "Module",
    "ModuleDict",
    "ModuleList",
    "Parameter",
    "ReLU",
    "Sequential",
    "Tanh",
    "functional",
    "init",
    "utils",
]
