"""What all optimisers share: groups, missing gradients, saving and loading, bad settings."""

import copy
import re
from typing import Any

import numpy as np
import pytest

import engine
from engine import nn, optim
from engine.errors import DTypeError, GraphError, ParameterError, StateError
from engine.tensor import Tensor


def leaf(*values: float) -> Tensor:
    return engine.tensor(list(values), dtype="float64", requires_grad=True)


def descend(optimizer: optim.Optimizer, *parameters: Tensor, steps: int = 1) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        for parameter in parameters:
            (parameter * parameter).sum().backward()
        optimizer.step()


def test_parameters_without_gradient_stay() -> None:
    w = leaf(1.0)
    optimizer = optim.SGD([w], lr=1.0, momentum=0.9, weight_decay=0.1)
    optimizer.step()
    assert (w.tolist(), optimizer.state) == ([1.0], {})


def test_groups_have_settings_of_their_own() -> None:
    a, b, c = leaf(1.0), leaf(1.0), leaf(1.0)
    groups: list[dict[str, Any]] = [{"params": a}, {"params": [b], "lr": 0.25}]
    optimizer = optim.SGD(groups, lr=0.125)
    optimizer.add_param_group({"params": (p for p in [c]), "lr": 0.0})
    descend(optimizer, a, b, c)
    assert (a.item(), b.item(), c.item()) == (0.75, 0.5, 1.0)
    optimizer.param_groups[2]["lr"] = 0.5
    descend(optimizer, c)
    assert (a.item(), c.item()) == (0.75, 0.0)


def test_a_single_parameter() -> None:
    w = leaf(1.0)
    descend(optim.SGD(w, lr=0.125), w)
    assert w.item() == 0.75


def test_zero_grad() -> None:
    w = leaf(1.0)
    optimizer = optim.SGD([w], lr=0.1)
    (w * w).sum().backward()
    optimizer.zero_grad(set_to_none=False)
    assert w.grad.tolist() == [0.0]
    optimizer.zero_grad()
    assert w.grad is None


def test_closure() -> None:
    w = leaf(1.0)
    optimizer = optim.SGD([w], lr=0.25)

    def closure() -> float:
        loss = (w * w).sum()
        loss.backward()
        return float(loss)

    assert (optimizer.step(closure), w.item()) == (1.0, 0.5)


def test_a_step_is_seen_by_backward() -> None:
    w = leaf(1.0)
    optimizer = optim.Adam([w])
    w.grad = engine.tensor([1.0], dtype="float64")
    loss = (w * w).sum()
    optimizer.step()
    with pytest.raises(GraphError, match="changed in place"):
        loss.backward()


MAKERS: list[Any] = [
    lambda p: optim.SGD(p, lr=0.1, momentum=0.9),
    lambda p: optim.Adam(p, lr=0.1),
    lambda p: optim.AdamW(p, lr=0.1),
    lambda p: optim.RMSprop(p, lr=0.1, momentum=0.9, centered=True),
    lambda p: optim.Adagrad(p, lr=0.1),
]


@pytest.mark.parametrize("make", MAKERS)
def test_saved_and_loaded_it_goes_on_as_if_nothing_happened(make: Any) -> None:
    def fresh() -> tuple[Any, Tensor, Tensor]:
        a, b = leaf(1.0, 2.0), leaf(-3.0)
        return make([{"params": [a]}, {"params": [b], "lr": 0.3}]), a, b

    through, *expected = fresh()
    descend(through, *expected, steps=6)
    first, a, b = fresh()
    descend(first, a, b, steps=3)
    saved = copy.deepcopy(first.state_dict())
    second, c, d = fresh()
    c.array[...], d.array[...] = a.array, b.array
    second.load_state_dict(first.state_dict())
    descend(first, a, b)  # must not reach the second one's state
    descend(second, c, d, steps=3)
    for got, wanted in zip((c, d), expected, strict=True):
        np.testing.assert_array_equal(got.array, wanted.array)
    assert [group["params"] for group in saved["param_groups"]] == [[0], [1]]


def test_layout_of_the_state_is_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    for name, settings in (
        ("SGD", {"momentum": 0.9}),
        ("Adam", {}),
        ("AdamW", {}),
        ("RMSprop", {"momentum": 0.9, "centered": True}),
        ("Adagrad", {}),
    ):
        states = []
        for framework, tensor in ((engine, engine.tensor), (torch, torch.tensor)):
            w = tensor([1.0, 2.0], requires_grad=True)
            optimizer = getattr(framework.optim, name)([w], **settings)
            (w * w).sum().backward()
            optimizer.step()
            states.append(optimizer.state_dict())
        ours, theirs = states
        assert ours["state"].keys() == theirs["state"].keys()
        # PyTorch counts steps of RMSprop too, and uses the count nowhere.
        assert ours["state"][0].keys() == theirs["state"][0].keys() - ({"step"} if name == "RMSprop" else set())
        assert ours["param_groups"][0].keys() <= theirs["param_groups"][0].keys()


def test_loading_what_does_not_fit_changes_nothing() -> None:
    w = leaf(1.0, 2.0)
    optimizer = optim.SGD([w], lr=0.1, momentum=0.9)
    descend(optimizer, w)
    before = copy.deepcopy(optimizer.state_dict())
    other = optim.SGD([leaf(1.0), leaf(1.0)], lr=0.5)
    with pytest.raises(StateError, match=re.escape("SGD.load_state_dict: expected groups of [1] parameters, got [2]")):
        optimizer.load_state_dict(other.state_dict())
    v = leaf(1.0)
    other = optim.SGD([v], lr=0.5, momentum=0.9)
    descend(other, v)
    with pytest.raises(StateError, match=re.escape("expected momentum_buffer (2,) for parameter 0, got shape (1,)")):
        optimizer.load_state_dict(other.state_dict())
    wrong = copy.deepcopy(before)
    wrong["param_groups"][0]["lr"] = -1
    with pytest.raises(ParameterError, match="SGD: expected lr >= 0, got -1"):
        optimizer.load_state_dict(wrong)
    assert repr(optimizer.state_dict()) == repr(before)


def test_print() -> None:
    text = repr(optim.Adam([leaf(1.0)]))
    assert text.startswith("Adam (\nParameter Group 0\n    betas: (0.9, 0.999)\n    eps: 1e-08\n    lr: 0.001\n")


NOT_A_TENSOR: Any = 1
NAMED: Any = nn.Linear(1, 1).named_parameters()
SETTINGS: list[tuple[Any, dict[str, Any], str]] = [
    (optim.SGD, {"lr": -1}, "SGD: expected lr >= 0, got -1"),
    (optim.SGD, {"lr": float("nan")}, "SGD: expected lr >= 0, got nan"),
    (optim.SGD, {"momentum": -0.1}, "SGD: expected momentum >= 0"),
    (optim.SGD, {"weight_decay": -1}, "SGD: expected weight_decay >= 0"),
    (optim.SGD, {"nesterov": True}, "SGD: expected momentum > 0 and dampening = 0 with nesterov, got momentum=0"),
    (optim.SGD, {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, "got momentum=0.9, dampening=0.1"),
    (optim.Adam, {"lr": -1}, "Adam: expected lr >= 0"),
    (optim.Adam, {"betas": (0.9, 1.0)}, "Adam: expected two betas from 0 to below 1, got (0.9, 1.0)"),
    (optim.Adam, {"betas": (-0.1, 0.9)}, "Adam: expected two betas"),
    (optim.Adam, {"betas": (0.9,)}, "Adam: expected two betas"),
    (optim.Adam, {"eps": -1}, "Adam: expected eps >= 0"),
    (optim.AdamW, {"weight_decay": -1}, "AdamW: expected weight_decay >= 0"),
    (optim.RMSprop, {"alpha": -1}, "RMSprop: expected alpha >= 0"),
    (optim.RMSprop, {"eps": -1}, "RMSprop: expected eps >= 0"),
    (optim.RMSprop, {"momentum": -1}, "RMSprop: expected momentum >= 0"),
    (optim.Adagrad, {"lr_decay": -1}, "Adagrad: expected lr_decay >= 0"),
    (optim.Adagrad, {"initial_accumulator_value": -1}, "Adagrad: expected initial_accumulator_value >= 0"),
    (optim.DiagonalLevenbergMarquardt, {"mu": 0}, "DiagonalLevenbergMarquardt: expected mu > 0, got 0"),
    (optim.DiagonalLevenbergMarquardt, {"lr": -1}, "DiagonalLevenbergMarquardt: expected lr >= 0"),
    (optim.DiagonalLevenbergMarquardt, {"weight_decay": -1}, "DiagonalLevenbergMarquardt: expected weight_decay >= 0"),
]


@pytest.mark.parametrize(("kind", "settings", "says"), SETTINGS)
def test_bad_settings(kind: Any, settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(says)):
        kind([leaf(1.0)], **settings)
    with pytest.raises(ParameterError, match=re.escape(says)):
        kind([{"params": [leaf(1.0)], **settings}])


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (
            lambda w: optim.SGD([]),
            ParameterError,
            "SGD: expected at least one parameter, got none; pass model.parameters()",
        ),
        (
            lambda w: optim.SGD([w, w]),
            ParameterError,
            "SGD: expected every parameter once, got one of shape (1,) again",
        ),
        (lambda w: optim.SGD([{"params": w}, {"params": w}]), ParameterError, "SGD: expected every parameter once"),
        (lambda w: optim.SGD([w * 2]), GraphError, "SGD: expected leaves of the graph"),
        (lambda w: optim.SGD([NOT_A_TENSOR]), DTypeError, "SGD: expected parameters as tensors, got int"),
        (lambda w: optim.SGD([{"param": w}]), DTypeError, 'SGD: expected groups as dicts with "params", got dict'),
        (
            lambda w: optim.SGD(NAMED),
            DTypeError,
            "expected parameters as tensors, got tuple",
        ),
        (lambda w: optim.SGD([w]).add_param_group(NOT_A_TENSOR), DTypeError, "SGD: expected groups as dicts"),
        (
            lambda w: descend(optim.Optimizer([w], {"maximize": False}), w),
            NotImplementedError,
            "does not define update",
        ),
    ],
)
def test_bad_parameters(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        call(leaf(1.0))
