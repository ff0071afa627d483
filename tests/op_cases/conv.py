"""Cases of the convolutions."""

from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, seeds, t, values


@st.composite
def convolutions(draw: st.DrawFn) -> Sample:
    strides, pads, kernel, size = [], [], [], []
    for _ in range(2):
        kernel.append(draw(st.integers(1, 3)))
        strides.append(draw(st.integers(1, 3)))
        pads.append(draw(st.integers(0, 2)))
        positions, over = draw(st.integers(1, 3)), draw(st.integers(0, 2))
        size.append(max(1, (positions - 1) * strides[-1] + kernel[-1] + over - 2 * pads[-1]))
    batch, channels, filters = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    bias = values(draw(seeds), (filters,)) if draw(st.booleans()) else None
    x, w = values(draw(seeds), (batch, channels, *size)), values(draw(seeds), (filters, channels, *kernel))
    return Sample((x, w, bias), {"stride": tuple(strides), "padding": tuple(pads)})


CASES = {
    "conv2d": OpCase(
        convolutions(),
        (
            BadInput(lambda: engine.conv2d(t(3, 8, 8), t(2, 3, 3, 3)), ShapeError, "conv2d: expected input (N, C, H"),
            BadInput(lambda: engine.conv2d(t(1, 3, 8, 8), t(3, 3)), ShapeError, "conv2d: expected weight (K, C, FH"),
            BadInput(lambda: engine.conv2d(t(1, 3, 8, 8), t(2, 1, 3, 3)), ShapeError, "conv2d: expected as many chan"),
            BadInput(
                lambda: engine.conv2d(t(1, 3, 8, 8), t(2, 3, 3, 3), t(3)), ShapeError, "conv2d: expected bias (2,)"
            ),
            BadInput(lambda: engine.conv2d(t(1, 1, 2, 2), t(1, 1, 3, 3)), ShapeError, "a filter no larger than"),
            BadInput(
                lambda: engine.conv2d(t(1, 1, 4, 4), t(1, 1, 3, 3), stride=0),
                ParameterError,
                "conv2d: expected stride as a whole number >= 1, or two of them, got 0",
            ),
            BadInput(
                lambda: engine.conv2d(t(1, 1, 4, 4), t(1, 1, 3, 3), padding=(1, -1)),
                ParameterError,
                "conv2d: expected padding as a whole number >= 0, or two of them, got (1, -1)",
            ),
            BadInput(
                lambda: engine.conv2d(t(1, 1, 4, 4, dtype="int64"), t(1, 1, 3, 3)), DTypeError, "input int64, weight f"
            ),
        ),
    ),
}
