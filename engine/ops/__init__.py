"""The ops: each with its checks, forward, vjp and public docstring. Kernels do the arithmetic."""

from engine.ops.activation import relu, tanh
from engine.ops.conv import conv2d
from engine.ops.elementwise import add, div, mul, neg, sub
from engine.ops.index import getitem
from engine.ops.join import cat, chunk, split, stack
from engine.ops.matmul import linear, matmul
from engine.ops.order import flip, permute, roll, transpose
from engine.ops.padding import constant_pad_nd, pad
from engine.ops.pool import avg_pool2d, max_pool2d
from engine.ops.reduce import mean, sum
from engine.ops.repeat import expand, tile
from engine.ops.shape import flatten, reshape, squeeze, unflatten, unsqueeze
from engine.ops.softmax import cross_entropy, log_softmax

__all__ = [
    "add",
    "avg_pool2d",
    "cat",
    "chunk",
    "constant_pad_nd",
    "conv2d",
    "cross_entropy",
    "div",
    "expand",
    "flatten",
    "flip",
    "getitem",
    "linear",
    "log_softmax",
    "matmul",
    "max_pool2d",
    "mean",
    "mul",
    "neg",
    "pad",
    "permute",
    "relu",
    "reshape",
    "roll",
    "split",
    "squeeze",
    "stack",
    "sub",
    "sum",
    "tanh",
    "tile",
    "transpose",
    "unflatten",
    "unsqueeze",
]
