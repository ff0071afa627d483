"""Cases of the losses that compare with classes."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

import engine
from engine.arrays import Array
from engine.errors import DTypeError, GraphError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, lengths, seeds, t, values

# A word that no op knows; Any, because a checker would not let it pass.
AVERAGE: Any = "average"

reductions = st.sampled_from(["mean", "sum", "none"])
IGNORED = [-100, -1, 0, 255]


@st.composite
def logits(draw: st.DrawFn) -> tuple[Array, int]:
    """Draw (K,), (N, K) or (N, K, …), and the axis of the classes."""
    classes, batch = draw(st.integers(2, 5)), tuple(draw(st.lists(lengths, max_size=1)))
    places = tuple(draw(st.lists(st.integers(1, 3), max_size=2))) if batch else ()
    return values(draw(seeds), (*batch, classes, *places)) * 3, len(batch)


@st.composite
def class_losses(draw: st.DrawFn, probabilities: bool = False) -> Sample:
    """Draw inputs, class numbers (some of them ignored) or probabilities, and weights or none."""
    x, axis = draw(logits())
    classes, generator = x.shape[axis], np.random.default_rng(draw(seeds))
    settings: dict[str, Any] = {"reduction": draw(reductions)}
    if draw(st.booleans()):
        settings["ignore_index"] = draw(st.sampled_from(IGNORED))
    target: Array
    if probabilities:
        target = np.moveaxis(generator.dirichlet(np.ones(classes), np.delete(x.shape, axis)), -1, axis)
    else:
        target = generator.integers(0, classes, np.delete(x.shape, axis))
        some = generator.random(target.shape) < 0.3
        some.flat[0] = False  # test_loss.py has the loss of nothing, which is NaN
        target = np.where(some, settings.get("ignore_index", -100), target)
        target.flat[0] = 1
    weight = np.exp(values(draw(seeds), (classes,))) if draw(st.booleans()) else None
    return Sample((x, target, weight), settings, frozenset({2}))


@st.composite
def smoothed(draw: st.DrawFn) -> Sample:
    sample = draw(class_losses(probabilities=draw(st.booleans())))
    settings = sample.settings | {"label_smoothing": draw(st.sampled_from([0.0, 0.1, 1.0]))}
    if sample.operands[1].dtype.kind == "f":
        settings.pop("ignore_index", None)  # PyTorch refuses it beside probabilities
        if settings["label_smoothing"] == 1.0:
            settings["label_smoothing"] = 0.5  # at 1 the target is left out, and with it its gradient
    return Sample(sample.operands, settings, sample.constants)


@st.composite
def penalties(draw: st.DrawFn) -> Sample:
    batch, classes = draw(lengths), draw(st.integers(1, 5))
    target = np.random.default_rng(draw(seeds)).integers(0, classes, batch)
    settings = {"j": draw(st.sampled_from([0.1, 1.0, 5.0])), "reduction": draw(reductions)}
    return Sample(((values(draw(seeds), (batch, classes)) + 2) * 2, target), settings)


def torch_rbf_loss(torch: Any, y: Any, target: Any, j: float, reduction: str) -> Any:
    """Equation 9 as it is printed."""
    right = y.gather(1, target[:, None])[:, 0]
    losses = right + torch.log(np.exp(-j) + torch.exp(-y).sum(1))
    return losses if reduction == "none" else getattr(losses, reduction)()


def bad_classes(name: str) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    return (
        BadInput(lambda: op(t(2, 3), engine.tensor([0, 3])), ParameterError, f"{name}: expected target classes from 0"),
        BadInput(lambda: op(t(2, 3), engine.tensor([-1, 0])), ParameterError, "target classes from 0 to 2, got -1"),
        BadInput(lambda: op(t(2, 3), engine.tensor([0])), ShapeError, f"{name}: expected target (2,), a class for"),
        BadInput(lambda: op(t(0, 3), engine.tensor(np.zeros(0, np.int64))), ShapeError, "at least one example and"),
        BadInput(
            lambda: op(t(1, 3), engine.tensor([0]), reduction=AVERAGE),
            ParameterError,
            f'{name}: expected reduction "mean", "sum" or "none", got \'average\'',
        ),
    )


def bad_weights(name: str) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    zero = engine.tensor([0])
    return (
        BadInput(lambda: op(t(1, 3), zero, t(2)), ShapeError, f"{name}: expected weight (3,), one for each class"),
        BadInput(lambda: op(t(1, 3), zero, t(3, dtype="float64")), DTypeError, "input float32, weight float64"),
        BadInput(
            lambda: op(t(1, 3), zero, t(3).requires_grad_()), GraphError, f"{name}: expected weight without gradient"
        ),
    )


CASES = {
    "cross_entropy": OpCase(
        smoothed(),
        (
            *bad_classes("cross_entropy"),
            *bad_weights("cross_entropy"),
            BadInput(
                lambda: engine.cross_entropy(t(2, 3), t(2)),
                ShapeError,
                "expected target (2,) of whole numbers, or (2, 3) of probabilities, got float32 of shape (2,)",
            ),
            BadInput(lambda: engine.cross_entropy(t(2, 3), t(2, 3, dtype="float64")), DTypeError, "target float64"),
            BadInput(lambda: engine.cross_entropy(t(2, 3), t(2, dtype="bool")), DTypeError, "give class numbers"),
            BadInput(
                lambda: engine.cross_entropy(t(1, 3), engine.tensor([0]), label_smoothing=2),
                ParameterError,
                "cross_entropy: expected label_smoothing from 0 to 1, got 2",
            ),
        ),
    ),
    "nll_loss": OpCase(
        class_losses(),
        (
            *bad_classes("nll_loss"),
            *bad_weights("nll_loss"),
            BadInput(lambda: engine.nll_loss(t(2, 3), t(2, 3)), DTypeError, "give class numbers, not one-hot rows"),
        ),
    ),
    "rbf_loss": OpCase(
        penalties(),
        (
            *bad_classes("rbf_loss"),
            BadInput(lambda: engine.rbf_loss(t(3), engine.tensor(0)), ShapeError, "rbf_loss: expected input (N, K)"),
            BadInput(lambda: engine.rbf_loss(t(1, 3), engine.tensor([0]), 0), ParameterError, "rbf_loss: expected j >"),
            BadInput(lambda: engine.rbf_loss(t(1, 3), t(1)), DTypeError, "rbf_loss: expected target of whole numbers"),
        ),
        pytorch=torch_rbf_loss,
    ),
}
