"""Every optimiser: its recursion written out in NumPy, and PyTorch's results where that is installed."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import engine
from engine import optim
from engine.arrays import Array
from engine.errors import ShapeError
from engine.kernels import KERNEL_SETS
from engine.tensor import Tensor

STEPS = 20
START = (np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([0.1, -0.7]))
A, B = np.array([[3.0, 0.5], [0.5, 1.0]]), np.array([0.3, -0.2])

Recursion = Callable[[Array, Callable[[Array], Array]], Array]


def loss(w: Any, b: Any, a: Any, c: Any) -> Any:
    """Compute something of a matrix and a vector that is not quadratic."""
    return (((w @ a + b) * w).tanh() + b * b * c).sum()


CASES: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1, "maximize": True}),
    ("SGD", {}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.1, "maximize": True, "weight_decay": 0.1}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.3}),
    ("AdamW", {"lr": 0.1, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.1, "alpha": 0.8, "eps": 1e-3, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.1, "momentum": 0.9, "centered": True}),
    ("RMSprop", {"lr": 0.1, "momentum": 0.5, "maximize": True}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.5, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.2, "eps": 1e-3}),
    ("Adagrad", {"lr": 0.5, "maximize": True}),
]


def run(framework: Any, tensor: Callable[..., Any], name: str, settings: dict[str, Any]) -> list[Any]:
    """Make some steps, in which some gradients are missing and the learning rate changes; return all values."""
    w, b = (tensor(start, True) for start in START)
    a, c = tensor(A, False), tensor(B, False)
    optimizer = getattr(framework.optim, name)([w, b], **settings)
    values = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss(w, b, a, c).backward()
        if step == 2:
            b.grad = None
        if step == 10:
            optimizer.param_groups[0]["lr"] *= 0.5
        optimizer.step()
        values.append([*w.tolist(), b.tolist()])
    return values


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_equal_to_pytorchs(name: str, settings: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    ours = run(engine, lambda values, grad: engine.tensor(values, requires_grad=grad), name, settings)
    theirs = run(torch, lambda values, grad: torch.tensor(values, requires_grad=grad), name, settings)
    np.testing.assert_allclose(np.array(ours, float), np.array(theirs, float), rtol=1e-12, atol=1e-12)


def sgd(w: Array, gradient: Callable[[Array], Array]) -> Array:
    v = np.zeros_like(w)
    for step in range(STEPS):
        g = gradient(w) + 0.1 * w
        v = g if step == 0 else 0.9 * v + 0.7 * g
        w = w - 0.05 * v
    return w


def nesterov(w: Array, gradient: Callable[[Array], Array]) -> Array:
    """Nesterov's form: the gradient is taken where the momentum leads. In SGD's variables w is that point."""
    v = np.zeros_like(w)
    for _ in range(STEPS):
        v = 0.9 * v + gradient(w)
        w = w - 0.05 * (gradient(w) + 0.9 * v)
    return w


def adam(w: Array, gradient: Callable[[Array], Array]) -> Array:
    gradients: list[Array] = []
    for t in range(1, STEPS + 1):
        gradients.append(gradient(w) + 0.1 * w)
        # The running means written as the weighted means they are.
        m = sum(0.8 ** (t - 1 - i) * g for i, g in enumerate(gradients)) * 0.2 / (1 - 0.8**t)
        v = sum(0.9 ** (t - 1 - i) * g * g for i, g in enumerate(gradients)) * 0.1 / (1 - 0.9**t)
        w = w - 0.05 * m / (np.sqrt(v) + 1e-3)
    return w


def adamw(w: Array, gradient: Callable[[Array], Array]) -> Array:
    gradients: list[Array] = []
    for t in range(1, STEPS + 1):
        gradients.append(gradient(w))
        m = sum(0.8 ** (t - 1 - i) * g for i, g in enumerate(gradients)) * 0.2 / (1 - 0.8**t)
        v = sum(0.9 ** (t - 1 - i) * g * g for i, g in enumerate(gradients)) * 0.1 / (1 - 0.9**t)
        w = w - 0.05 * 0.3 * w - 0.05 * m / (np.sqrt(v) + 1e-3)
    return w


def rmsprop(w: Array, gradient: Callable[[Array], Array]) -> Array:
    gradients: list[Array] = []
    u = np.zeros_like(w)
    for t in range(1, STEPS + 1):
        gradients.append(gradient(w))
        weights = [0.2 * 0.8 ** (t - 1 - i) for i in range(t)]
        mean = sum(a * g for a, g in zip(weights, gradients, strict=True))
        square = sum(a * g * g for a, g in zip(weights, gradients, strict=True))
        u = 0.5 * u + gradients[-1] / (np.sqrt(square - mean * mean) + 1e-3)
        w = w - 0.05 * u
    return w


def adagrad(w: Array, gradient: Callable[[Array], Array]) -> Array:
    squares = np.full_like(w, 0.2)
    for step in range(STEPS):
        g = gradient(w) + 0.1 * w
        squares = squares + g * g
        w = w - 0.05 / (1 + step * 0.1) * g / np.sqrt(squares)
    return w


RECURSIONS: list[tuple[Any, Recursion]] = [
    (lambda p: optim.SGD(p, 0.05, momentum=0.9, dampening=0.3, weight_decay=0.1), sgd),
    (lambda p: optim.SGD(p, 0.05, momentum=0.9, nesterov=True), nesterov),
    (lambda p: optim.Adam(p, 0.05, (0.8, 0.9), 1e-3, 0.1), adam),
    (lambda p: optim.AdamW(p, 0.05, (0.8, 0.9), 1e-3, 0.3), adamw),
    (lambda p: optim.RMSprop(p, 0.05, 0.8, 1e-3, 0, 0.5, True), rmsprop),
    (lambda p: optim.Adagrad(p, 0.05, 0.1, 0.1, 0.2, 0), adagrad),
]


@pytest.mark.parametrize(("make", "recursion"), RECURSIONS, ids=lambda value: getattr(value, "__name__", ""))
def test_follows_its_recursion(make: Any, recursion: Recursion) -> None:
    """With loss = sum of c w^2 / 2 the gradient is c w."""
    c = np.array([1.0, 0.1, 4.0])
    w = engine.tensor(np.array([1.0, -2.0, 0.5]), requires_grad=True)
    factors = engine.tensor(c)
    optimizer = make([w])
    for _ in range(STEPS):
        optimizer.zero_grad()
        (w * w * factors / 2).sum().backward()
        optimizer.step()
    expected = recursion(np.array([1.0, -2.0, 0.5]), lambda w: c * w)
    np.testing.assert_allclose(w.array, expected, rtol=1e-11)


def test_plain_sgd_in_closed_form() -> None:
    """With gradient w, each step multiplies w by 1 - lr."""
    w = engine.tensor([1.0, -2.0], requires_grad=True)
    optimizer = optim.SGD([w], lr=0.1)
    for _ in range(5):
        optimizer.zero_grad()
        (w * w / 2).sum().backward()
        optimizer.step()
    np.testing.assert_allclose(w.array, np.array([1, -2]) * 0.9**5, rtol=1e-6)


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"])
def test_float32_stays_float32_and_memory_stays(name: str) -> None:
    w = engine.tensor([1.0, 2.0], requires_grad=True)
    memory = w.array
    optimizer = getattr(optim, name)([w], lr=0.1, weight_decay=0.1)
    for _ in range(2):
        (w * w).sum().backward()
        optimizer.step()
    assert w.array is memory
    assert not np.array_equal(memory, [1, 2])
    kept = itertools.chain.from_iterable(state.values() for state in optimizer.state.values())
    assert {value.dtype for value in kept if isinstance(value, np.ndarray)} <= {np.dtype(np.float32)}


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_gradients_are_not_changed(name: str, settings: dict[str, Any]) -> None:
    w = engine.tensor([1.0, 2.0], requires_grad=True)
    w.grad = engine.tensor([3.0, 4.0])
    optimizer = getattr(optim, name)([w], **settings)
    for _ in range(3):
        optimizer.step()
    assert w.grad.tolist() == [3.0, 4.0]


def test_adam_moves_by_lr_whatever_the_scale() -> None:
    def first_step(scale: float) -> Tensor:
        w = engine.tensor([1.0], dtype="float64", requires_grad=True)
        optimizer = optim.Adam([w], lr=0.25, eps=0.0)
        (w * scale).sum().backward()
        optimizer.step()
        return w

    for scale in (1e-6, 1.0, 1e6):
        assert math.isclose(first_step(scale).item(), 0.75, rel_tol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("name", "settings"),
    [("SGD", {"lr": 0.1}), ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}), ("Adam", {}), ("AdamW", {})],
)
def test_large_and_small_parameters_move_as_in_the_reference(name: str, settings: dict[str, Any], dtype: str) -> None:
    """Parameters that are cut into pieces beside some of one number: no number is forgotten or moved twice."""
    results = []
    for kernels in KERNEL_SETS:
        rng = np.random.default_rng(0)
        shapes: list[tuple[int, ...]] = [(20_001,), (), (3, 5), (8192,), (1,)]
        parameters = [engine.tensor(rng.standard_normal(s), dtype=dtype, requires_grad=True) for s in shapes]
        optimizer = getattr(optim, name)(parameters, **settings)
        with engine.use_kernels(kernels):
            for _ in range(2):
                for parameter in parameters:
                    parameter.grad = engine.tensor(rng.standard_normal(parameter.shape), dtype=dtype)
                optimizer.step()
        results.append([parameter.array for parameter in parameters])
    for ours, expected in zip(*results, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-5 if dtype == "float32" else 1e-12, atol=1e-7)


def test_state_in_another_order_is_taken_over() -> None:
    def learner() -> tuple[Tensor, Any]:
        w = engine.tensor(np.arange(6.0).reshape(2, 3), requires_grad=True)
        return w, optim.Adam([w], lr=0.1)

    (w, optimizer), (again, other) = learner(), learner()
    for parameter, learning in ((w, optimizer), (again, other)):
        (parameter * parameter).sum().backward()
        learning.step()
    state = optimizer.state_dict()
    state["state"][0] = {
        k: np.asfortranarray(v) if isinstance(v, np.ndarray) else v for k, v in state["state"][0].items()
    }
    other.load_state_dict(state)
    for learning in (optimizer, other):
        learning.step()
    np.testing.assert_array_equal(w.array, again.array)


@pytest.mark.parametrize(
    ("kept", "got"),
    [
        (np.zeros((3, 2)).T, "in another order"),
        (np.zeros(4), "got 4 float64"),
        (np.zeros((2, 3), np.float32), "float32"),
    ],
)
def test_state_that_does_not_fit_is_refused_before_anything_is_written(kept: Array, got: str) -> None:
    w = engine.tensor(np.ones((2, 3)), requires_grad=True)
    optimizer = optim.Adam([w])
    (w * w).sum().backward()
    optimizer.step()
    optimizer.state[0]["exp_avg"] = kept
    before = w.array.copy()
    with pytest.raises(ShapeError, match=f"update: expected arrays of 6 float64.*{got}"):
        optimizer.step()
    np.testing.assert_array_equal(w.array, before)


def test_a_gradient_of_another_shape_is_refused() -> None:
    w = engine.tensor(np.ones((2, 3)), requires_grad=True)
    w.grad = engine.tensor(np.ones(6))
    with pytest.raises(ShapeError, match=r"SGD.step: expected a gradient \(2, 3\), as its parameter, got shape \(6,\)"):
        optim.SGD([w], lr=0.1).step()
