"""The ops of networks, where PyTorch's users look for them: ``import engine.nn.functional as F``."""

from engine.ops import (
    avg_pool2d,
    conv2d,
    cross_entropy,
    gelu,
    leaky_relu,
    linear,
    log_softmax,
    max_pool2d,
    relu,
    scaled_tanh,
    sigmoid,
    softmax,
    softplus,
    tanh,
)

__all__ = [
    "avg_pool2d",
    "conv2d",
    "cross_entropy",
    "gelu",
    "leaky_relu",
    "linear",
    "log_softmax",
    "max_pool2d",
    "relu",
    "scaled_tanh",
    "sigmoid",
    "softmax",
    "softplus",
    "tanh",
]
