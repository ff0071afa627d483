"""Cases of the comparisons."""

import numpy as np
from hypothesis import strategies as st

import engine
from engine.errors import DTypeError
from tests.op_cases.case import BadInput, OpCase, Sample, unary
from tests.op_cases.elementwise import broadcast_errors, operands


def rounded(sample: Sample) -> Sample:
    """Draw only -2 … 2, so that many elements are equal."""
    return Sample(tuple(np.round(array) for array in sample.operands), sample.settings)


@st.composite
def mixed(draw: st.DrawFn) -> Sample:
    """Draw fractions against whole numbers."""
    left, right = draw(operands()).operands
    return Sample((np.round(left * 2) / 2, np.round(right).astype(np.int64)), {})


comparisons = operands().map(rounded) | mixed()

CASES = {
    **{name: OpCase(comparisons, broadcast_errors(name)) for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    "logical_not": OpCase(
        unary().map(rounded),
        (BadInput(lambda: engine.OPS["logical_not"](True), DTypeError, "logical_not: expected a Tensor, got bool"),),
    ),
}
