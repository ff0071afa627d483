"""Cases of the losses that compare number by number, and of the distances of radial basis functions."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, GraphError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values
from tests.op_cases.loss import AVERAGE, reductions


@st.composite
def pairs(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, max_size=3)))
    x = values(draw(seeds), shape)
    # Differences of 0.3 to 1.3 of either sign: away from the kink of the absolute value.
    signs = np.random.default_rng(draw(seeds)).choice([-1.0, 1.0], shape)
    return Sample((x, x + signs * (0.8 + 0.25 * values(draw(seeds), shape))), {"reduction": draw(reductions)})


@st.composite
def answers(draw: st.DrawFn) -> Sample:
    """Draw logits, probabilities, and weights that broadcast to them or are missing."""
    shape = tuple(draw(st.lists(lengths, max_size=3)))
    weights = []
    for _ in range(2):
        kept = [n if draw(st.booleans()) else 1 for n in shape]
        smaller = tuple(kept[draw(st.integers(0, len(kept))) :])
        weights.append(np.exp(values(draw(seeds), smaller)) if draw(st.booleans()) else None)
    x, target = values(draw(seeds), shape) * 3, values(draw(seeds), shape) / 4.8 + 0.5
    return Sample((x, target, *weights), {"reduction": draw(reductions)}, frozenset({2, 3}))


@st.composite
def distances(draw: st.DrawFn) -> Sample:
    batch, classes, depth = draw(lengths), draw(lengths), draw(lengths)
    return Sample((values(draw(seeds), (batch, depth)), values(draw(seeds), (classes, depth))), {})


def torch_bce(torch: Any, x: Any, target: Any, weight: Any, pos_weight: Any, reduction: str) -> Any:
    function = torch.nn.functional.binary_cross_entropy_with_logits
    return function(x, target, weight, reduction=reduction, pos_weight=pos_weight)


def torch_rbf(torch: Any, x: Any, weight: Any) -> Any:
    return ((x[:, None, :] - weight) ** 2).sum(2)


def bad(name: str) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    return (
        BadInput(lambda: op(t(2, 3), t(3)), ShapeError, f"{name}: expected input and target of the same shape"),
        BadInput(lambda: op(t(0), t(0)), ShapeError, "at least one element, got (0,) and (0,)"),
        BadInput(lambda: op(t(2), t(2, dtype="int64")), DTypeError, f"{name}: expected float32 or float64"),
        BadInput(lambda: op(t(2), t(2), reduction=AVERAGE), ParameterError, f"{name}: expected reduction"),
    )


BCE = "binary_cross_entropy_with_logits"

CASES = {
    "mse_loss": OpCase(pairs(), bad("mse_loss")),
    "l1_loss": OpCase(pairs(), bad("l1_loss")),
    BCE: OpCase(
        answers(),
        (
            *bad(BCE),
            BadInput(lambda: engine.OPS[BCE](t(2), t(2), t(1, 2)), ShapeError, "expected weight that broadcasts to (2"),
            BadInput(lambda: engine.OPS[BCE](t(2), t(2), t(2).requires_grad_()), GraphError, "weight without gradient"),
            BadInput(
                lambda: engine.OPS[BCE](t(2, 3), t(2, 3), pos_weight=t(2)), ShapeError, "pos_weight that broadcasts to"
            ),
        ),
        pytorch=torch_bce,
    ),
    "rbf": OpCase(
        distances(),
        (
            BadInput(lambda: engine.rbf(t(3), t(2, 3)), ShapeError, "rbf: expected input (N, D)"),
            BadInput(lambda: engine.rbf(t(2, 3), t(3)), ShapeError, "rbf: expected weight (K, D)"),
            BadInput(lambda: engine.rbf(t(2, 3), t(3, 2)), ShapeError, "rbf: expected input (N, 2)"),
            BadInput(lambda: engine.rbf(t(2, 3), t(3, 3, dtype="float64")), DTypeError, "rbf: expected float32"),
        ),
        pytorch=torch_rbf,
    ),
}
