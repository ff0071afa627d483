"""Cases of the ops that put tensors together and take them apart."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values

# Any, because a checker would not let these pass.
CAT: Any = engine.cat


@st.composite
def joined(draw: st.DrawFn) -> Sample:
    shape = draw(st.lists(lengths, min_size=1, max_size=3))
    dim = draw(st.integers(-len(shape), len(shape) - 1))
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        shape[dim] = draw(st.integers(0, 3))
        parts.append(values(draw(seeds), tuple(shape)))
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), np.zeros(0))
    return Sample((parts,), {"dim": dim})


@st.composite
def stacked(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, max_size=3)))
    parts = [values(draw(seeds), shape) for _ in range(draw(st.integers(1, 3)))]
    return Sample((parts,), {"dim": draw(st.integers(-len(shape) - 1, len(shape)))})


@st.composite
def cuts(draw: st.DrawFn) -> Sample:
    shape = draw(st.lists(lengths, min_size=1, max_size=3))
    dim = draw(st.integers(-len(shape), len(shape) - 1))
    size: Any = draw(st.integers(1, 5))
    if draw(st.booleans()):
        size = draw(st.lists(st.integers(0, 3), min_size=1, max_size=4))
        shape[dim] = sum(size)
    return Sample((values(draw(seeds), tuple(shape)),), {"split_size_or_sections": size, "dim": dim})


@st.composite
def chunked(draw: st.DrawFn) -> Sample:
    shape = draw(st.lists(st.integers(0, 5), min_size=1, max_size=3))
    dim = draw(st.integers(-len(shape), len(shape) - 1))
    return Sample((values(draw(seeds), tuple(shape)),), {"chunks": draw(st.integers(1, 5)), "dim": dim})


CASES = {
    "cat": OpCase(
        joined(),
        (
            BadInput(
                lambda: engine.cat([t(2, 3), t(3, 3)], 1), ShapeError, "cat: expected shapes that agree but for axis 1"
            ),
            BadInput(lambda: engine.cat([t(2, 3), t(2)]), ShapeError, "cat: expected shapes that agree"),
            BadInput(lambda: engine.cat([t(), t()]), ShapeError, "cat: expected tensors with at least one axis"),
            BadInput(lambda: engine.cat([t(2, 3)], 2), ParameterError, "cat: expected dim within -2 … 1"),
            BadInput(lambda: engine.cat([]), DTypeError, "cat: expected a Tensor, got none"),
            BadInput(lambda: CAT(t(2)), DTypeError, "cat: expected tensors as a list of tensors"),
        ),
    ),
    "stack": OpCase(
        stacked(),
        (
            BadInput(lambda: engine.stack([t(2), t(3)]), ShapeError, "stack: expected tensors of one shape"),
            BadInput(lambda: engine.stack([]), ShapeError, "stack: expected tensors of one shape"),
            BadInput(lambda: engine.stack([t(2), t(2)], 2), ParameterError, "stack: expected dim within -2 … 1"),
        ),
    ),
    "split": OpCase(
        cuts(),
        (
            BadInput(lambda: engine.split(t(3), [1, 1]), ShapeError, "split: expected lengths that add up to 3"),
            BadInput(
                lambda: engine.split(t(3), [4, -1]), ParameterError, "split: expected split_size_or_sections as whole"
            ),
            BadInput(lambda: engine.split(t(3), 0), ParameterError, "split: expected split_size_or_sections above 0"),
            BadInput(lambda: engine.split(t(3), 1, 1), ParameterError, "split: expected dim within -1 … 0"),
            BadInput(lambda: engine.split(t(), 1), ParameterError, "split: expected a tensor with at least one axis"),
        ),
    ),
    "chunk": OpCase(
        chunked(),
        (
            BadInput(lambda: engine.chunk(t(3), 0), ParameterError, "chunk: expected chunks as whole numbers >= 1"),
            BadInput(lambda: engine.chunk(t(3), 1, 1), ParameterError, "chunk: expected dim within -1 … 0"),
        ),
    ),
}
