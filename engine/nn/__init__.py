"""Layers, under PyTorch's names."""

from engine.nn import functional, init
from engine.nn.activation import ReLU, Tanh
from engine.nn.container import Sequential
from engine.nn.conv import Conv2d
from engine.nn.linear import Linear
from engine.nn.loss import CrossEntropyLoss
from engine.nn.module import Buffer, Module, Parameter
from engine.nn.padding import ReflectionPad2d, ReplicationPad2d, ZeroPad2d
from engine.nn.pool import AvgPool2d, MaxPool2d
from engine.nn.shape import Flatten, Unflatten

__all__ = [
    "AvgPool2d",
    "Buffer",
    "Conv2d",
    "CrossEntropyLoss",
    "Flatten",
    "Linear",
    "MaxPool2d",
    "Module",
    "Parameter",
    "ReLU",
    "ReflectionPad2d",
    "ReplicationPad2d",
    "Sequential",
    "Tanh",
    "Unflatten",
    "ZeroPad2d",
    "functional",
    "init",
]
