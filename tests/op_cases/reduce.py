"""Cases of the reductions."""

from typing import Any

from hypothesis import strategies as st

import engine
from engine.errors import ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, dtype_error, lengths, seeds, t, values


@st.composite
def reductions(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, min_size=1, max_size=4)))
    axes: Any = draw(st.none() | st.integers(-len(shape), len(shape) - 1) | st.permutations(range(len(shape))))
    if isinstance(axes, list):
        axes = tuple(axes[: draw(st.integers(1, len(axes)))])
    return Sample((values(draw(seeds), shape),), {"dim": axes, "keepdim": draw(st.booleans())})


CASES = {
    "sum": OpCase(
        reductions(),
        (
            dtype_error("sum"),
            BadInput(lambda: engine.sum(t(2), 1), ParameterError, "sum: expected dim within -1 … 0"),
            BadInput(lambda: engine.sum(t(2, 2), (0, 0)), ParameterError, "sum: expected dim within"),
        ),
    ),
    "mean": OpCase(
        reductions(),
        (
            dtype_error("mean"),
            BadInput(lambda: engine.mean(t(2), 1), ParameterError, "mean: expected dim within -1 … 0"),
            BadInput(lambda: engine.mean(t(0)), ShapeError, "mean: expected at least one element"),
        ),
    ),
}
