"""Cases of sums, means, variances and standard deviations."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

import engine
from engine.errors import ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, dtype_error, lengths, seeds, t, values


@st.composite
def reductions(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, max_size=4)))
    axes: Any = draw(st.none() | st.integers(-len(shape), max(len(shape) - 1, 0)) | st.permutations(range(len(shape))))
    if isinstance(axes, list):
        axes = tuple(axes[: draw(st.integers(0, len(axes)))])
    return Sample((values(draw(seeds), shape),), {"dim": axes, "keepdim": draw(st.booleans())})


@st.composite
def variances(draw: st.DrawFn) -> Sample:
    """Draw as for a sum, two elements or more at a time: a deviation of 0 would be a kink."""
    sample = draw(reductions().filter(lambda drawn: reduced_length(drawn) > 1))
    corrections = st.sampled_from([0, 1, 0.5])
    return Sample(sample.operands, {**sample.settings, "correction": draw(corrections)})


def reduced_length(sample: Sample) -> int:
    shape, dim = sample.operands[0].shape, sample.settings["dim"]
    axes = range(len(shape)) if dim in (None, ()) else (dim,) if isinstance(dim, int) else dim
    return int(np.prod([shape[axis] for axis in axes])) if shape else 1


def dim_errors(name: str) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    return (
        BadInput(lambda: op(t(2), 1), ParameterError, f"{name}: expected dim within -1 … 0, each axis once, got 1"),
        BadInput(lambda: op(t(2, 2), (0, 0)), ParameterError, f"{name}: expected dim within"),
        BadInput(lambda: op(engine.tensor(1.0), 1), ParameterError, f"{name}: expected dim within -1 … 0"),
    )


def variance_errors(name: str) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    says = f"{name}: expected more than 1 elements (correction=1), got 1 along dim 0 of shape (1, 3)"
    return (
        *dim_errors(name),
        dtype_error(name),
        BadInput(lambda: op(t(1, 3), dim=0), ShapeError, says),
        BadInput(lambda: op(t(0), correction=0), ShapeError, f"{name}: expected more than 0 elements"),
    )


def by_pytorch(name: str) -> Callable[..., Any]:
    """Say None for all axes: given (), PyTorch 2.13 divides the gradient by the wrong number."""

    def call(torch: Any, x: Any, dim: Any, **settings: Any) -> Any:
        return getattr(torch, name)(x, None if dim == () else dim, **settings)

    return call


CASES = {
    "sum": OpCase(reductions(), dim_errors("sum")),
    "mean": OpCase(
        reductions(),
        (
            *dim_errors("mean"),
            dtype_error("mean"),
            BadInput(lambda: engine.mean(t(0)), ShapeError, "mean: expected at least one element"),
        ),
    ),
    "var": OpCase(variances(), variance_errors("var"), pytorch=by_pytorch("var")),
    "std": OpCase(variances(), variance_errors("std"), pytorch=by_pytorch("std")),
}
