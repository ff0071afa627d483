"""Cases of the ops that rearrange."""

from hypothesis import strategies as st

import engine
from engine.errors import ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values


@st.composite
def reshapes(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, min_size=1, max_size=3)))
    wanted = draw(st.sampled_from([(-1,), shape[::-1], (1, *shape), (*shape, 1)]))
    return Sample((values(draw(seeds), shape),), {"shape": wanted})


CASES = {
    "reshape": OpCase(
        reshapes(),
        (BadInput(lambda: engine.reshape(t(2, 3), (4,)), ShapeError, "reshape: expected as many elements"),),
    ),
}
