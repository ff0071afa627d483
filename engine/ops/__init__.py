"""The ops: each with its checks, forward, vjp and public docstring. Kernels do the arithmetic."""

from engine.ops.activation import relu, tanh
from engine.ops.adaptive_pool import adaptive_avg_pool2d, adaptive_max_pool2d
from engine.ops.conv import conv2d, conv_transpose2d
from engine.ops.elementwise import add, div, mul, neg, sub
from engine.ops.local import locally_connected2d
from engine.ops.matmul import linear, matmul
from engine.ops.pool import avg_pool2d, max_pool2d, subsample2d
from engine.ops.reduce import mean, sum
from engine.ops.resample import interpolate
from engine.ops.shape import reshape
from engine.ops.softmax import cross_entropy, log_softmax
from engine.ops.table import dense_filters, table_conv2d
from engine.ops.unfold import fold, unfold
from engine.ops.unpool import max_unpool2d

__all__ = [
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "add",
    "avg_pool2d",
    "conv2d",
    "conv_transpose2d",
    "cross_entropy",
    "dense_filters",
    "div",
    "fold",
    "interpolate",
    "linear",
    "locally_connected2d",
    "log_softmax",
    "matmul",
    "max_pool2d",
    "max_unpool2d",
    "mean",
    "mul",
    "neg",
    "relu",
    "reshape",
    "sub",
    "subsample2d",
    "sum",
    "table_conv2d",
    "tanh",
    "unfold",
]
