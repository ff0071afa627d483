"""The ops: each with its checks, forward, vjp and public docstring. Kernels do the arithmetic."""

from engine.ops.activation import relu, tanh
from engine.ops.conv import conv2d
from engine.ops.dropout import dropout, dropout2d
from engine.ops.elementwise import add, div, mul, neg, sub
from engine.ops.elementwise_loss import binary_cross_entropy_with_logits, l1_loss, mse_loss
from engine.ops.local_response import local_response_norm
from engine.ops.loss import cross_entropy, nll_loss
from engine.ops.matmul import linear, matmul
from engine.ops.norm import batch_norm, group_norm, layer_norm
from engine.ops.pool import avg_pool2d, max_pool2d
from engine.ops.rbf import rbf, rbf_loss
from engine.ops.reduce import mean, sum
from engine.ops.shape import reshape
from engine.ops.softmax import log_softmax

__all__ = [
    "add",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy_with_logits",
    "conv2d",
    "cross_entropy",
    "div",
    "dropout",
    "dropout2d",
    "group_norm",
    "l1_loss",
    "layer_norm",
    "linear",
    "local_response_norm",
    "log_softmax",
    "matmul",
    "max_pool2d",
    "mean",
    "mse_loss",
    "mul",
    "neg",
    "nll_loss",
    "rbf",
    "rbf_loss",
    "relu",
    "reshape",
    "sub",
    "sum",
    "tanh",
]
