"""Cases of powers, exponentials, logarithms and roots."""

import numpy as np
from hypothesis import strategies as st

import engine
from engine.errors import ParameterError
from tests.op_cases.case import BadInput, OpCase, Sample, dtype_error, unary
from tests.op_cases.elementwise import bool_error, broadcast_errors, operands


def positive_base(sample: Sample) -> Sample:
    """Keep away from bases that have no real power, and from 0, where the slope is infinite."""
    base, *others = sample.operands
    return Sample((np.abs(base) + 0.1, *others), sample.settings)


@st.composite
def whole_exponents(draw: st.DrawFn) -> Sample:
    """Draw any base and a whole exponent, for which negative bases have a power, too.

    uint8 next to float32 stays float32.
    """
    base, exponent = draw(operands()).operands
    return Sample((base, np.abs(np.round(exponent)).astype(np.uint8)), {})


CASES = {
    "pow": OpCase(
        operands().map(positive_base) | whole_exponents(),
        (
            *broadcast_errors("pow"),
            bool_error("pow"),
            BadInput(
                lambda: engine.tensor([2]) ** engine.tensor([1, -1]),
                ParameterError,
                "pow: expected exponents >= 0 for a base of whole numbers, got -1",
            ),
        ),
    ),
    "exp": OpCase(unary(), (dtype_error("exp"),)),
    "log": OpCase(unary().map(positive_base), (dtype_error("log"),)),
    "sqrt": OpCase(unary().map(positive_base), (dtype_error("sqrt"), dtype_error("sqrt", "bool"))),
}
