"""Cases of the arithmetic ops."""

import numpy as np
from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, dtype_error, lengths, seeds, t, unary, values


@st.composite
def broadcasting(draw: st.DrawFn, count: int) -> list[tuple[int, ...]]:
    """Draw shapes that broadcast: each axis may be 1 or missing in any of them."""
    full = draw(st.lists(lengths, max_size=3))
    shapes = []
    for _ in range(count):
        kept = [n if draw(st.booleans()) else 1 for n in full]
        shapes.append(tuple(kept[draw(st.integers(0, len(kept))) :]))
    return shapes


@st.composite
def operands(draw: st.DrawFn, count: int = 2) -> Sample:
    """Draw arrays that broadcast; no number comes twice in all of them, so nothing ties."""
    shapes = draw(broadcasting(count))
    sizes = [int(np.prod(shape)) for shape in shapes]
    parts = np.split(values(draw(seeds), (sum(sizes),)), np.cumsum(sizes)[:-1])
    return Sample(tuple(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)), {})


def broadcast_errors(name: str) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    return (
        BadInput(lambda: op(t(2, 3), t(2)), ShapeError, f"{name}: expected shapes that broadcast"),
        BadInput(lambda: op(np.ones(2), np.ones(2)), DTypeError, f"{name}: expected a Tensor, got ndarray"),
        BadInput(lambda: op(t(2), np.ones(2)), DTypeError, f"{name}: expected a Tensor, got ndarray for "),
    )


def bool_error(name: str) -> BadInput:
    op = engine.OPS[name]
    return BadInput(lambda: op(t(2, dtype="bool"), t(2, dtype="bool")), DTypeError, f"{name}: expected")


CASES = {
    "add": OpCase(operands(), (*broadcast_errors("add"), bool_error("add"))),
    "sub": OpCase(operands(), (*broadcast_errors("sub"), bool_error("sub"))),
    "mul": OpCase(operands(), (*broadcast_errors("mul"), bool_error("mul"))),
    "div": OpCase(
        operands(),
        (
            *broadcast_errors("div"),
            BadInput(lambda: t(2, dtype="int64") / t(2, dtype="int64"), DTypeError, "div: expected float32 or float64"),
        ),
    ),
    "neg": OpCase(unary(), (dtype_error("neg", "bool"),)),
    "abs": OpCase(unary(), (dtype_error("abs", "bool"),)),
}
