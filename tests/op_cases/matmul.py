"""Cases of the matrix products."""

from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values


@st.composite
def products(draw: st.DrawFn) -> Sample:
    m, length, n = draw(lengths), draw(lengths), draw(lengths)
    stack = draw(st.sampled_from([(), (1,), (3,)]))
    return Sample((values(draw(seeds), (*stack, m, length)), values(draw(seeds), (*stack, length, n))), {})


@st.composite
def linears(draw: st.DrawFn) -> Sample:
    depth, outputs = draw(lengths), draw(lengths)
    batch = draw(st.sampled_from([(), (1,), (3,)]))
    bias = values(draw(seeds), (outputs,)) if draw(st.booleans()) else None
    return Sample((values(draw(seeds), (*batch, depth)), values(draw(seeds), (outputs, depth)), bias), {})


CASES = {
    "matmul": OpCase(
        products(),
        (
            BadInput(lambda: engine.matmul(t(2, 3), t(2, 3)), ShapeError, "matmul: expected (M, L) and (L, N)"),
            BadInput(lambda: engine.matmul(t(2), t(2)), ShapeError, "matmul: expected (M, L)"),
            BadInput(lambda: engine.matmul(t(2, 2), t(2, 2, dtype="float64")), DTypeError, "matmul: expected float32"),
        ),
    ),
    "linear": OpCase(
        linears(),
        (
            BadInput(lambda: engine.linear(t(2, 3), t(4, 2)), ShapeError, "linear: expected input (N, 2)"),
            BadInput(lambda: engine.linear(t(2, 3), t(3)), ShapeError, "linear: expected weight (K, D)"),
            BadInput(lambda: engine.linear(t(2, 3), t(4, 3), t(3)), ShapeError, "linear: expected bias (4,)"),
            BadInput(lambda: engine.linear(t(2, 3), None), DTypeError, "got NoneType for weight"),
            BadInput(lambda: engine.linear(t(2, 3), t(4, 3, dtype="float64")), DTypeError, "linear: expected float32"),
        ),
    ),
}
