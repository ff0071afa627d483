"""The ops: each with its checks, forward, vjp and public docstring. Kernels do the arithmetic."""

from engine.ops.activation import gelu, leaky_relu, relu, scaled_tanh, sigmoid, softplus, tanh
from engine.ops.adaptive_pool import adaptive_avg_pool2d, adaptive_max_pool2d
from engine.ops.cast import to
from engine.ops.comparison import eq, ge, gt, le, logical_not, lt, ne
from engine.ops.conv import conv2d, conv_transpose2d
from engine.ops.elementwise import abs, add, div, mul, neg, sub
from engine.ops.extremum import Extremum, amax, amin, argmax, argmin, max, max_with_indices, min, min_with_indices
from engine.ops.local import locally_connected2d
from engine.ops.matmul import linear, matmul
from engine.ops.pool import avg_pool2d, max_pool2d, subsample2d
from engine.ops.powers import exp, log, pow, sqrt
from engine.ops.reduce import mean, std, sum, var
from engine.ops.resample import interpolate
from engine.ops.selection import clamp, maximum, minimum, where
from engine.ops.shape import reshape
from engine.ops.softmax import cross_entropy, log_softmax, softmax
from engine.ops.table import dense_filters, table_conv2d
from engine.ops.unfold import fold, unfold
from engine.ops.unpool import max_unpool2d

__all__ = [
    "Extremum",
    "abs",
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "add",
    "amax",
    "amin",
    "argmax",
    "argmin",
    "avg_pool2d",
    "clamp",
    "conv2d",
    "conv_transpose2d",
    "cross_entropy",
    "dense_filters",
    "div",
    "eq",
    "exp",
    "fold",
    "ge",
    "gelu",
    "gt",
    "interpolate",
    "le",
    "leaky_relu",
    "linear",
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
    "subsample2d",
    "sum",
    "table_conv2d",
    "tanh",
    "to",
    "unfold",
    "var",
    "where",
]
