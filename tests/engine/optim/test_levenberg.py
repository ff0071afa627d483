"""The diagonal of the Gauss-Newton matrix, against Jacobians and second differences, and the step made of it."""

import re
from typing import Any

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from engine import nn
from engine.arrays import Array
from engine.errors import GraphError, ParameterError, ShapeError
from engine.optim import DiagonalLevenbergMarquardt, cross_entropy_root, rbf_loss_root, squared_error_root
from engine.tensor import Tensor


def hessian_of_cross_entropy(output: Array) -> Array:
    p = np.exp(output) / np.exp(output).sum()
    return np.diag(p) - np.outer(p, p)


def network(conv: bool = False) -> nn.Sequential:
    engine.manual_seed(5)
    layers = [nn.Conv2d(1, 2, 2), nn.Tanh(), nn.Flatten(), nn.Linear(8, 3)]
    return nn.Sequential(*(layers if conv else [nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 3)])).double()


def examples(count: int, *shape: int) -> Tensor:
    return engine.tensor(np.random.default_rng(1).standard_normal((count, *shape)))


def curvatures(optimizer: DiagonalLevenbergMarquardt) -> list[Array]:
    return [kept["curvature"] for kept in optimizer.state.values()]


def jacobian(net: nn.Module, x: Tensor) -> tuple[Array, Array]:
    """Return the outputs (K,) for one example and their derivatives (K, parameters)."""
    rows = []
    for k in range(3):
        output = net(x)
        upstream = np.zeros((1, 3))
        upstream[0, k] = 1
        gradients = engine.grad(output, list(net.parameters()), engine.tensor(upstream))
        rows.append(np.concatenate([gradient.array.reshape(-1) for gradient in gradients]))
    return output.array[0], np.array(rows)


@pytest.mark.parametrize("conv", [False, True])
@pytest.mark.parametrize(
    ("root", "hessian"),
    [(cross_entropy_root, hessian_of_cross_entropy), (squared_error_root, lambda output: np.eye(3))],
)
def test_exact_diagonal_equals_that_of_the_whole_matrix(conv: bool, root: Any, hessian: Any) -> None:
    net, x = network(conv), examples(3, 1, 3, 3) if conv else examples(3, 4)
    optimizer = DiagonalLevenbergMarquardt(net.parameters())
    optimizer.estimate_curvature(net, [engine.tensor(x.array[:2]), engine.tensor(x.array[2:])], root, exact=True)
    total: Any = 0.0
    for i in range(3):
        output, j = jacobian(net, engine.tensor(x.array[i : i + 1]))
        total = total + np.diag(j.T @ hessian(output) @ j) / 3
    got = np.concatenate([curvature.reshape(-1) for curvature in curvatures(optimizer)])
    np.testing.assert_allclose(got, total, rtol=1e-12)


def test_it_is_the_second_derivative_where_outputs_are_linear_in_the_weights() -> None:
    net, x, target, step = nn.Linear(3, 3).double(), examples(5, 3), engine.tensor([0, 1, 2, 1, 0]), 1e-4
    optimizer = DiagonalLevenbergMarquardt(net.parameters())
    optimizer.estimate_curvature(net, [x], exact=True)

    def loss() -> float:
        return float(F.cross_entropy(net(x), target).array)

    for parameter, curvature in zip(net.parameters(), curvatures(optimizer), strict=True):
        for place in np.ndindex(parameter.shape):
            before, middle = parameter.array[place], loss()
            parameter.array[place] = before + step
            above = loss()
            parameter.array[place] = before - step
            second = (above - 2 * middle + loss()) / step**2
            parameter.array[place] = before
            assert curvature[place] == pytest.approx(second, rel=1e-5, abs=1e-6)


def test_estimate_is_unbiased() -> None:
    net, x = network(), examples(2, 4)
    exact, estimated = (DiagonalLevenbergMarquardt(net.parameters()) for _ in range(2))
    exact.estimate_curvature(net, [x], exact=True)
    engine.manual_seed(0)
    estimated.estimate_curvature(net, [x] * 500)
    for right, got in zip(curvatures(exact), curvatures(estimated), strict=True):
        np.testing.assert_allclose(got, right, rtol=0.2)


def test_roots_are_roots() -> None:
    output = np.array([1.0, -2.0, 0.5, 700.0])
    root = cross_entropy_root(output)
    np.testing.assert_allclose(root @ root.T, hessian_of_cross_entropy(output - 700), atol=1e-15)


@pytest.mark.parametrize("decay", [0.0, 0.5])
def test_step(decay: float) -> None:
    net, x = network(), examples(4, 4)
    optimizer = DiagonalLevenbergMarquardt(net.parameters(), lr=0.1, mu=0.02, weight_decay=decay)
    optimizer.estimate_curvature(net, [x], exact=True)
    F.cross_entropy(net(x), engine.tensor([0, 1, 2, 0])).backward()
    expected = [
        parameter.array - 0.1 / (0.02 + curvature) * (parameter.grad.array + decay * parameter.array)
        for parameter, curvature in zip(net.parameters(), curvatures(optimizer), strict=True)
    ]
    optimizer.step()
    for parameter, value in zip(net.parameters(), expected, strict=True):
        np.testing.assert_allclose(parameter.array, value, rtol=1e-14)


def test_it_learns_where_plain_descent_is_slow() -> None:
    """Inputs of very different scale: one learning rate is too small for one weight or too large for the other."""

    def final_loss(make: Any) -> float:
        engine.manual_seed(0)
        x = engine.tensor(np.random.default_rng(0).standard_normal((64, 2)) * [10.0, 0.1])
        target = engine.tensor(x.array @ [[0.3], [20.0]])
        net = nn.Linear(2, 1).double()
        optimizer = make(net.parameters())
        if isinstance(optimizer, DiagonalLevenbergMarquardt):
            optimizer.estimate_curvature(net, [x], squared_error_root)
        for _ in range(30):
            optimizer.zero_grad()
            error = net(x) - target
            loss = (error * error).sum() / (2 * len(x))
            loss.backward()
            optimizer.step()
        return float(loss.array)

    plain = min(final_loss(lambda p, lr=lr: engine.optim.SGD(p, lr=lr)) for lr in (0.001, 0.01, 0.015))
    assert final_loss(lambda p: DiagonalLevenbergMarquardt(p, lr=0.5, mu=1e-4)) < 0.001 * plain


def test_gradients_frozen_and_unused_parameters_are_left_alone() -> None:
    net, unused = network(), nn.Parameter(engine.tensor([1.0], dtype="float64"))
    net[0].requires_grad_(False)
    net[2].bias.grad = engine.tensor([1.0, 2.0, 3.0], dtype="float64")
    optimizer = DiagonalLevenbergMarquardt([*net.parameters(), unused])
    with engine.no_grad():
        optimizer.estimate_curvature(net, [examples(1, 4)])
    assert list(optimizer.state) == [2, 3, 4]
    assert optimizer.state[4]["curvature"].tolist() == [0.0]
    assert net[2].bias.grad.tolist() == [1.0, 2.0, 3.0]
    before = optimizer.state[2]["curvature"]
    optimizer.estimate_curvature(net, [examples(3, 4)])
    assert not np.array_equal(before, optimizer.state[2]["curvature"])


def test_bad_calls() -> None:
    net, x = network(), examples(1, 4)
    optimizer = DiagonalLevenbergMarquardt(net.parameters())
    net(x).sum().backward()
    with pytest.raises(
        ParameterError, match="expected an estimate of the curvature, got none; call estimate_curvature"
    ):
        optimizer.step()
    with pytest.raises(ShapeError, match="estimate_curvature: expected at least one example"):
        optimizer.estimate_curvature(net, [])
    with pytest.raises(ShapeError, match=re.escape("estimate_curvature: expected root (3, any), got shape (2, 2)")):
        optimizer.estimate_curvature(net, [x], lambda output: np.eye(2))
    with pytest.raises(GraphError):
        optimizer.estimate_curvature(lambda x: x, [x], squared_error_root)


@pytest.mark.parametrize("target", [0, 2])
@pytest.mark.parametrize("size", [0.2, 1.5], ids=["all alike fit", "nothing fits"])
def test_the_root_of_lenet5s_loss(target: int, size: float) -> None:
    """R R^T is the Hessian in the features, by differences of the gradient, whatever the target."""
    rng = np.random.default_rng(3)
    codes, x = size * rng.standard_normal((3, 4)), size * rng.standard_normal((1, 4))

    def gradient(at: Array) -> Array:
        features = engine.tensor(at, requires_grad=True)
        F.rbf_loss(engine.rbf(features, engine.tensor(codes)), engine.tensor([target])).backward()
        assert features.grad is not None
        found: Array = features.grad.array[0]
        return found

    h = 1e-5
    hessian = np.array([(gradient(x + h * e) - gradient(x - h * e)) / (2 * h) for e in np.eye(4)])
    root = rbf_loss_root(x[0], codes)
    np.testing.assert_allclose(root @ root.T, hessian, atol=1e-7)
