"""Cases of indexing."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from engine.errors import DTypeError, ParameterError, PositionError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values


@st.composite
def indices(draw: st.DrawFn, shape: tuple[int, ...]) -> Any:
    """Draw an index of any mix that PyTorch takes, too."""
    parts: list[Any] = []
    picked = tuple(draw(st.lists(lengths, min_size=1, max_size=2)))  # the shape of all arrays of positions
    axis, last = 0, draw(st.integers(0, len(shape)))
    masked = False
    while axis < last:
        length = shape[axis]
        kind = draw(st.sampled_from(["int", "slice", "slice", "array", "array", "mask"]))
        if kind == "int":
            parts.append(draw(st.integers(-length, length - 1)))
        elif kind == "slice":
            bound = st.none() | st.integers(-length - 1, length + 1)
            parts.append(slice(draw(bound), draw(bound), draw(st.none() | st.integers(1, 3))))
        elif kind == "mask" and not masked:
            over = shape[axis : axis + draw(st.integers(1, last - axis))]
            mask = np.zeros(over, np.bool_)  # exactly as many as there are positions: they broadcast
            mask.reshape(-1)[draw(st.permutations(range(mask.size)))[: picked[-1]]] = True
            parts.append(mask if mask.sum() == picked[-1] else slice(None))
            axis += len(over) - 1 if mask.sum() == picked[-1] else 0
            masked = True
        else:
            array = np.random.default_rng(draw(seeds)).integers(-length, length, picked)
            parts.append(array.tolist() if draw(st.booleans()) else array)
        axis += 1
    if axis >= len(shape) or draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))) if axis >= len(shape) else len(parts), ...)
    picks = any(isinstance(part, list | np.ndarray) for part in parts)
    for extra in draw(st.lists(st.sampled_from([None, True] if picks else [None, True, False]), max_size=2)):
        parts.insert(draw(st.integers(0, len(parts))), extra)
    return parts[0] if len(parts) == 1 else tuple(parts)


@st.composite
def indexed(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, max_size=4)))
    return Sample((values(draw(seeds), shape),), {"index": draw(indices(shape))})


def theirs(torch: Any, input: Any, index: Any) -> Any:
    def convert(part: Any) -> Any:
        return torch.tensor(part) if isinstance(part, list | np.ndarray) else part

    return input[tuple(map(convert, index)) if isinstance(index, tuple) else convert(index)]


def refused(index: Any, error: type[Any], says: str) -> BadInput:
    return BadInput(lambda: t(2, 3)[index], error, f"getitem: expected {says}")


CASES = {
    "getitem": OpCase(
        indexed(),
        (
            refused(2, PositionError, "positions within -2 … 1 for axis 0 of length 2, got 2"),
            refused((0, -4), PositionError, "positions within -3 … 2 for axis 1 of length 3, got -4"),
            refused([0, 5], PositionError, "positions within -2 … 1 for axis 0 of length 2, got 5"),
            refused((0, 0, 0), PositionError, "at most 2 indices for shape (2, 3)"),
            refused((..., ...), PositionError, "at most 2 indices for shape (2, 3), and '...' once"),
            refused(([0, 1], [0, 1, 2]), PositionError, "arrays of positions that broadcast, got shapes (2,) and (3,)"),
            refused(np.ones((2, 2), np.bool_), PositionError, "a mask of shape (2, 3) at axis 0, got shape (2, 2)"),
            refused(slice(None, None, -1), ParameterError, "slices with a step of at least 1, got step -1; use flip"),
            refused(slice(None, None, 0), ParameterError, "slices with a step of at least 1"),
            refused(np.zeros(2, np.uint8), DTypeError, "positions int64 or int32, or a mask of bool, got uint8"),
            refused([0.5], DTypeError, "positions of whole numbers, or a mask of bool, got float64"),
            refused([[0], [0, 1]], DTypeError, "lists of whole numbers or of bool"),
            refused(1.0, DTypeError, "whole numbers, slices, None, ..., arrays"),
            refused("a", DTypeError, "whole numbers, slices, None, ..., arrays"),
            refused(slice(0.5, None), DTypeError, "whole numbers, slices, None, ..., arrays"),
            BadInput(lambda: t(0)[0], PositionError, "getitem: expected no position for axis 0 of length 0"),
        ),
        pytorch=theirs,
    ),
}
