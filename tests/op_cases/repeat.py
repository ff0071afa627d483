"""Cases of the ops that repeat."""

from typing import Any

from hypothesis import strategies as st

import engine
from engine.errors import ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values


@st.composite
def expansions(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(st.sampled_from([1, 1, 2, 3]), max_size=3)))
    sizes = [draw(st.sampled_from([-1, 0, 1, 4])) if n == 1 else draw(st.sampled_from([-1, n])) for n in shape]
    sizes = draw(st.lists(lengths, max_size=2)) + sizes
    return Sample((values(draw(seeds), shape),), {"sizes": tuple(sizes)})


@st.composite
def tilings(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, max_size=3)))
    return Sample((values(draw(seeds), shape),), {"dims": tuple(draw(st.lists(st.integers(0, 3), max_size=4)))})


def expanded(torch: Any, input: Any, sizes: Any) -> Any:
    return input.expand(sizes)


CASES = {
    "expand": OpCase(
        expansions(),
        (
            BadInput(
                lambda: t(2, 1).expand(3, 1), ShapeError, "expand: expected sizes that only stretch axes of length 1"
            ),
            BadInput(lambda: t(2, 1).expand(3), ShapeError, "expand: expected sizes that only stretch"),
            BadInput(lambda: t(2, 1).expand(-1, 2, 1), ShapeError, "expand: expected sizes that only stretch"),
            BadInput(lambda: t(2, 1).expand(2, -2), ParameterError, "expand: expected sizes as whole numbers >= -1"),
        ),
        pytorch=expanded,
    ),
    "tile": OpCase(
        tilings(),
        (
            BadInput(lambda: engine.tile(t(2), (-1,)), ParameterError, "tile: expected dims as whole numbers >= 0"),
            BadInput(lambda: t(2, 3).repeat(2), ShapeError, "repeat: expected at least 2 numbers, one for each axis"),
        ),
    ),
}
