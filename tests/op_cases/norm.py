"""Cases of the normalisations."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

import engine
from engine.arrays import Array
from engine.errors import DTypeError, GraphError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values

epsilons = st.sampled_from([1e-5, 1e-3, 0.1])


@st.composite
def affine(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[Array | None, Array | None]:
    """Draw weight and bias; each may be missing."""
    weight = values(draw(seeds), shape) if draw(st.booleans()) else None
    return weight, values(draw(seeds), shape) if draw(st.booleans()) else None


@st.composite
def batch_norms(draw: st.DrawFn) -> Sample:
    channels, places = draw(lengths), tuple(draw(st.lists(lengths, max_size=3)))
    # Two examples at least: a channel of one value cannot be normalised.
    shape = (draw(st.integers(2, 3)), channels, *places)
    training = draw(st.booleans())
    running: tuple[Array | None, Array | None] = None, None
    if not training or draw(st.booleans()):
        running = values(draw(seeds), (channels,)), np.exp(values(draw(seeds), (channels,)))
    settings = {"training": training, "momentum": draw(st.sampled_from([0.0, 0.1, 1.0])), "eps": draw(epsilons)}
    operands = (values(draw(seeds), shape), *running, *draw(affine((channels,))))
    return Sample(operands, settings, frozenset({1, 2}))


@st.composite
def layer_norms(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(st.integers(1, 3), max_size=2)))
    # Two numbers have one distance from their mean, whatever they are: a gradient near 0, hence 3 or more.
    normalized = (*draw(st.lists(st.integers(1, 3), max_size=1)), draw(st.integers(3, 5)))
    settings = {"normalized_shape": normalized, "eps": draw(epsilons)}
    return Sample((values(draw(seeds), (*shape, *normalized)), *draw(affine(normalized))), settings)


@st.composite
def group_norms(draw: st.DrawFn) -> Sample:
    groups, depth = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    channels, places = groups * depth, tuple(draw(st.lists(lengths, max_size=2)))
    shape = (draw(st.integers(1 if depth > 1 else 2, 3)), channels, *places)
    settings = {"num_groups": groups, "eps": draw(epsilons)}
    return Sample((values(draw(seeds), shape), *draw(affine((channels,)))), settings)


@st.composite
def local_response_norms(draw: st.DrawFn) -> Sample:
    places = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)))
    shape = (draw(st.integers(1, 3)), draw(st.integers(1, 5)), *places)
    settings = {
        "size": draw(st.integers(1, 6)),
        "alpha": draw(st.sampled_from([1e-4, 0.5, 2.0])),
        "beta": draw(st.sampled_from([0.5, 0.75, 1.5])),
        "k": draw(st.sampled_from([0.5, 1.0, 2.0])),
    }
    return Sample((values(draw(seeds), shape),), settings)


def torch_layer_norm(torch: Any, x: Any, weight: Any, bias: Any, normalized_shape: Any, eps: float) -> Any:
    return torch.nn.functional.layer_norm(x, normalized_shape, weight, bias, eps)


def torch_group_norm(torch: Any, x: Any, weight: Any, bias: Any, num_groups: int, eps: float) -> Any:
    if weight is None and bias is not None:
        weight = torch.ones_like(bias)  # PyTorch 2.13 cannot go back through a bias without weight
    return torch.nn.functional.group_norm(x, num_groups, weight, bias, eps)


def trained(*shape: int, eps: float = 1e-5) -> engine.Tensor:
    out: engine.Tensor = engine.batch_norm(t(*shape), None, None, training=True, eps=eps)
    return out


# Any, because a checker would not let them pass.
WORDS: Any = ("two", 3)
HALF: Any = 0.5

CASES = {
    "batch_norm": OpCase(
        batch_norms(),
        (
            BadInput(lambda: trained(3), ShapeError, "batch_norm: expected input (N, C, …) with at least one el"),
            BadInput(lambda: trained(0, 3), ShapeError, "batch_norm: expected input (N, C, …) with at least one el"),
            BadInput(lambda: trained(1, 3), ShapeError, "more than one value for each channel in training, got shape"),
            BadInput(lambda: trained(2, 3, eps=0.0), ParameterError, "batch_norm: expected eps > 0 in training"),
            BadInput(
                lambda: engine.batch_norm(t(2, 3), t(2), t(3)), ShapeError, "expected running_mean (3,), one for each"
            ),
            BadInput(
                lambda: engine.batch_norm(t(2, 3), t(3), t(3), t(2)), ShapeError, "batch_norm: expected weight (3,)"
            ),
            BadInput(
                lambda: engine.batch_norm(t(2, 3), None, None),
                ParameterError,
                "or, in training, neither, got running_mean None, running_var None",
            ),
            BadInput(
                lambda: engine.batch_norm(t(2, 3), t(3), None, training=True),
                ParameterError,
                "batch_norm: expected running_mean and running_var, or, in training, neither, got running_var None",
            ),
            BadInput(
                lambda: engine.batch_norm(t(2, 3), t(3, dtype="float64"), t(3)), DTypeError, "running_mean float64"
            ),
            BadInput(
                lambda: engine.batch_norm(t(2, 3), t(3), t(3).requires_grad_()),
                GraphError,
                "batch_norm: expected running_var without gradient",
            ),
        ),
    ),
    "layer_norm": OpCase(
        layer_norms(),
        (
            BadInput(lambda: engine.layer_norm(t(2, 3), 2), ShapeError, "layer_norm: expected input (…, 2)"),
            BadInput(lambda: engine.layer_norm(t(0, 3), 3), ShapeError, "with at least one element, got shape (0, 3)"),
            BadInput(lambda: engine.layer_norm(t(3), (2, 3)), ShapeError, "layer_norm: expected input (…, 2, 3)"),
            BadInput(lambda: engine.layer_norm(t(2, 3), 3, t(2)), ShapeError, "layer_norm: expected weight (3,)"),
            BadInput(
                lambda: engine.layer_norm(t(2, 3), WORDS), ParameterError, "layer_norm: expected normalized_shape"
            ),
            BadInput(lambda: engine.layer_norm(t(2, 3), ()), ParameterError, "layer_norm: expected normalized_shape"),
            BadInput(lambda: engine.layer_norm(t(2, 3, dtype="int64"), 3), DTypeError, "layer_norm: expected float32"),
        ),
        pytorch=torch_layer_norm,
    ),
    "group_norm": OpCase(
        group_norms(),
        (
            BadInput(lambda: engine.group_norm(t(3), 1), ShapeError, "group_norm: expected input (N, C, …)"),
            BadInput(lambda: engine.group_norm(t(2, 4), 3), ParameterError, "num_groups that divides the 4 channels"),
            BadInput(lambda: engine.group_norm(t(2, 4), 0), ParameterError, "num_groups that divides the 4 channels"),
            BadInput(lambda: engine.group_norm(t(2, 4), 2, None, t(2)), ShapeError, "group_norm: expected bias (4,)"),
            BadInput(lambda: engine.group_norm(t(1, 4), 4), ShapeError, "group_norm: expected more than one value"),
            BadInput(lambda: engine.group_norm(t(2, 4, dtype="int64"), 2), DTypeError, "group_norm: expected float32"),
        ),
        pytorch=torch_group_norm,
    ),
    "local_response_norm": OpCase(
        local_response_norms(),
        (
            BadInput(lambda: engine.local_response_norm(t(2, 3), 2), ShapeError, "expected input (N, C, L, …)"),
            BadInput(lambda: engine.local_response_norm(t(0, 3, 1), 2), ShapeError, "with at least one element"),
            BadInput(lambda: engine.local_response_norm(t(2, 3, 1), 0), ParameterError, "size as a whole number >= 1"),
            BadInput(lambda: engine.local_response_norm(t(2, 3, 1), HALF), ParameterError, "size as a whole number"),
            BadInput(
                lambda: engine.local_response_norm(t(2, 3, 1, dtype="int64"), 2), DTypeError, "expected float32 or"
            ),
        ),
    ),
}
