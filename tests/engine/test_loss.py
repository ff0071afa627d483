"""Losses at the ends of what numbers can be, with nothing to count, and by the formulas they come from."""

from typing import Any

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from engine.kernels import KERNEL_SETS

INFINITY = float("inf")


def logits(*rows: list[float]) -> engine.Tensor:
    return engine.tensor(np.array(rows), requires_grad=True)


@pytest.mark.parametrize("kernels", KERNEL_SETS)
def test_cross_entropy_is_log_softmax_then_nll_loss(kernels: str) -> None:
    generator = np.random.default_rng(0)
    x, target = generator.standard_normal((3, 4, 2)), engine.tensor([[0, 1], [-100, 3], [2, 2]])
    weight = engine.tensor(generator.uniform(0.5, 2, 4))
    with engine.use_kernels(kernels):
        a, b = logits(*x), logits(*x)
        left = F.cross_entropy(a, target, weight)
        right = F.nll_loss(F.log_softmax(b, 1), target, weight)
        for loss in (left, right):
            loss.backward()
    assert left.item() == pytest.approx(right.item(), rel=1e-12)
    np.testing.assert_allclose(a.grad.array, b.grad.array, atol=1e-12)


@pytest.mark.parametrize("kernels", KERNEL_SETS)
def test_class_numbers_are_probabilities_of_1(kernels: str) -> None:
    x, numbers = logits([1.0, 2.0, -1.0], [0.0, -3.0, 4.0]), np.array([2, 0])
    one_hot = engine.tensor(np.eye(3)[numbers])
    for smoothing in (0.0, 0.2):
        with engine.use_kernels(kernels):
            a = F.cross_entropy(x, engine.tensor(numbers), label_smoothing=smoothing)
            b = F.cross_entropy(x, one_hot, label_smoothing=smoothing)
        assert a.item() == pytest.approx(b.item(), rel=1e-12)


@pytest.mark.parametrize("kernels", KERNEL_SETS)
@pytest.mark.parametrize("loss", [F.cross_entropy, F.nll_loss])
def test_nothing_to_count(loss: Any, kernels: str) -> None:
    with engine.use_kernels(kernels):
        x = logits([1.0, 2.0], [3.0, 4.0])
        ignored = engine.tensor([7, 7])
        mean = loss(x, ignored, ignore_index=7)
        assert np.isnan(mean.item())
        mean.backward()
        assert x.grad.tolist() == [[0.0, 0.0], [0.0, 0.0]]
        assert loss(x, ignored, ignore_index=7, reduction="sum").item() == 0.0
        assert loss(x, ignored, ignore_index=7, reduction="none").tolist() == [0.0, 0.0]


@pytest.mark.parametrize("loss", [F.cross_entropy, F.nll_loss])
def test_weights_of_zero_give_nan_as_in_pytorch(loss: Any) -> None:
    assert np.isnan(loss(logits([1.0, 2.0]), engine.tensor([0]), engine.tensor(np.array([0.0, 1.0]))).item())


@pytest.mark.parametrize("kernels", KERNEL_SETS)
def test_a_class_ruled_out_by_minus_infinity(kernels: str) -> None:
    with engine.use_kernels(kernels):
        for target in (engine.tensor([0]), engine.tensor(np.array([[1.0, 0.0, 0.0]]))):
            x = logits([0.0, -INFINITY, 0.0])
            loss = F.cross_entropy(x, target)
            loss.backward()
            assert loss.item() == pytest.approx(np.log(2))
            assert x.grad.tolist() == [[-0.5, 0.0, 0.5]]


@pytest.mark.parametrize("kernels", KERNEL_SETS)
def test_yes_and_no_of_extreme_logits(kernels: str) -> None:
    with engine.use_kernels(kernels):
        x = logits([1000.0, 1000.0, -1000.0, -1000.0])
        loss = F.binary_cross_entropy_with_logits(x, engine.tensor(np.array([[1.0, 0.0, 1.0, 0.0]])), reduction="none")
        loss.sum().backward()
        assert loss.tolist() == [[0.0, 1000.0, 1000.0, 0.0]]
        assert x.grad.tolist() == [[0.0, 1.0, -1.0, 0.0]]


def test_yes_or_no_is_a_choice_of_two() -> None:
    x, yes = np.array([0.3, -2.0, 4.0]), np.array([1, 0, 0])
    choice = F.cross_entropy(engine.tensor(np.stack([0 * x, x], axis=1)), engine.tensor(yes))
    answer = F.binary_cross_entropy_with_logits(engine.tensor(x), engine.tensor(yes.astype(float)))
    assert answer.item() == pytest.approx(choice.item(), rel=1e-12)


@pytest.mark.parametrize("kernels", KERNEL_SETS)
def test_absolute_error_at_its_kink_and_nan(kernels: str) -> None:
    """The gradient is 0 in both places, as PyTorch's is; the loss itself does not hide the NaN."""
    with engine.use_kernels(kernels):
        x = logits([1.0, np.nan, 3.0])
        loss = F.l1_loss(x, engine.tensor(np.array([[1.0, 1.0, 1.0]])), reduction="none")
        loss.sum().backward()
        assert np.isnan(loss.array).tolist() == [[False, True, False]]
        assert x.grad.tolist() == [[0.0, 0.0, 1.0]]


@pytest.mark.parametrize("kernels", KERNEL_SETS)
def test_rbf_loss_by_the_formula_and_of_large_penalties(kernels: str) -> None:
    y, target = np.array([[1.0, 5.0, 3.0], [2.0, 0.5, 7.0]]), np.array([0, 2])
    with engine.use_kernels(kernels):
        loss = F.rbf_loss(engine.tensor(y), engine.tensor(target), j=0.5)
        far = F.rbf_loss(logits([3000.0, 2000.0]), engine.tensor([0]))
    expected = y[[0, 1], target] + np.log(np.exp(-0.5) + np.exp(-y).sum(axis=1))
    assert loss.item() == pytest.approx(expected.mean(), rel=1e-12)
    # All classes are far away: the rubbish class of penalty 0.1 takes the logarithm.
    assert far.item() == pytest.approx(3000 - 0.1, rel=1e-12)


def test_rbf_near_a_centre_keeps_its_digits() -> None:
    """|x|^2 - 2 x w + |w|^2 would be 0 or noise here."""
    centre = np.full((1, 84), 100.0, np.float32)
    x = centre + np.float32(2**-10)
    assert F.rbf(engine.tensor(x), engine.tensor(centre)).item() == 84 * 2.0**-20
