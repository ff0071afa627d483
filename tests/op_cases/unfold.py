"""Cases of unfold and fold."""

from typing import Any

from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ParameterError, ShapeError
from engine.ops.sliding import slide
from tests.op_cases.case import BadInput, OpCase, Sample, seeds, t, values
from tests.op_cases.conv import batches, slidings


@st.composite
def unfoldings(draw: st.DrawFn) -> Sample:
    size, filter, settings = draw(slidings())
    shape = (*draw(batches), draw(st.integers(1, 3)), *size)
    return Sample((values(draw(seeds), shape),), {"kernel_size": filter, **settings})


@st.composite
def foldings(draw: st.DrawFn) -> Sample:
    size, filter, settings = draw(slidings())
    counts, _ = slide("test", size, filter, **settings)
    length = draw(st.integers(1, 3)) * filter[0] * filter[1]
    shape = (*draw(batches), length, counts[0] * counts[1])
    return Sample((values(draw(seeds), shape),), {"output_size": size, "kernel_size": filter, **settings})


def unfold(*shape: int, dtype: str = "float32", **settings: Any) -> Any:
    return lambda: engine.OPS["unfold"](t(*shape, dtype=dtype), **settings)


def fold(*shape: int, dtype: str = "float32", **settings: Any) -> Any:
    return lambda: engine.OPS["fold"](t(*shape, dtype=dtype), **settings)


CASES = {
    "unfold": OpCase(
        unfoldings(),
        (
            BadInput(unfold(2, 2, kernel_size=2), ShapeError, "unfold: expected input (N, C, H, W) or (C, H, W)"),
            BadInput(unfold(1, 2, 2, kernel_size=3), ShapeError, "unfold: expected a filter no larger than"),
            BadInput(unfold(1, 2, 2, kernel_size=0), ParameterError, "unfold: expected kernel_size as a whole"),
            BadInput(unfold(1, 2, 2, kernel_size=2, padding="same"), ParameterError, "unfold: expected padding as a"),
            BadInput(unfold(1, 2, 2, kernel_size=2, dtype="int64"), DTypeError, "unfold: expected float32 or float64"),
        ),
    ),
    "fold": OpCase(
        foldings(),
        (
            BadInput(fold(4, output_size=3, kernel_size=2), ShapeError, "fold: expected input (N, C FH FW, L) or"),
            BadInput(fold(4, 0, output_size=3, kernel_size=2), ShapeError, "not empty, got shape (4, 0)"),
            BadInput(fold(5, 4, output_size=3, kernel_size=2), ShapeError, "fold: expected columns of C * 2 * 2"),
            BadInput(
                fold(4, 5, output_size=3, kernel_size=2),
                ShapeError,
                "fold: expected 2 * 2 columns, one for each window of a 3x3 image, got 5",
            ),
            BadInput(fold(4, 4, output_size=1, kernel_size=2), ShapeError, "fold: expected a filter no larger than"),
            BadInput(fold(4, 4, output_size=0, kernel_size=2), ParameterError, "fold: expected output_size as a whole"),
            BadInput(fold(4, 4, output_size=3, kernel_size=2, dtype="int64"), DTypeError, "fold: expected float32"),
        ),
    ),
}
