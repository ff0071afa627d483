"""Cases of the questions answered by yes or no."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, unary

ARRAY: Any = np.ones(2)


@st.composite
def with_nan(draw: st.DrawFn) -> Sample:
    (x,) = draw(unary()).operands
    return Sample((np.where(np.abs(x) > 1, np.nan, x),), {})


@st.composite
def zeros_and_ones(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, min_size=1, max_size=3)))
    x = np.random.default_rng(draw(seeds)).integers(0, 2, shape) * draw(st.sampled_from([1, 1.0, True]))
    return Sample((x,), {"dim": draw(st.integers(-len(shape), len(shape) - 1)), "keepdim": draw(st.booleans())})


def bad(name: str) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    return (
        BadInput(lambda: op(ARRAY), DTypeError, f"{name}: expected a Tensor, got ndarray"),
        BadInput(lambda: op(t(2), 1), ParameterError, "expected dim within"),
        BadInput(lambda: op(t(0)), ShapeError, "expected at least one element"),
    )


CASES = {
    "isnan": OpCase(with_nan(), bad("isnan")[:1], gradient=False),
    "any": OpCase(zeros_and_ones(), bad("any"), gradient=False),
    "all": OpCase(zeros_and_ones(), bad("all"), gradient=False),
}
