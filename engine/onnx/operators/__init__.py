"""The operators, by family: each turns one node into calls of the engine's ops."""

from engine.onnx.operators import (
    activation,
    constant,
    conv,
    elementwise,
    index,
    loss,
    norm,
    pool,
    reduce,
    resize,
    shape,
)
from engine.onnx.registry import OPERATORS

__all__ = [
    "OPERATORS",
    "activation",
    "constant",
    "conv",
    "elementwise",
    "index",
    "loss",
    "norm",
    "pool",
    "reduce",
    "resize",
    "shape",
]
