"""Cases of the ops that give elements another order."""

from hypothesis import strategies as st

import engine
from engine.errors import ParameterError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values


@st.composite
def permutations(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, max_size=4)))
    dims = tuple(draw(st.permutations(range(len(shape)))))
    counted = tuple(dim - len(shape) if draw(st.booleans()) else dim for dim in dims)
    return Sample((values(draw(seeds), shape),), {"dims": counted})


@st.composite
def transpositions(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, max_size=4)))
    axis = st.integers(-max(1, len(shape)), max(1, len(shape)) - 1)
    return Sample((values(draw(seeds), shape),), {"dim0": draw(axis), "dim1": draw(axis)})


@st.composite
def flips(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, max_size=3)))
    axes = max(1, len(shape))
    dims = draw(st.lists(st.integers(0, axes - 1), unique=True))
    counted = tuple(dim - axes if draw(st.booleans()) else dim for dim in dims)
    return Sample((values(draw(seeds), shape),), {"dims": counted})


@st.composite
def rolls(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(st.integers(0, 4), min_size=1, max_size=3)))
    shift, axis = st.integers(-5, 5), st.integers(-len(shape), len(shape) - 1)
    if draw(st.booleans()):
        settings = {"shifts": draw(shift)} | ({"dims": draw(axis)} if draw(st.booleans()) else {})
        return Sample((values(draw(seeds), shape),), settings)
    moves = draw(st.lists(st.tuples(shift, axis), min_size=1, max_size=3))
    shifts, dims = zip(*moves, strict=True)
    return Sample((values(draw(seeds), shape),), {"shifts": shifts, "dims": dims})


CASES = {
    "permute": OpCase(
        permutations(),
        (
            BadInput(lambda: engine.permute(t(2, 3), (0,)), ParameterError, "permute: expected each of 2 axes in dims"),
            BadInput(
                lambda: engine.permute(t(2, 3), (0, 0)), ParameterError, "permute: expected each axis once in dims"
            ),
            BadInput(lambda: engine.permute(t(2, 3), (0, 2)), ParameterError, "permute: expected dims within -2 … 1"),
        ),
    ),
    "transpose": OpCase(
        transpositions(),
        (
            BadInput(lambda: engine.transpose(t(2, 3), 2, 0), ParameterError, "transpose: expected dim0 within -2 … 1"),
            BadInput(
                lambda: engine.transpose(t(2, 3), 0, -3), ParameterError, "transpose: expected dim1 within -2 … 1"
            ),
        ),
    ),
    "flip": OpCase(
        flips(),
        (
            BadInput(lambda: engine.flip(t(2, 3), 2), ParameterError, "flip: expected dims within -2 … 1"),
            BadInput(lambda: engine.flip(t(2, 3), (0, 0)), ParameterError, "flip: expected each axis once in dims"),
        ),
    ),
    "roll": OpCase(
        rolls(),
        (
            BadInput(lambda: engine.roll(t(2, 3), (1, 2)), ParameterError, "roll: expected an axis for each shift"),
            BadInput(lambda: engine.roll(t(2, 3), 1, (0, 1)), ParameterError, "roll: expected an axis for each shift"),
            BadInput(lambda: engine.roll(t(2, 3), 1, 2), ParameterError, "roll: expected dims within -2 … 1"),
            BadInput(lambda: engine.roll(t(), 1, 0), ParameterError, "roll: expected a tensor with at least one axis"),
        ),
    ),
}
