"""Cases of the arithmetic ops."""

import numpy as np
from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, dtype_error, lengths, seeds, t, unary, values


@st.composite
def binary(draw: st.DrawFn) -> Sample:
    """Draw two shapes that broadcast: each axis may be 1 or missing in either."""
    full = draw(st.lists(lengths, max_size=3))
    shapes = []
    for _ in range(2):
        kept = [n if draw(st.booleans()) else 1 for n in full]
        shapes.append(tuple(kept[draw(st.integers(0, len(kept))) :]))
    return Sample((values(draw(seeds), shapes[0]), values(draw(seeds), shapes[1])), {})


def broadcast_errors(name: str) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    return (
        BadInput(lambda: op(t(2, 3), t(2)), ShapeError, f"{name}: expected shapes that broadcast"),
        BadInput(lambda: op(np.ones(2), np.ones(2)), DTypeError, f"{name}: expected a Tensor, got ndarray"),
        BadInput(lambda: op(t(2), np.ones(2)), DTypeError, f"{name}: expected a Tensor, got ndarray for other"),
        BadInput(lambda: op(t(2, dtype="bool"), t(2, dtype="bool")), DTypeError, f"{name}: expected"),
    )


CASES = {
    "add": OpCase(binary(), broadcast_errors("add")),
    "sub": OpCase(binary(), broadcast_errors("sub")),
    "mul": OpCase(binary(), broadcast_errors("mul")),
    "div": OpCase(binary(), (*broadcast_errors("div"),)),
    "neg": OpCase(unary(), (dtype_error("neg", "bool"),)),
}
