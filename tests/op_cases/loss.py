"""Cases of the losses."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values

# A word that no op knows; Any, because a checker would not let it pass.
AVERAGE: Any = "average"


@st.composite
def losses(draw: st.DrawFn) -> Sample:
    batch, classes = draw(lengths), draw(st.integers(1, 5))
    target = np.random.default_rng(draw(seeds)).integers(0, classes, batch)
    reduction = draw(st.sampled_from(["mean", "sum", "none"]))
    return Sample((values(draw(seeds), (batch, classes)) * 3, target), {"reduction": reduction})


CASES = {
    "cross_entropy": OpCase(
        losses(),
        (
            BadInput(
                lambda: engine.cross_entropy(t(2, 3), engine.tensor([0, 3])),
                ParameterError,
                "cross_entropy: expected target classes from 0 to 2, got 3",
            ),
            BadInput(lambda: engine.cross_entropy(t(2, 3), t(2)), DTypeError, "give class numbers, not one-hot rows"),
            BadInput(
                lambda: engine.cross_entropy(t(2, 3), engine.tensor([0])),
                ShapeError,
                "cross_entropy: expected target (2,)",
            ),
            BadInput(
                lambda: engine.cross_entropy(t(0, 3), engine.tensor(np.zeros(0, np.int64))),
                ShapeError,
                "at least one ex",
            ),
            BadInput(lambda: engine.cross_entropy(t(3), engine.tensor([0])), ShapeError, "expected input (N, K)"),
            BadInput(
                lambda: engine.cross_entropy(t(1, 3), engine.tensor([0]), reduction=AVERAGE),
                ParameterError,
                'expected reduction "mean", "sum" or "none"',
            ),
        ),
    ),
}
