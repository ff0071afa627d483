"""Clipping of gradients."""

import math
import re
from typing import Any

import numpy as np
import pytest

import engine
from engine import nn
from engine.errors import GraphError, ParameterError
from engine.tensor import Tensor

VALUES = ([3.0, -4.0], [[12.0]])


def with_gradients(*gradients: Any) -> list[Tensor]:
    tensors = [engine.tensor(np.zeros_like(np.array(g)), requires_grad=True) for g in gradients]
    for tensor, gradient in zip(tensors, gradients, strict=True):
        tensor.grad = engine.tensor(np.array(gradient))
    return tensors


@pytest.mark.parametrize(("norm_type", "norm"), [(2.0, 13.0), (1.0, 19.0), (math.inf, 12.0)])
def test_norm(norm_type: float, norm: float) -> None:
    tensors = with_gradients(*VALUES)
    tensors.append(engine.tensor([1.0], requires_grad=True))  # has no gradient
    total = nn.utils.clip_grad_norm_(tensors, 1.0, norm_type)
    assert total.item() == norm
    for tensor, gradient in zip(tensors, VALUES, strict=False):
        np.testing.assert_allclose(tensor.grad.array, np.array(gradient) / (norm + 1e-6), rtol=1e-15)
    assert tensors[-1].grad is None


def test_small_gradients_stay() -> None:
    tensors = with_gradients(*VALUES)
    nn.utils.clip_grad_norm_((tensor for tensor in tensors), 14.0)
    assert [tensor.grad.tolist() for tensor in tensors] == list(VALUES)


def test_nothing_to_clip() -> None:
    assert nn.utils.clip_grad_norm_(engine.tensor([1.0], requires_grad=True), 1.0).item() == 0


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_norm_that_is_not_finite(bad: float) -> None:
    (tensor,) = with_gradients([bad, 1.0])
    with pytest.raises(GraphError, match=f"clip_grad_norm_: expected gradients with a finite norm, got {bad}"):
        nn.utils.clip_grad_norm_(tensor, 1.0, error_if_nonfinite=True)
    assert tensor.grad.array[1] == 1
    with np.errstate(invalid="ignore"):
        nn.utils.clip_grad_norm_(tensor, 1.0)
    np.testing.assert_array_equal(tensor.grad.array, [math.nan, math.nan if math.isnan(bad) else 0.0])


def test_value() -> None:
    tensors = with_gradients(*VALUES)
    nn.utils.clip_grad_value_(tensors, 3.5)
    assert [tensor.grad.tolist() for tensor in tensors] == [[3.0, -3.5], [[3.5]]]


def test_bad_settings() -> None:
    for call, says in (
        (lambda: nn.utils.clip_grad_norm_([], 1.0, 0), "clip_grad_norm_: expected norm_type > 0, got 0"),
        (lambda: nn.utils.clip_grad_value_([], -1.0), "clip_grad_value_: expected clip_value >= 0, got -1.0"),
    ):
        with pytest.raises(ParameterError, match=re.escape(says)):
            call()


def test_equal_to_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    for norm_type, max_norm in ((2.0, 0.5), (2.0, 50.0), (1.0, 3.0), (3.0, 1.0), (math.inf, 0.1)):
        gradients = [rng.standard_normal((3, 2)), rng.standard_normal(4)]
        ours, theirs = with_gradients(*gradients), [torch.zeros(g.shape, dtype=torch.float64) for g in gradients]
        for tensor, gradient in zip(theirs, gradients, strict=True):
            tensor.grad = torch.tensor(gradient)
        total = nn.utils.clip_grad_norm_(ours, max_norm, norm_type)
        assert total.item() == pytest.approx(
            torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type).item(), rel=1e-14
        )
        for mine, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(mine.grad.array, other.grad.numpy(), rtol=1e-13)
