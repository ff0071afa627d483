"""Layers, under PyTorch's names."""

from engine.nn import functional, init
from engine.nn.activation import ReLU, Tanh
from engine.nn.container import Sequential
from engine.nn.conv import Conv2d
from engine.nn.dropout import Dropout, Dropout2d
from engine.nn.linear import Flatten, Linear
from engine.nn.loss import BCEWithLogitsLoss, CrossEntropyLoss, L1Loss, MSELoss, NLLLoss
from engine.nn.module import Buffer, Module, Parameter
from engine.nn.norm import BatchNorm1d, BatchNorm2d, GroupNorm, LayerNorm, LocalResponseNorm
from engine.nn.pool import AvgPool2d, MaxPool2d
from engine.nn.rbf import RBF, RBFLoss

__all__ = [
    "RBF",
    "AvgPool2d",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "Buffer",
    "Conv2d",
    "CrossEntropyLoss",
    "Dropout",
    "Dropout2d",
    "Flatten",
    "GroupNorm",
    "L1Loss",
    "LayerNorm",
    "Linear",
    "LocalResponseNorm",
    "MSELoss",
    "MaxPool2d",
    "Module",
    "NLLLoss",
    "Parameter",
    "RBFLoss",
    "ReLU",
    "Sequential",
    "Tanh",
    "functional",
    "init",
]
