"""Cases of the ops that choose between values."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, seeds, t
from tests.op_cases.elementwise import broadcast_errors, operands


@st.composite
def clamps(draw: st.DrawFn) -> Sample:
    """Draw one bound or two, which may cross."""
    input, low, high = draw(operands(3)).operands
    bounds = draw(st.sampled_from([(low, high), (low, None), (None, high)]))
    return Sample((input, *bounds), {})


@st.composite
def choices(draw: st.DrawFn) -> Sample:
    condition, input, other = draw(operands(3)).operands
    chosen = np.random.default_rng(draw(seeds)).integers(0, 2, condition.shape).astype(bool)
    return Sample((chosen, input, other), {})


def clamp_by_pytorch(torch: Any, x: Any, low: Any, high: Any) -> Any:
    # PyTorch 2.13 cannot differentiate a bound that has more axes than the input: broadcast first.
    given = iter(torch.broadcast_tensors(*[tensor for tensor in (x, low, high) if tensor is not None]))
    return torch.clamp(*[None if tensor is None else next(given) for tensor in (x, low, high)])


CASES = {
    "maximum": OpCase(operands(), broadcast_errors("maximum")),
    "minimum": OpCase(operands(), broadcast_errors("minimum")),
    "clamp": OpCase(
        clamps(),
        (
            *broadcast_errors("clamp")[:1],
            BadInput(lambda: engine.clamp(t(2)), ParameterError, "clamp: expected min, max or both, got neither"),
            BadInput(lambda: engine.clamp(t(2), np.ones(2)), DTypeError, "clamp: expected a Tensor, got ndarray for m"),
            BadInput(lambda: engine.clamp(t(2, dtype="bool"), True), DTypeError, "clamp: expected a floating"),
        ),
        pytorch=clamp_by_pytorch,
    ),
    "where": OpCase(
        choices(),
        (
            BadInput(lambda: engine.where(t(2), t(2), t(2)), DTypeError, "where: expected a condition of bool, got fl"),
            BadInput(
                lambda: engine.where(t(2, dtype="bool"), t(3), 0.0), ShapeError, "where: expected shapes that broadcast"
            ),
            BadInput(
                lambda: engine.where(t(2, dtype="bool"), t(2), np.ones(2)), DTypeError, "got ndarray for other; wrap"
            ),
        ),
    ),
}
