"""Normalisation: what its results must fulfil, running statistics, and numbers far from 0."""

from typing import Any

import numpy as np
import pytest

import engine
from engine.errors import GraphError
from engine.kernels import KERNEL_SETS

ROUNDS = 5


def draw(seed: int, *shape: int) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize("kernels", KERNEL_SETS)
def test_what_belongs_together_gets_mean_0_and_variance_1(kernels: str) -> None:
    x = engine.tensor(draw(0, 3, 4, 5, 2) * 7 + 3)
    with engine.use_kernels(kernels):
        batch = engine.batch_norm(x, None, None, training=True, eps=1e-12).array.transpose(1, 0, 2, 3).reshape(4, -1)
        layer = engine.layer_norm(x, (5, 2), eps=0).array.reshape(12, -1)
        group = engine.group_norm(x, 2, eps=0).array.reshape(6, -1)
    for rows in (batch, layer, group):
        np.testing.assert_allclose(rows.mean(axis=1), 0, atol=1e-12)
        np.testing.assert_allclose(rows.var(axis=1), 1, atol=1e-9)


def test_groups_of_one_channel_or_of_all_are_instance_and_layer_norm() -> None:
    x = engine.tensor(draw(1, 2, 4, 3, 3))
    np.testing.assert_allclose(engine.group_norm(x, 1).array, engine.layer_norm(x, (4, 3, 3)).array, rtol=1e-12)
    np.testing.assert_allclose(engine.group_norm(x, 4).array, engine.layer_norm(x, (3, 3)).array, rtol=1e-12)


@pytest.mark.parametrize("kernels", KERNEL_SETS)
def test_a_large_mean_costs_no_digits(kernels: str) -> None:
    """In float32, mean(x^2) - mean(x)^2 of numbers near 4096 would be noise."""
    x = (4096 + np.random.default_rng(0).integers(0, 2, (64, 2, 4))).astype(np.float32)
    exact = x.astype(np.float64)
    expected = (exact - exact.mean((0, 2), keepdims=True)) / exact.std((0, 2), keepdims=True)
    with engine.use_kernels(kernels):
        got = engine.batch_norm(engine.tensor(x), None, None, training=True, eps=1e-12)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got.array, expected, rtol=1e-6)


@pytest.mark.parametrize("kernels", KERNEL_SETS)
def test_running_statistics_by_the_definition(kernels: str) -> None:
    mean, var = engine.tensor(np.zeros(3)), engine.tensor(np.ones(3))
    expected_mean, expected_var = np.zeros(3), np.ones(3)
    with engine.use_kernels(kernels):
        for step in range(ROUNDS):
            x = draw(step, 4, 3, 2)
            engine.batch_norm(engine.tensor(x), mean, var, training=True, momentum=0.3)
            expected_mean = 0.7 * expected_mean + 0.3 * x.mean((0, 2))
            expected_var = 0.7 * expected_var + 0.3 * x.var((0, 2), ddof=1)
        before = mean.tolist(), var.tolist()
        out = engine.batch_norm(engine.tensor(x), mean, var, eps=0.5)
    np.testing.assert_allclose(mean.array, expected_mean, rtol=1e-12)
    np.testing.assert_allclose(var.array, expected_var, rtol=1e-12)
    assert (mean.tolist(), var.tolist()) == before, "evaluation changes nothing"
    scale = np.sqrt(expected_var + 0.5)[:, None]
    np.testing.assert_allclose(out.array, (x - expected_mean[:, None]) / scale, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_running_statistics_equal_pytorchs(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    start = np.zeros(3, dtype), np.ones(3, dtype)
    ours, theirs = tuple(engine.tensor(a) for a in start), tuple(torch.tensor(a) for a in start)
    for step in range(ROUNDS):
        x = draw(step, 4, 3, 2, 2).astype(dtype)
        engine.batch_norm(engine.tensor(x), ours[0], ours[1], training=True, momentum=0.2)
        torch.nn.functional.batch_norm(torch.tensor(x), *theirs, training=True, momentum=0.2)
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a.array, b.numpy(), rtol=1e-12 if dtype == "float64" else 1e-6)


def test_a_later_batch_does_not_disturb_the_backward_pass_of_an_evaluation() -> None:
    mean, var = engine.tensor(np.zeros(2)), engine.tensor(np.ones(2))
    x = engine.tensor(draw(0, 3, 2), requires_grad=True)
    out = engine.batch_norm(x, mean, var, eps=0.0)
    engine.batch_norm(x.detach(), mean, var, training=True)
    out.sum().backward()
    assert x.grad.tolist() == [[1.0, 1.0]] * 3


def test_running_statistics_are_known_to_have_changed() -> None:
    mean, var = engine.tensor(np.ones(2)), engine.tensor(np.ones(2))
    weight = engine.tensor(np.ones(2), requires_grad=True)
    out = (weight * mean).sum()
    engine.batch_norm(engine.tensor(draw(0, 3, 2)), mean, var, training=True)
    with pytest.raises(GraphError, match="changed in place since"):
        out.backward()


@pytest.mark.parametrize("kernels", KERNEL_SETS)
def test_equal_numbers_without_eps_are_nan_and_no_exception(kernels: str) -> None:
    with engine.use_kernels(kernels):
        x = engine.tensor(np.ones((2, 3)), requires_grad=True)
        out = engine.layer_norm(x, 3, eps=0.0)
        out.sum().backward()
        assert np.isnan(out.array).all()
        assert np.isnan(x.grad.array).all()


@pytest.mark.parametrize("kernels", KERNEL_SETS)
def test_nan_spoils_its_own_row_and_no_other(kernels: str) -> None:
    values = draw(0, 2, 3)
    values[0, 1] = np.nan
    with engine.use_kernels(kernels):
        assert np.isnan(engine.layer_norm(engine.tensor(values), 3).array).all(axis=1).tolist() == [True, False]


def test_local_response_norm_by_the_formula_of_the_paper() -> None:
    """AlexNet's n = 5, alpha = 1e-4, beta = 0.75, k = 2; alpha is not divided by n there."""
    x = draw(0, 2, 7, 3, 2) * 50
    expected = np.empty_like(x)
    for i in range(7):
        near = x[:, max(0, i - 2) : min(6, i + 2) + 1]
        expected[:, i] = x[:, i] / (2 + 1e-4 * (near**2).sum(axis=1)) ** 0.75
    got = engine.local_response_norm(engine.tensor(x), size=5, alpha=5e-4, beta=0.75, k=2.0)
    np.testing.assert_allclose(got.array, expected, rtol=1e-12)


@pytest.mark.parametrize("kernels", KERNEL_SETS)
def test_no_strength_at_all_is_nan_and_no_exception(kernels: str) -> None:
    with engine.use_kernels(kernels):
        x = engine.tensor(np.zeros((1, 2, 1)), requires_grad=True)
        out = engine.local_response_norm(x, 2, k=0.0)
        out.sum().backward()
        assert np.isnan(out.array).all()
        assert np.isnan(x.grad.array).all()
