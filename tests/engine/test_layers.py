"""Modules: parameters by name, state_dict, PyTorch's initial ranges, the course's parameter counts, SGD."""

import re
from typing import Any

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from engine import nn
from engine.errors import DTypeError, ParameterError, ShapeError, StateError
from engine.models import LeNet
from engine.optim import SGD

# Any, because a checker would not let it pass for a module.
FUNCTION: Any = F.relu


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_parameter_counts_of_the_course() -> None:
    assert count(nn.Conv2d(3, 6, 5)) == 456
    assert count(LeNet()) == 62_006
    assert count(nn.Linear(400, 25)) == 10_025


def test_names_are_pytorchs() -> None:
    names = [name for name, _ in LeNet().named_parameters()]
    assert names[:4] == ["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias"]
    nested = nn.Sequential(nn.Sequential(nn.Conv2d(1, 2, 3)), nn.Linear(2, 2, bias=False))
    assert list(nested.state_dict()) == ["0.0.weight", "0.0.bias", "1.weight"]


def test_a_shared_parameter_counts_once() -> None:
    layer = nn.Linear(2, 2)
    assert count(nn.Sequential(layer, layer)) == 6


@pytest.mark.parametrize("make", [lambda: nn.Linear(100, 400), lambda: nn.Conv2d(4, 40, 5)])
def test_initial_weights_fill_pytorchs_range(make: Any) -> None:
    engine.manual_seed(3)
    for parameter in make().parameters():
        bound = 0.1
        assert np.abs(parameter.array).max() <= bound
        assert np.abs(parameter.array).max() > 0.8 * bound
        assert abs(parameter.array.mean()) < 0.3 * bound


def test_seed_decides_weights() -> None:
    def weights(seed: int) -> Any:
        engine.manual_seed(seed)
        return nn.Linear(3, 3).weight.tolist()

    assert weights(1) == weights(1) != weights(2)


def test_sequential_and_layers_equal_the_functions() -> None:
    x = engine.tensor(np.random.default_rng(0).standard_normal((2, 1, 8, 8)), dtype="float32")
    conv = nn.Conv2d(1, 3, (3, 2), stride=(1, 2), padding=1)
    net = nn.Sequential(conv, nn.ReLU(), nn.MaxPool2d(2), nn.AvgPool2d((1, 2)), nn.Tanh(), nn.Flatten())
    out = F.relu(F.conv2d(x, conv.weight, conv.bias, (1, 2), 1))
    out = F.tanh(F.avg_pool2d(F.max_pool2d(out, 2), (1, 2)))
    assert net(x).tolist() == out.reshape(2, -1).tolist()
    assert len(net) == 6
    assert net[0] is conv


def test_print_shows_the_layers() -> None:
    text = repr(nn.Sequential(nn.Conv2d(1, 6, 5, padding=2, bias=False), nn.MaxPool2d(2)))
    assert "(0): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2), bias=False)" in text
    assert "(1): MaxPool2d(kernel_size=(2, 2), stride=(2, 2))" in text


def test_train_and_eval_reach_all_modules() -> None:
    net = nn.Sequential(nn.Sequential(nn.ReLU()))
    net.eval()
    assert [module.training for _, module in net.named_modules()] == [False] * 3
    net.train()
    assert all(module.training for _, module in net.named_modules())


def test_state_dict_round_trip_and_refusals_that_change_nothing() -> None:
    source, target = nn.Linear(2, 3), nn.Linear(2, 3)
    target.load_state_dict(source.state_dict())
    assert target.weight.tolist() == source.weight.tolist()
    before = target.weight.tolist()
    good = {name: tensor.array for name, tensor in source.state_dict().items()}
    for bad, error, says in (
        ({"weight": good["weight"]}, StateError, "missing: bias"),
        (good | {"extra": good["bias"]}, StateError, "unknown: extra"),
        (good | {"weight": np.zeros((3, 3), np.float32)}, ShapeError, "expected weight (3, 2), got shape (3, 3)"),
        ({"weight": good["weight"] + 1, "bias": np.zeros(3)}, DTypeError, "expected bias float32, got float64"),
    ):
        with pytest.raises(error, match=re.escape(says)):
            target.load_state_dict(bad)
    assert target.weight.tolist() == before


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: nn.Linear(0, 1), ParameterError, "Linear: expected sizes of at least 1, got in_features=0"),
        (lambda: nn.Conv2d(1, 0, 3), ParameterError, "Conv2d: expected at least 1 channel"),
        (lambda: nn.Conv2d(1, 1, 0), ParameterError, "Conv2d: expected kernel_size as a whole number >= 1"),
        (lambda: nn.MaxPool2d(2, stride=(1, 2, 3)), ParameterError, "MaxPool2d: expected stride"),
        (lambda: nn.Sequential(FUNCTION), DTypeError, "Sequential: expected modules, got Op at position 0"),
        (lambda: nn.Module()(1), NotImplementedError, "Module does not define forward"),
        (lambda: nn.Linear(3, 2)(engine.tensor([[1.0]])), ShapeError, "linear: expected input (…, 3)"),
        (lambda: SGD([], lr=0.1), ParameterError, "SGD: expected at least one parameter"),
        (lambda: SGD(nn.Linear(1, 1).parameters(), lr=0), ParameterError, "SGD: expected lr > 0, got 0"),
        (lambda: SGD(nn.Linear(1, 1).parameters(), lr=1, momentum=1), ParameterError, "SGD: expected momentum"),
    ],
)
def test_bad_settings(make: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        make()


def test_sgd_follows_the_closed_form() -> None:
    """With loss w^2 / 2 the gradient is w, so v and w follow v = 0.9 v + w, w = w - 0.1 v."""
    w = nn.Parameter(np.array([1.0, -2.0]))
    optimizer = SGD([w], lr=0.1, momentum=0.9)
    value, velocity = np.array([1.0, -2.0]), np.zeros(2)
    for _ in range(5):
        optimizer.zero_grad()
        (w * w / 2).sum().backward()
        optimizer.step()
        velocity = 0.9 * velocity + value
        value = value - 0.1 * velocity
    np.testing.assert_allclose(w.array, value, rtol=1e-12)


def test_sgd_leaves_parameters_without_gradient() -> None:
    w = nn.Parameter(np.array([1.0]))
    SGD([w], lr=1.0).step()
    assert w.tolist() == [1.0]


def test_zero_grad() -> None:
    layer = nn.Linear(2, 1)
    layer(engine.tensor([[1.0, 2.0]])).sum().backward()
    assert layer.bias is not None
    assert layer.bias.grad.tolist() == [1.0]
    layer.zero_grad()
    assert all(parameter.grad is None for parameter in layer.parameters())


def test_cross_entropy_loss_layer() -> None:
    logits, target = engine.tensor([[0.0, 0.0], [0.0, 0.0]]), engine.tensor([0, 1])
    assert nn.CrossEntropyLoss(reduction="sum")(logits, target).item() == pytest.approx(2 * np.log(2))
