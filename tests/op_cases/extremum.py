"""Cases of the largest and smallest elements. Values are distinct; ties and NaN: tests/engine/test_extremum.py."""

from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values
from tests.op_cases.reduce import dim_errors, reductions


@st.composite
def along(draw: st.DrawFn) -> Sample:
    """Draw one axis to look along."""
    shape = tuple(draw(st.lists(lengths, max_size=3)))
    dim = draw(st.integers(-max(len(shape), 1), max(len(shape) - 1, 0)))
    return Sample((values(draw(seeds), shape),), {"dim": dim, "keepdim": draw(st.booleans())})


@st.composite
def over_all(draw: st.DrawFn) -> Sample:
    return Sample((values(draw(seeds), tuple(draw(st.lists(lengths, max_size=3)))),), {})


def without_none(sample: Sample) -> Sample:
    """Amax and amin say () for all axes, not None."""
    dim = sample.settings["dim"]
    return Sample(sample.operands, {**sample.settings, "dim": () if dim is None else dim})


def errors(name: str, who: str) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    return (
        BadInput(lambda: op(t(2, 3), 2), ParameterError, f"{who}: expected dim within -2 … 1"),
        BadInput(lambda: op(t(2, 0), 1), ShapeError, f"{who}: expected at least one element to choose from, got sha"),
        BadInput(lambda: op([1.0], 0), DTypeError, "expected a Tensor, got list"),
    )


def whole_errors(name: str, who: str) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    return (
        *errors(name, who),
        BadInput(lambda: op(t(2, 3), (0, 1)), ParameterError, f"{who}: expected dim as one whole number, got (0, 1)"),
    )


CASES = {
    **{
        f"a{name}": OpCase(reductions().map(without_none), (*errors(f"a{name}", f"a{name}"), *dim_errors(f"a{name}")))
        for name in ("max", "min")
    },
    **{f"arg{name}": OpCase(along() | over_all(), whole_errors(f"arg{name}", f"arg{name}")) for name in ("max", "min")},
    **{
        f"{name}_with_indices": OpCase(
            along(),
            whole_errors(f"{name}_with_indices", name),
            pytorch=lambda torch, x, dim, keepdim, name=name: getattr(torch, name)(x, dim, keepdim),
        )
        for name in ("max", "min")
    },
    **{name: OpCase(along() | over_all(), whole_errors(name, name)) for name in ("max", "min")},
}
