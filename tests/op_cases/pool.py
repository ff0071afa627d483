"""Cases of the poolings."""

from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, seeds, t, values


@st.composite
def poolings(draw: st.DrawFn) -> Sample:
    kernel = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    size = tuple(k + draw(st.integers(0, 4)) for k in kernel)
    stride = draw(st.none() | st.integers(1, 3) | st.tuples(st.integers(1, 3), st.integers(1, 3)))
    shape = (draw(st.integers(1, 2)), draw(st.integers(1, 2)), *size)
    return Sample((values(draw(seeds), shape),), {"kernel_size": kernel, "stride": stride})


def pool_errors(name: str) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    return (
        BadInput(lambda: op(t(2, 3), 2), ShapeError, f"{name}: expected input (N, C, H, W), got shape (2, 3)"),
        BadInput(lambda: op(t(1, 1, 2, 2), 3), ShapeError, f"{name}: expected a window no larger than the map"),
        BadInput(lambda: op(t(1, 1, 2, 2), 0), ParameterError, f"{name}: expected kernel_size as a whole number >= 1"),
        BadInput(lambda: op(t(1, 1, 2, 2), 2, 0), ParameterError, f"{name}: expected stride as a whole number >= 1"),
        BadInput(lambda: op(t(1, 1, 2, 2, dtype="int64"), 2), DTypeError, f"{name}: expected float32 or float64"),
    )


CASES = {
    "max_pool2d": OpCase(poolings(), pool_errors("max_pool2d")),
    "avg_pool2d": OpCase(poolings(), pool_errors("avg_pool2d")),
}
