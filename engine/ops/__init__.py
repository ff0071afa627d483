"""The ops: each with its checks, forward, vjp and public docstring. Kernels do the arithmetic."""

from engine.ops.activation import gelu, leaky_relu, relu, scaled_tanh, sigmoid, softplus, tanh
from engine.ops.cast import to
from engine.ops.comparison import eq, ge, gt, le, logical_not, lt, ne
from engine.ops.conv import conv2d
from engine.ops.elementwise import abs, add, div, mul, neg, sub
from engine.ops.extremum import amax, amin, argmax, argmin
from engine.ops.matmul import linear, matmul
from engine.ops.maxmin import Extremum, max, max_with_indices, min, min_with_indices
from engine.ops.pool import avg_pool2d, max_pool2d
from engine.ops.powers import exp, log, pow, sqrt
from engine.ops.reduce import mean, std, sum, var
from engine.ops.selection import clamp, maximum, minimum, where
from engine.ops.shape import reshape
from engine.ops.softmax import cross_entropy, log_softmax, softmax

__all__ = [
    "Extremum",
    "abs",
    "add",
    "amax",
    "amin",
    "argmax",
    "argmin",
    "avg_pool2d",
    "clamp",
    "conv2d",
    "cross_entropy",
    "div",
    "eq",
    "exp",
    "ge",
    "gelu",
    "gt",
    "le",
    "leaky_relu",
    "linear",
    "log",
    "log_softmax",
    "logical_not",
    "lt",
    "matmul",
    "max",
    "max_pool2d",
    "max_with_indices",
    "maximum",
    "mean",
    "min",
    "min_with_indices",
    "minimum",
    "mul",
    "ne",
    "neg",
    "pow",
    "relu",
    "reshape",
    "scaled_tanh",
    "sigmoid",
    "softmax",
    "softplus",
    "sqrt",
    "std",
    "sub",
    "sum",
    "tanh",
    "to",
    "var",
    "where",
]
