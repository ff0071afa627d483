"""The ops of networks, where PyTorch's users look for them: ``import engine.nn.functional as F``."""

from engine.ops import (
    avg_pool2d,
    conv2d,
    conv_transpose2d,
    cross_entropy,
    fold,
    linear,
    locally_connected2d,
    log_softmax,
    max_pool2d,
    relu,
    table_conv2d,
    tanh,
    unfold,
)

__all__ = [
    "avg_pool2d",
    "conv2d",
    "conv_transpose2d",
    "cross_entropy",
    "fold",
    "linear",
    "locally_connected2d",
    "log_softmax",
    "max_pool2d",
    "relu",
    "table_conv2d",
    "tanh",
    "unfold",
]
