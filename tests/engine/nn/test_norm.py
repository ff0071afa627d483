"""Normalisation layers: state, modes, and PyTorch's layers."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import engine
from engine import nn
from engine.errors import ParameterError, ShapeError

Make = Callable[[Any], Any]

# Built from the engine's nn, or from PyTorch's.
LAYERS: list[tuple[Make, tuple[int, ...]]] = [
    (lambda nn: nn.BatchNorm1d(3), (4, 3)),
    (lambda nn: nn.BatchNorm1d(3, eps=0.1, momentum=None), (4, 3, 2)),
    (lambda nn: nn.BatchNorm2d(3, momentum=0.5, affine=False), (4, 3, 2, 2)),
    (lambda nn: nn.BatchNorm2d(3, track_running_stats=False, bias=False), (4, 3, 2, 2)),
    (lambda nn: nn.LayerNorm(5), (2, 5)),
    (lambda nn: nn.LayerNorm((2, 5), eps=0.1, bias=False), (3, 2, 5)),
    (lambda nn: nn.LayerNorm((5,), elementwise_affine=False), (3, 5)),
    (lambda nn: nn.GroupNorm(2, 4), (3, 4, 2)),
    (lambda nn: nn.GroupNorm(4, 4, eps=0.1, affine=False), (3, 4, 2, 2)),
    (lambda nn: nn.GroupNorm(1, 4, bias=False), (3, 4)),
    (lambda nn: nn.LocalResponseNorm(3), (2, 5, 2)),
    (lambda nn: nn.LocalResponseNorm(2, alpha=0.5, beta=1.0, k=2.0), (2, 5, 2, 2)),
]


@pytest.mark.parametrize(("make", "shape"), LAYERS)
def test_layer_equals_pytorchs(make: Make, shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    ours, theirs = make(nn), make(torch.nn)
    assert repr(ours) == repr(theirs)
    generator = np.random.default_rng(0)
    for step in range(6):
        if step == 4:
            ours.eval()
            theirs.eval()
        x = generator.standard_normal(shape).astype(np.float32)
        got, expected = ours(engine.tensor(x)), theirs(torch.tensor(x))
        np.testing.assert_allclose(got.array, expected.detach().numpy(), rtol=1e-5, atol=1e-6)
    state, expected_state = ours.state_dict(), theirs.state_dict()
    assert list(state) == list(expected_state)
    for name, value in expected_state.items():
        assert state[name].dtype == value.numpy().dtype
        np.testing.assert_allclose(state[name].array, value.numpy(), rtol=1e-5, atol=1e-7)


def test_names_and_start_of_the_state() -> None:
    state = nn.BatchNorm2d(2).state_dict()
    assert {name: tensor.tolist() for name, tensor in state.items()} == {
        "weight": [1.0, 1.0],
        "bias": [0.0, 0.0],
        "running_mean": [0.0, 0.0],
        "running_var": [1.0, 1.0],
        "num_batches_tracked": 0,
    }
    assert state["num_batches_tracked"].dtype == np.int64
    assert list(nn.BatchNorm1d(2, affine=False, track_running_stats=False).state_dict()) == []


def test_the_average_of_all_batches_without_momentum() -> None:
    layer = nn.BatchNorm1d(1, momentum=None)
    for value in (1.0, 2.0, 6.0):
        layer(engine.tensor([[value - 1], [value + 1]]))
    assert layer.running_mean is not None
    assert layer.num_batches_tracked is not None
    assert layer.running_mean.item() == pytest.approx(3.0)
    assert layer.num_batches_tracked.item() == 3


def test_evaluation_depends_on_no_other_example() -> None:
    layer = nn.BatchNorm2d(2)
    x = engine.tensor(np.random.default_rng(0).standard_normal((3, 2, 2, 2)), dtype="float32")
    layer(x)
    layer.eval()
    before = {name: tensor.tolist() for name, tensor in layer.state_dict().items()}
    alone = layer(engine.tensor(x.array[:1]))
    assert alone.tolist() == layer(x).array[:1].tolist()
    assert {name: tensor.tolist() for name, tensor in layer.state_dict().items()} == before


def test_gradients_reach_weight_and_bias_and_training_lowers_a_loss() -> None:
    engine.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))
    x = engine.tensor(np.random.default_rng(0).standard_normal((32, 2)), dtype="float32")
    y = engine.tensor((x.array[:, 0] * x.array[:, 1] > 0).astype(np.int64))
    optimizer = engine.optim.SGD(net.parameters(), lr=0.5)
    losses = []
    for _ in range(50):
        optimizer.zero_grad()
        loss = nn.CrossEntropyLoss()(net(x), y)
        loss.backward()
        assert all(parameter.grad is not None for parameter in net.parameters())
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]


def test_reset() -> None:
    layer = nn.BatchNorm1d(2)
    start = {name: tensor.tolist() for name, tensor in layer.state_dict().items()}
    layer(engine.tensor([[1.0, 2.0], [3.0, 5.0]]))
    assert layer.weight is not None
    layer.weight.detach().fill_(3)
    layer.reset_parameters()
    assert {name: tensor.tolist() for name, tensor in layer.state_dict().items()} == start


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: nn.BatchNorm1d(0), ParameterError, "BatchNorm1d: expected num_features of at least 1, got 0"),
        (lambda: nn.GroupNorm(3, 4), ParameterError, "GroupNorm: expected num_groups that divides 4 channels, got 3"),
        (
            lambda: nn.BatchNorm2d(2)(engine.tensor([[1.0, 2.0]])),
            ShapeError,
            "BatchNorm2d: expected input (N, C, H, W)",
        ),
        (lambda: nn.BatchNorm1d(2)(engine.tensor([1.0, 2.0])), ShapeError, "BatchNorm1d: expected input (N, C) or"),
        (lambda: nn.BatchNorm1d(2)(engine.tensor([[1.0, 2.0]])), ShapeError, "more than one value for each channel"),
    ],
)
def test_bad_settings(make: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        make()
