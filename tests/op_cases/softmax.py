"""Cases of the softmax and its logarithm."""

from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ParameterError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values


@st.composite
def softmaxes(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, min_size=1, max_size=3)))
    return Sample((values(draw(seeds), shape) * 3,), {"dim": draw(st.integers(-len(shape), len(shape) - 1))})


def softmax_errors(name: str) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    return (
        BadInput(lambda: op(t(2, 3), 2), ParameterError, f"{name}: expected dim within -2 … 1"),
        BadInput(lambda: op(t(2, 3), None), ParameterError, f"{name}: expected dim as one whole number, got None"),
        BadInput(lambda: op(t(2, dtype="int64"), 0), DTypeError, f"{name}: expected float32"),
    )


CASES = {
    "softmax": OpCase(softmaxes(), softmax_errors("softmax")),
    "log_softmax": OpCase(softmaxes(), softmax_errors("log_softmax")),
}
