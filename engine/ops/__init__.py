"""The ops: each with its checks, forward, vjp and public docstring. Kernels do the arithmetic."""

from engine.ops.activation import gelu, leaky_relu, relu, scaled_tanh, sigmoid, softplus, tanh
from engine.ops.adaptive_pool import adaptive_avg_pool2d, adaptive_max_pool2d
from engine.ops.cast import to
from engine.ops.comparison import eq, ge, gt, le, logical_not, lt, ne
from engine.ops.conv import conv2d, conv_transpose2d
from engine.ops.dropout import dropout, dropout2d
from engine.ops.elementwise import abs, add, div, mul, neg, sub
from engine.ops.elementwise_loss import binary_cross_entropy_with_logits, l1_loss, mse_loss
from engine.ops.extremum import amax, amin, argmax, argmin
from engine.ops.fused import (
    batch_norm_relu,
    batch_norm_relu_max_pool2d,
    conv2d_relu,
    conv2d_relu_max_pool2d,
    linear_relu,
    relu_max_pool2d,
)
from engine.ops.index import getitem
from engine.ops.join import cat, chunk, split, stack
from engine.ops.local import locally_connected2d
from engine.ops.local_response import local_response_norm
from engine.ops.loss import cross_entropy, nll_loss
from engine.ops.matmul import linear, matmul
from engine.ops.maxmin import Extremum, max, max_with_indices, min, min_with_indices
from engine.ops.norm import batch_norm, group_norm, layer_norm
from engine.ops.order import flip, permute, roll, transpose
from engine.ops.padding import constant_pad_nd, pad
from engine.ops.pool import avg_pool2d, max_pool2d, subsample2d
from engine.ops.powers import exp, log, pow, sqrt
from engine.ops.rbf import rbf, rbf_loss
from engine.ops.reduce import mean, std, sum, var
from engine.ops.repeat import expand, tile
from engine.ops.resample import interpolate
from engine.ops.selection import clamp, maximum, minimum, where
from engine.ops.shape import flatten, reshape, squeeze, unflatten, unsqueeze
from engine.ops.softmax import log_softmax, softmax
from engine.ops.table import dense_filters, table_conv2d
from engine.ops.transfer import to_device
from engine.ops.truth import all, any, isnan
from engine.ops.unfold import fold, unfold
from engine.ops.unpool import max_unpool2d

__all__ = [
    "Extremum",
    "abs",
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "add",
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "avg_pool2d",
    "batch_norm",
    "batch_norm_relu",
    "batch_norm_relu_max_pool2d",
    "binary_cross_entropy_with_logits",
    "cat",
    "chunk",
    "clamp",
    "constant_pad_nd",
    "conv2d",
    "conv2d_relu",
    "conv2d_relu_max_pool2d",
    "conv_transpose2d",
    "cross_entropy",
    "dense_filters",
    "div",
    "dropout",
    "dropout2d",
    "eq",
    "exp",
    "expand",
    "flatten",
    "flip",
    "fold",
    "ge",
    "gelu",
    "getitem",
    "group_norm",
    "gt",
    "interpolate",
    "isnan",
    "l1_loss",
    "layer_norm",
    "le",
    "leaky_relu",
    "linear",
    "linear_relu",
    "local_response_norm",
    "locally_connected2d",
    "log",
    "log_softmax",
    "logical_not",
    "lt",
    "matmul",
    "max",
    "max_pool2d",
    "max_unpool2d",
    "max_with_indices",
    "maximum",
    "mean",
    "min",
    "min_with_indices",
    "minimum",
    "mse_loss",
    "mul",
    "ne",
    "neg",
    "nll_loss",
    "pad",
    "permute",
    "pow",
    "rbf",
    "rbf_loss",
    "relu",
    "relu_max_pool2d",
    "reshape",
    "roll",
    "scaled_tanh",
    "sigmoid",
    "softmax",
    "softplus",
    "split",
    "sqrt",
    "squeeze",
    "stack",
    "std",
    "sub",
    "subsample2d",
    "sum",
    "table_conv2d",
    "tanh",
    "tile",
    "to",
    "to_device",
    "transpose",
    "unflatten",
    "unfold",
    "unsqueeze",
    "var",
    "where",
]
