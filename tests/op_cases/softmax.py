"""Cases of the softmax."""

from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ParameterError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values


@st.composite
def softmaxes(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, min_size=1, max_size=3)))
    return Sample((values(draw(seeds), shape) * 3,), {"dim": draw(st.integers(-len(shape), len(shape) - 1))})


CASES = {
    "log_softmax": OpCase(
        softmaxes(),
        (
            BadInput(lambda: engine.log_softmax(t(2, 3), 2), ParameterError, "log_softmax: expected dim within -2 … 1"),
            BadInput(lambda: engine.log_softmax(t(2, dtype="int64"), 0), DTypeError, "log_softmax: expected float32"),
        ),
    ),
}
