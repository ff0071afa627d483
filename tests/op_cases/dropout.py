"""Cases of dropout. PyTorch draws other numbers: tests/engine/test_dropout.py says what they must fulfil."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, dtype_error, lengths, seeds, t, values

ARRAY: Any = np.ones(2)


@st.composite
def dropouts(draw: st.DrawFn, axes: int | None = None) -> Sample:
    shape = tuple(draw(st.lists(lengths, min_size=axes or 0, max_size=axes or 3)))
    settings = {"p": draw(st.sampled_from([0.0, 0.3, 0.5, 1.0])), "training": draw(st.booleans())}
    return Sample((values(draw(seeds), shape),), settings)


def bad(name: str) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    return (
        dtype_error(name),
        BadInput(lambda: op(ARRAY), DTypeError, f"{name}: expected a Tensor, got ndarray"),
        BadInput(lambda: op(t(1, 1, 1, 1), 1.5), ParameterError, f"{name}: expected p from 0 to 1, got 1.5"),
        BadInput(lambda: op(t(1, 1, 1, 1), -0.1), ParameterError, f"{name}: expected p from 0 to 1, got -0.1"),
    )


CASES = {
    "dropout": OpCase(dropouts(), bad("dropout"), pytorch=None),
    "dropout2d": OpCase(
        dropouts(4),
        (*bad("dropout2d"), BadInput(lambda: engine.dropout2d(t(2, 3)), ShapeError, "expected input (N, C, H, W)")),
        pytorch=None,
    ),
}
