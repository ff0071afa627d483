"""The ops of networks, where PyTorch's users look for them: ``import engine.nn.functional as F``."""

from engine.ops import (
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    avg_pool2d,
    conv2d,
    cross_entropy,
    interpolate,
    linear,
    log_softmax,
    max_pool2d,
    max_unpool2d,
    relu,
    subsample2d,
    tanh,
)

__all__ = [
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "avg_pool2d",
    "conv2d",
    "cross_entropy",
    "interpolate",
    "linear",
    "log_softmax",
    "max_pool2d",
    "max_unpool2d",
    "relu",
    "subsample2d",
    "tanh",
]
