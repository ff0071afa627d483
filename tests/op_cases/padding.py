"""Cases of padding."""

from typing import Any

from hypothesis import strategies as st

import engine
import engine.nn.functional as F
from engine.errors import ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values

# Any, because a checker would not let these pass.
PAD: Any = F.pad


@st.composite
def constant_paddings(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, max_size=4)))
    pad: list[int] = []
    for n in shape[::-1][: draw(st.integers(0, len(shape)))]:
        before = draw(st.integers(-n, 2))
        pad += [before, draw(st.integers(-n - min(before, 0), 2))]
    settings = {"pad": tuple(pad)} | ({"value": draw(st.sampled_from([1.5, -2.0]))} if draw(st.booleans()) else {})
    return Sample((values(draw(seeds), shape),), settings)


@st.composite
def paddings(draw: st.DrawFn) -> Sample:
    mode = draw(st.sampled_from(["constant", "reflect", "replicate", "circular"]))
    if mode == "constant":
        sample = draw(constant_paddings())
        return Sample(sample.operands, sample.settings | {"mode": mode})
    padded = draw(st.lists(st.integers(2, 4), min_size=1, max_size=3))
    front = draw(st.lists(lengths, min_size=1, max_size=2))
    pad: list[int] = []
    for n in padded[::-1]:
        before = draw(st.integers(1 - n, n - 1))
        left = n + min(before, 0)
        after = draw(st.integers(1 - left, left if mode == "circular" else n - 1))
        pad += [min(before, left + min(after, 0)) if mode == "circular" else before, after]
    return Sample((values(draw(seeds), (*front, *padded)),), {"pad": tuple(pad), "mode": mode})


def bad(says: str, error: type[Any], *arguments: Any, **settings: Any) -> BadInput:
    return BadInput(lambda: PAD(*arguments, **settings), error, f"pad: expected {says}")


CASES = {
    "constant_pad_nd": OpCase(
        constant_paddings(),
        (
            BadInput(
                lambda: engine.constant_pad_nd(t(2), (1, 1, 1, 1)),
                ShapeError,
                "constant_pad_nd: expected at most 1 pairs for shape (2,)",
            ),
            BadInput(
                lambda: engine.constant_pad_nd(t(2), (-3, 2)),
                ShapeError,
                "constant_pad_nd: expected no more taken off than shape (2,) has",
            ),
            BadInput(
                lambda: engine.constant_pad_nd(t(2), (1,)),
                ParameterError,
                "constant_pad_nd: expected pad in pairs, before and after an axis",
            ),
        ),
    ),
    "pad": OpCase(
        paddings(),
        (
            bad(
                "mode as one of constant, reflect, replicate, circular, got 'same'",
                ParameterError,
                t(1, 2),
                (1, 1),
                "same",
            ),
            bad('a value for mode "constant" only', ParameterError, t(1, 2), (1, 1), "reflect", 1.0),
            bad("pad as whole numbers", ParameterError, t(1, 2), (0.5, 1), "reflect"),
            bad("pad in pairs", ParameterError, t(1, 2), 1, "reflect"),
            bad("at most 1 elements put to an end by 'reflect'", ShapeError, t(1, 2), (2, 0), "reflect"),
            bad("at most 2 elements put to an end by 'circular'", ShapeError, t(1, 2), (0, 3), "circular"),
            bad("something left of every axis", ShapeError, t(1, 2), (-1, -1), "replicate"),
            bad("something left of every axis", ShapeError, t(1, 2), (-2, -1), "circular"),
            bad("one or two axes before the 1 to pad, got shape (2,)", ShapeError, t(2), (1, 1), "reflect"),
            bad("one or two axes before the 0 to pad", ShapeError, t(2, 2, 2), (), "circular"),
        ),
    ),
}
