"""Cases of the ops that stand for several others; see tests/engine/nn/test_fusion.py for where they are used."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

import engine
from engine.arrays import Array
from engine.errors import DTypeError, GraphError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values
from tests.op_cases.conv import batches, convolutions, slidings, torch_conv2d
from tests.op_cases.matmul import linears

sides = st.integers(2, 5)


@st.composite
def maps(draw: st.DrawFn) -> Sample:
    outer = tuple(draw(st.lists(lengths, min_size=1, max_size=2)))
    return Sample((values(draw(seeds), (*outer, draw(sides), draw(sides))),), {})


@st.composite
def normalised_maps(draw: st.DrawFn) -> Sample:
    channels, training = draw(st.integers(1, 3)), draw(st.booleans())
    shape = (draw(st.integers(1, 3)), channels, draw(sides), draw(sides))
    running: tuple[Array | None, Array | None] = None, None
    if not training or draw(st.booleans()):
        running = values(draw(seeds), (channels,)), np.exp(values(draw(seeds), (channels,)))
    affine = [values(draw(seeds), (channels,)) if draw(st.booleans()) else None for _ in range(2)]
    settings = {"training": training, "momentum": draw(st.sampled_from([0.0, 0.1])), "eps": 1e-2}
    # Squared a little, so that no pixel is equal to the mean: without bias it would lie on ReLU's kink.
    x = values(draw(seeds), shape)
    return Sample((x + 0.1 * x**2, *running, *affine), settings, frozenset({1, 2}))


@st.composite
def pooled_convolutions(draw: st.DrawFn) -> Sample:
    size, filter, settings = draw(slidings(least=2))
    groups = draw(st.integers(1, 2))
    channels, filters = draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    x = values(draw(seeds), (*draw(batches), channels * groups, *size))
    w = values(draw(seeds), (filters, channels, *filter))
    bias = values(draw(seeds), (filters,)) if draw(st.booleans()) else None
    return Sample((x, w, bias), {**settings, "groups": groups})


def torch_relu_max_pool2d(torch: Any, x: Any) -> Any:
    return torch.nn.functional.max_pool2d(torch.relu(x), 2)


def torch_conv2d_relu_max_pool2d(torch: Any, *operands: Any, **settings: Any) -> Any:
    return torch_relu_max_pool2d(torch, torch_conv2d(torch, *operands, **settings))


def torch_batch_norm_relu_max_pool2d(torch: Any, *operands: Any, **settings: Any) -> Any:
    return torch_relu_max_pool2d(torch, torch.nn.functional.batch_norm(*operands, **settings))


def torch_batch_norm_relu(torch: Any, *operands: Any, **settings: Any) -> Any:
    return torch.relu(torch.nn.functional.batch_norm(*operands, **settings))


def torch_linear_relu(torch: Any, *operands: Any) -> Any:
    return torch.relu(torch.nn.functional.linear(*operands))


def torch_conv2d_relu(torch: Any, *operands: Any, **settings: Any) -> Any:
    return torch.relu(torch_conv2d(torch, *operands, **settings))


POOL, NORM = engine.relu_max_pool2d, engine.batch_norm_relu_max_pool2d
NORM_RELU = engine.batch_norm_relu
CONV_POOL = engine.conv2d_relu_max_pool2d

CASES = {
    "linear_relu": OpCase(
        linears(),
        (
            BadInput(lambda: engine.linear_relu(t(2, 3), t(4, 2)), ShapeError, "linear_relu: expected input (…, 2)"),
            BadInput(lambda: engine.linear_relu(t(2, 3), t(3)), ShapeError, "linear_relu: expected weight (K, D)"),
            BadInput(lambda: engine.linear_relu(t(3, dtype="int64"), t(3, 3)), DTypeError, "linear_relu: expected fl"),
        ),
        pytorch=torch_linear_relu,
    ),
    "conv2d_relu": OpCase(
        convolutions(),
        (
            BadInput(lambda: engine.conv2d_relu(t(4, 4), t(1, 1, 3, 3)), ShapeError, "conv2d_relu: expected input (N,"),
            BadInput(
                lambda: engine.conv2d_relu(t(1, 4, 4), t(1, 1, 5, 5)), ShapeError, "conv2d_relu: expected a filter"
            ),
            BadInput(
                lambda: engine.conv2d_relu(t(1, 4, 4), t(1, 1, 3, 3), stride=0),
                ParameterError,
                "conv2d_relu: expected str",
            ),
            BadInput(
                lambda: engine.conv2d_relu(t(1, 4, 4, dtype="int64"), t(1, 1, 3, 3)), DTypeError, "conv2d_relu: exp"
            ),
        ),
        pytorch=torch_conv2d_relu,
    ),
    "conv2d_relu_max_pool2d": OpCase(
        pooled_convolutions(),
        (
            BadInput(lambda: CONV_POOL(t(4, 4), t(1, 1, 3, 3)), ShapeError, "conv2d_relu_max_pool2d: expected input"),
            BadInput(lambda: CONV_POOL(t(1, 4, 4), t(1, 1, 5, 5)), ShapeError, "max_pool2d: expected a filter"),
            BadInput(
                lambda: CONV_POOL(t(1, 4, 4), t(1, 1, 4, 3)),
                ShapeError,
                "conv2d_relu_max_pool2d: expected maps of at least 2x2 pixels, got 1x2",
            ),
            BadInput(lambda: CONV_POOL(t(1, 4, 4), t(1, 1, 3, 3), dilation=0), ParameterError, "pool2d: expected di"),
            BadInput(lambda: CONV_POOL(t(1, 4, 4, dtype="int64"), t(1, 1, 3, 3)), DTypeError, "max_pool2d: expected"),
        ),
        pytorch=torch_conv2d_relu_max_pool2d,
    ),
    "relu_max_pool2d": OpCase(
        maps(),
        (
            BadInput(
                lambda: POOL(t(2, 1, 4)), ShapeError, "relu_max_pool2d: expected maps of at least 2x2 pixels, got 1x"
            ),
            BadInput(lambda: POOL(t(4, 4)), ShapeError, "relu_max_pool2d: expected input (N, C, H, W) or (C, H, W)"),
            BadInput(lambda: POOL(t(1, 4, 4, dtype="int64")), DTypeError, "relu_max_pool2d: expected float32 or"),
        ),
        pytorch=torch_relu_max_pool2d,
    ),
    "batch_norm_relu": OpCase(
        normalised_maps(),
        (
            BadInput(
                lambda: NORM_RELU(t(3), None, None, training=True), ShapeError, "batch_norm_relu: expected input (N"
            ),
            BadInput(lambda: NORM_RELU(t(2, 3, 4, 4), None, None), ParameterError, "or, in training, neither"),
            BadInput(lambda: NORM_RELU(t(2, 3), t(2), t(2)), ShapeError, "expected running_mean (3,), one for each"),
            BadInput(
                lambda: NORM_RELU(t(2, 3, dtype="int64"), None, None, training=True), DTypeError, "batch_norm_relu: exp"
            ),
            BadInput(
                lambda: NORM_RELU(t(2, 3), t(3).requires_grad_(), t(3)), GraphError, "running_mean without gradient"
            ),
        ),
        pytorch=torch_batch_norm_relu,
    ),
    "batch_norm_relu_max_pool2d": OpCase(
        normalised_maps(),
        (
            BadInput(lambda: NORM(t(3, 4, 4), None, None, training=True), ShapeError, "expected input (N, C, H, W)"),
            BadInput(
                lambda: NORM(t(2, 3, 1, 4), None, None, training=True),
                ShapeError,
                "maps of at least 2x2 pixels, got 1x4",
            ),
            BadInput(lambda: NORM(t(2, 3, 4, 4), None, None), ParameterError, "or, in training, neither"),
            BadInput(lambda: NORM(t(2, 3, 4, 4), t(2), t(2)), ShapeError, "expected running_mean (3,), one for each"),
            BadInput(
                lambda: NORM(t(2, 3, 4, 4, dtype="int64"), None, None, training=True), DTypeError, "expected float32"
            ),
            BadInput(
                lambda: NORM(t(2, 3, 4, 4), t(3).requires_grad_(), t(3)), GraphError, "running_mean without gradient"
            ),
        ),
        pytorch=torch_batch_norm_relu_max_pool2d,
    ),
}
