"""Layers, under PyTorch's names."""

from engine.nn import functional, init
from engine.nn.activation import GELU, LeakyReLU, LogSoftmax, ReLU, ScaledTanh, Sigmoid, Softmax, Softplus, Tanh
from engine.nn.container import Sequential
from engine.nn.conv import Conv2d
from engine.nn.linear import Flatten, Linear
from engine.nn.loss import CrossEntropyLoss
from engine.nn.module import Buffer, Module, Parameter
from engine.nn.pool import AvgPool2d, MaxPool2d

__all__ = [
    "GELU",
    "AvgPool2d",
    "Buffer",
    "Conv2d",
    "CrossEntropyLoss",
    "Flatten",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "MaxPool2d",
    "Module",
    "Parameter",
    "ReLU",
    "ScaledTanh",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "functional",
    "init",
]
