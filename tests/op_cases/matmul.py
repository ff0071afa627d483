"""Cases of the matrix products."""

from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values


@st.composite
def products(draw: st.DrawFn) -> Sample:
    """Draw matrices or vectors, with axes in front that broadcast."""
    m, length, n = draw(lengths), draw(st.integers(0, 4)), draw(lengths)
    batch = draw(st.lists(st.integers(0, 3), max_size=3))
    fronts = []
    for _ in range(2):
        kept = [count if draw(st.booleans()) else 1 for count in batch]
        fronts.append(tuple(kept[draw(st.integers(0, len(kept))) :]))
    left = (*fronts[0], m, length) if draw(st.booleans()) or fronts[0] else (length,)
    right = (*fronts[1], length, n) if draw(st.booleans()) or fronts[1] else (length,)
    return Sample((values(draw(seeds), left), values(draw(seeds), right)), {})


@st.composite
def linears(draw: st.DrawFn) -> Sample:
    depth, outputs = draw(lengths), draw(lengths)
    batch = draw(st.sampled_from([(), (1,), (3,), (0,), (2, 3), (2, 1, 2)]))
    bias = values(draw(seeds), (outputs,)) if draw(st.booleans()) else None
    return Sample((values(draw(seeds), (*batch, depth)), values(draw(seeds), (outputs, depth)), bias), {})


CASES = {
    "matmul": OpCase(
        products(),
        (
            BadInput(lambda: engine.matmul(t(2, 3), t(2, 3)), ShapeError, "matmul: expected (…, M, L) and (…, L, N)"),
            BadInput(lambda: engine.matmul(t(2), t(3)), ShapeError, "matmul: expected (…, M, L) and (…, L, N)"),
            BadInput(lambda: engine.matmul(t(2, 2, 3), t(3, 3, 2)), ShapeError, "matmul: expected axes in front"),
            BadInput(lambda: engine.matmul(t(), t(2)), ShapeError, "matmul: expected tensors with at least one axis"),
            BadInput(lambda: engine.matmul(t(2, 2), t(2, 2, dtype="float64")), DTypeError, "matmul: expected float32"),
        ),
    ),
    "linear": OpCase(
        linears(),
        (
            BadInput(lambda: engine.linear(t(2, 3), t(4, 2)), ShapeError, "linear: expected input (…, 2)"),
            BadInput(lambda: engine.linear(t(2, 3), t(3)), ShapeError, "linear: expected weight (K, D)"),
            BadInput(lambda: engine.linear(t(2, 3), t(4, 3), t(3)), ShapeError, "linear: expected bias (4,)"),
            BadInput(lambda: engine.linear(t(2, 3), None), DTypeError, "got NoneType for weight"),
            BadInput(lambda: engine.linear(t(2, 3), t(4, 3, dtype="float64")), DTypeError, "linear: expected float32"),
        ),
    ),
}
