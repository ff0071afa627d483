"""Layers, under PyTorch's names."""

from engine.nn import clip as utils
from engine.nn import functional, init
from engine.nn.activation import GELU, LeakyReLU, LogSoftmax, ReLU, ScaledTanh, Sigmoid, Softmax, Softplus, Tanh
from engine.nn.container import ModuleDict, ModuleList, Sequential
from engine.nn.conv import Conv2d, ConvTranspose2d
from engine.nn.dropout import Dropout, Dropout2d
from engine.nn.identity import Identity
from engine.nn.linear import Linear
from engine.nn.local import LocallyConnected2d
from engine.nn.loss import BCEWithLogitsLoss, CrossEntropyLoss, L1Loss, MSELoss, NLLLoss
from engine.nn.module import Module
from engine.nn.norm import BatchNorm1d, BatchNorm2d, GroupNorm, LayerNorm, LocalResponseNorm
from engine.nn.padding import ReflectionPad2d, ReplicationPad2d, ZeroPad2d
from engine.nn.parameter import Buffer, Parameter
from engine.nn.pool import AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, MaxPool2d, MaxUnpool2d, Subsampling2d
from engine.nn.rbf import RBF, RBFLoss
from engine.nn.shape import Flatten, Unflatten
from engine.nn.table import LENET5_C3_TABLE, TableConv2d
from engine.nn.unfold import Fold, Unfold
from engine.nn.upsample import Upsample, UpsamplingBilinear2d, UpsamplingNearest2d

__all__ = [
    "GELU",
    "LENET5_C3_TABLE",
    "RBF",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "AvgPool2d",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "Buffer",
    "Conv2d",
    "ConvTranspose2d",
    "CrossEntropyLoss",
    "Dropout",
    "Dropout2d",
    "Flatten",
    "Fold",
    "GroupNorm",
    "Identity",
    "L1Loss",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "LocallyConnected2d",
    "LogSoftmax",
    "MSELoss",
    "MaxPool2d",
    "MaxUnpool2d",
    "Module",
    "ModuleDict",
    "ModuleList",
    "NLLLoss",
    "Parameter",
    "RBFLoss",
    "ReLU",
    "ReflectionPad2d",
    "ReplicationPad2d",
    "ScaledTanh",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Subsampling2d",
    "TableConv2d",
    "Tanh",
    "Unflatten",
    "Unfold",
    "Upsample",
    "UpsamplingBilinear2d",
    "UpsamplingNearest2d",
    "ZeroPad2d",
    "functional",
    "init",
    "utils",
]
