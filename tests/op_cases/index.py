"""Cases of indexing."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from engine.errors import DTypeError, ParameterError, PositionError
from tests.op_cases.case import BadInput, OpCase, Sample, seeds, t, values


@st.composite
def indices(draw: st.DrawFn, shape: tuple[int, ...]) -> Any:
    """Draw an index of any mix that PyTorch takes, too."""
    parts: list[Any] = []
    picked = draw(st.sampled_from([(2,), (3,), (2, 2), (1,)]))  # the shape of all arrays of positions
    named = len(shape) - draw(st.sampled_from([0, 0, 1])) if shape else 0
    while (axis := sum(axes_used(part) for part in parts)) < named:
        length = shape[axis]
        kind = draw(st.sampled_from(["array", "slice", "array", "slice", "mask", "int"]))
        mask = np.zeros(shape[axis : axis + draw(st.integers(1, named - axis))], np.bool_)
        if kind == "int":
            parts.append(draw(st.integers(-length, length - 1)))
        elif kind == "slice":
            start, stop = st.sampled_from([None, 0, 1, -2, -5]), st.sampled_from([None, length, -1, 5, 0])
            parts.append(slice(draw(start), draw(stop), draw(st.sampled_from([None, 1, 2, 3]))))
        elif kind == "mask" and mask.size >= picked[-1] and not any(map(is_mask, parts)):
            # As many as there are positions: they broadcast together.
            mask.reshape(-1)[draw(st.permutations(range(mask.size)))[: picked[-1]]] = True
            parts.append(mask)
        else:
            array = np.random.default_rng(draw(seeds)).integers(-length, length, picked)
            parts.append(array.tolist() if draw(st.booleans()) else array)
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))) if named == len(shape) else len(parts), ...)
    picks = any(isinstance(part, list | np.ndarray) for part in parts)
    for extra in draw(st.lists(st.sampled_from([None, True] if picks else [None, True, False]), max_size=2)):
        parts.insert(draw(st.integers(0, len(parts))), extra)
    return parts[0] if len(parts) == 1 else tuple(parts)


def is_mask(part: Any) -> bool:
    return isinstance(part, np.ndarray) and part.dtype == np.bool_


def axes_used(part: Any) -> int:
    return part.ndim if is_mask(part) else 1


@st.composite
def indexed(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(st.sampled_from([3, 2, 4, 1]), min_size=draw(st.sampled_from([2, 3, 0])), max_size=4)))
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
