"""Activation layers: the same as the functions, and PyTorch's names, defaults and print."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from engine import nn
from engine.errors import DTypeError, ParameterError

# Any, because a checker would not let it pass.
EXACT: Any = "exact"

LAYERS: dict[str, tuple[nn.Module, Callable[[engine.Tensor], engine.Tensor]]] = {
    "ReLU()": (nn.ReLU(), F.relu),
    "ReLU(inplace=True)": (nn.ReLU(inplace=True), F.relu),
    "LeakyReLU()": (nn.LeakyReLU(), F.leaky_relu),
    "LeakyReLU(0.2, True)": (nn.LeakyReLU(0.2, True), lambda x: F.leaky_relu(x, 0.2)),
    "GELU()": (nn.GELU(), F.gelu),
    "GELU(approximate='tanh')": (nn.GELU(approximate="tanh"), lambda x: F.gelu(x, approximate="tanh")),
    "Sigmoid()": (nn.Sigmoid(), F.sigmoid),
    "Tanh()": (nn.Tanh(), F.tanh),
    "Softplus()": (nn.Softplus(), F.softplus),
    "Softplus(2, 3)": (nn.Softplus(2, 3), lambda x: F.softplus(x, beta=2, threshold=3)),
    "Softmax(1)": (nn.Softmax(1), lambda x: F.softmax(x, 1)),
    "LogSoftmax(dim=0)": (nn.LogSoftmax(dim=0), lambda x: F.log_softmax(x, 0)),
}


def inputs() -> Any:
    return np.random.default_rng(0).standard_normal((3, 4)) * 3


@pytest.mark.parametrize("call", LAYERS)
def test_layer_equals_its_function(call: str) -> None:
    layer, function = LAYERS[call]
    x = engine.tensor(inputs())
    assert layer(x).tolist() == function(x).tolist()
    assert layer.state_dict() == {}


@pytest.mark.parametrize("call", LAYERS)
def test_layer_equals_pytorchs_and_prints_alike(call: str) -> None:
    torch = pytest.importorskip("torch")
    layer, theirs = LAYERS[call][0], eval(f"nn.{call}", {"nn": torch.nn})
    assert repr(layer) == repr(theirs)
    attributes = [name for name in vars(layer) if name != "training"]
    assert {name: getattr(theirs, name) for name in attributes} == {name: getattr(layer, name) for name in attributes}
    x = inputs()
    np.testing.assert_allclose(layer(engine.tensor(x)).array, theirs(torch.tensor(x)).numpy(), atol=1e-12)


def test_lecuns_tanh() -> None:
    x = inputs()
    np.testing.assert_allclose(nn.ScaledTanh()(engine.tensor(x)).array, 1.7159 * np.tanh(2 * x / 3), rtol=1e-12)
    assert repr(nn.ScaledTanh()) == "ScaledTanh()"


def test_inplace_changes_nothing() -> None:
    x = engine.tensor([-1.0, 2.0], requires_grad=True)
    for layer in (nn.ReLU(inplace=True), nn.LeakyReLU(0.5, inplace=True)):
        layer(x).sum().backward()
    F.relu(x, inplace=True)
    F.leaky_relu(x, 0.5, inplace=True)
    assert x.tolist() == [-1.0, 2.0]
    assert x.grad.tolist() == [0.5, 2.0]


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: nn.GELU(EXACT), ParameterError, 'GELU: expected approximate "none" or "tanh", got \'exact\''),
        (lambda: nn.Softplus(beta=0), ParameterError, "Softplus: expected beta other than 0, got 0"),
        (lambda: nn.Softmax(2)(engine.tensor([1.0])), ParameterError, "softmax: expected dim within -1 … 0"),
        (lambda: nn.Sigmoid()(engine.tensor([1])), DTypeError, "sigmoid: expected float32 or float64"),
    ],
)
def test_bad_settings(make: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        make()
