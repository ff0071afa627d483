"""A small autograd engine for convolutional networks, with PyTorch's names and readable kernels."""

from engine import nn, optim
from engine.autograd import enable_grad, is_grad_enabled, no_grad
from engine.backward import grad
from engine.device import get_num_threads, set_num_threads
from engine.gradcheck import GradientReport, gradcheck
from engine.interchange import from_dlpack
from engine.kernels import use_kernels
from engine.op import OPS
from engine.ops import (
    add,
    avg_pool2d,
    conv2d,
    conv_transpose2d,
    cross_entropy,
    div,
    linear,
    log_softmax,
    matmul,
    max_pool2d,
    mean,
    mul,
    neg,
    relu,
    reshape,
    sub,
    sum,
    tanh,
)
from engine.random import manual_seed
from engine.saved import detect_mutation
from engine.tensor import Tensor, tensor
from engine.weights import load_weights, save_weights

__all__ = [
    "OPS",
    "GradientReport",
    "Tensor",
    "add",
    "avg_pool2d",
    "conv2d",
    "conv_transpose2d",
    "cross_entropy",
    "detect_mutation",
    "div",
    "enable_grad",
    "from_dlpack",
    "get_num_threads",
    "grad",
    "gradcheck",
    "is_grad_enabled",
    "linear",
    "load_weights",
    "log_softmax",
    "manual_seed",
    "matmul",
    "max_pool2d",
    "mean",
    "mul",
    "neg",
    "nn",
    "no_grad",
    "optim",
    "relu",
    "reshape",
    "save_weights",
    "set_num_threads",
    "sub",
    "sum",
    "tanh",
    "tensor",
    "use_kernels",
]
