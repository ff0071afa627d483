"""The ops of networks, where PyTorch's users look for them: ``import engine.nn.functional as F``."""

from engine.ops import avg_pool2d, conv2d, cross_entropy, linear, log_softmax, max_pool2d, pad, relu, tanh

__all__ = [
    "avg_pool2d",
    "conv2d",
    "cross_entropy",
    "linear",
    "log_softmax",
    "max_pool2d",
    "pad",
    "relu",
    "tanh",
]
