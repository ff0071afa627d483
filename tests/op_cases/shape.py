"""Cases of the ops that give the same elements another shape."""

import math
from typing import Any

from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values

# Any, because a checker would not let these pass.
WORD: Any = "float32"
ARRAY: Any = t(2).array


@st.composite
def reshapes(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, min_size=1, max_size=3)))
    wanted = draw(st.sampled_from([(-1,), shape[::-1], (1, *shape), (*shape, 1), (shape[0], -1)]))
    return Sample((values(draw(seeds), shape),), {"shape": wanted})


@st.composite
def flattenings(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=4)))
    axes = max(1, len(shape))
    first = draw(st.integers(0, axes - 1))
    last = draw(st.integers(first, axes - 1))
    settings = {"start_dim": draw(st.sampled_from([first, first - axes])), "end_dim": last}
    return Sample((values(draw(seeds), shape),), settings)


@st.composite
def unflattenings(draw: st.DrawFn) -> Sample:
    sizes = draw(st.lists(lengths, min_size=1, max_size=3))
    shape = draw(st.lists(lengths, min_size=1, max_size=3))
    dim = draw(st.integers(-len(shape), len(shape) - 1))
    shape[dim] = math.prod(sizes)
    hidden = draw(st.none() | st.integers(0, len(sizes) - 1))
    wanted = tuple(-1 if i == hidden else n for i, n in enumerate(sizes))
    return Sample((values(draw(seeds), tuple(shape)),), {"dim": dim, "sizes": wanted})


@st.composite
def squeezings(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(st.sampled_from([1, 1, 2, 3]), max_size=4)))
    axes = max(1, len(shape))
    dim: Any = draw(st.none() | st.integers(-axes, axes - 1) | st.lists(st.integers(0, axes - 1), unique=True))
    dims = {} if dim is None else {"dim": tuple(dim) if isinstance(dim, list) else dim}
    return Sample((values(draw(seeds), shape),), dims)


@st.composite
def unsqueezings(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, max_size=3)))
    return Sample((values(draw(seeds), shape),), {"dim": draw(st.integers(-len(shape) - 1, len(shape)))})


CASES = {
    "reshape": OpCase(
        reshapes(),
        (
            BadInput(lambda: engine.reshape(t(2, 3), (4,)), ShapeError, "reshape: expected as many elements"),
            BadInput(lambda: engine.reshape(t(2, 3), (-1, -1)), ShapeError, "reshape: expected as many elements"),
            BadInput(lambda: engine.reshape(t(0), (-1, 0)), ShapeError, "reshape: expected as many elements"),
            BadInput(
                lambda: engine.reshape(t(2), (-2,)), ParameterError, "reshape: expected shape as whole numbers >= -1"
            ),
            BadInput(lambda: t(2).view(WORD), ParameterError, "reshape: expected shape as whole numbers >= -1, got"),
        ),
    ),
    "flatten": OpCase(
        flattenings(),
        (
            BadInput(
                lambda: engine.flatten(t(2, 3), 2), ParameterError, "flatten: expected start_dim within -2 … 1, got 2"
            ),
            BadInput(lambda: engine.flatten(t(2, 3), 0, 2), ParameterError, "flatten: expected end_dim within -2 … 1"),
            BadInput(lambda: engine.flatten(t(2, 3), 1, 0), ParameterError, "flatten: expected start_dim no later"),
            BadInput(lambda: engine.flatten(ARRAY), DTypeError, "flatten: expected a Tensor, got ndarray"),
        ),
    ),
    "unflatten": OpCase(
        unflattenings(),
        (
            BadInput(
                lambda: engine.unflatten(t(2, 6), 2, (2, 3)), ParameterError, "unflatten: expected dim within -2 … 1"
            ),
            BadInput(
                lambda: engine.unflatten(t(2, 6), 1, (2, 2)), ShapeError, "unflatten: expected sizes that multiply"
            ),
            BadInput(
                lambda: engine.unflatten(t(2, 6), 1, (-1, 4)), ShapeError, "unflatten: expected sizes that multiply"
            ),
            BadInput(
                lambda: engine.unflatten(t(2, 6), 1, (-1, -1)), ShapeError, "unflatten: expected sizes that multiply"
            ),
            BadInput(
                lambda: engine.unflatten(t(2, 0), 1, (0, -1)), ShapeError, "unflatten: expected sizes that multiply"
            ),
            BadInput(lambda: engine.unflatten(t(2, 1), 1, ()), ShapeError, "unflatten: expected sizes that multiply"),
            BadInput(
                lambda: engine.unflatten(t(2, 6), 1, (-2, -3)), ParameterError, "unflatten: expected sizes as whole"
            ),
        ),
    ),
    "squeeze": OpCase(
        squeezings(),
        (
            BadInput(lambda: engine.squeeze(t(1, 2), 2), ParameterError, "squeeze: expected dim within -2 … 1"),
            BadInput(
                lambda: engine.squeeze(t(1, 2), (0, -2)), ParameterError, "squeeze: expected each axis once in dim"
            ),
        ),
    ),
    "unsqueeze": OpCase(
        unsqueezings(),
        (BadInput(lambda: engine.unsqueeze(t(2), 2), ParameterError, "unsqueeze: expected dim within -2 … 1, got 2"),),
    ),
}
