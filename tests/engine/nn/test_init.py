"""Initialisation: bounds and spreads in closed form, fans as PyTorch counts them."""

import math
import re
from typing import Any

import numpy as np
import pytest

import engine
from engine import nn
from engine.errors import DTypeError, GraphError, ParameterError, ShapeError
from engine.nn import init
from engine.tensor import Tensor

LARGE = (200, 25, 3, 4)  # fan-in 25 * 12 = 300, fan-out 200 * 12 = 2400
FAN_IN, FAN_OUT = 300, 2400


def weight(*shape: int) -> Tensor:
    return engine.tensor(np.full(shape, np.nan), dtype="float64", requires_grad=True)


UNIFORM: dict[str, tuple[Any, float]] = {
    "uniform": (lambda t: init.uniform_(t, -0.3, 0.3), 0.3),
    "xavier": (init.xavier_uniform_, math.sqrt(6 / (FAN_IN + FAN_OUT))),
    "xavier gain": (lambda t: init.xavier_uniform_(t, 5 / 3), 5 / 3 * math.sqrt(6 / (FAN_IN + FAN_OUT))),
    "kaiming": (init.kaiming_uniform_, math.sqrt(6 / FAN_IN)),
    "kaiming relu": (lambda t: init.kaiming_uniform_(t, nonlinearity="relu"), math.sqrt(6 / FAN_IN)),
    "kaiming leaky": (lambda t: init.kaiming_uniform_(t, 0.5), math.sqrt(6 / 1.25 / FAN_IN)),
    "kaiming out": (lambda t: init.kaiming_uniform_(t, mode="fan_out"), math.sqrt(6 / FAN_OUT)),
    "kaiming tanh": (lambda t: init.kaiming_uniform_(t, nonlinearity="tanh"), 5 / 3 * math.sqrt(3 / FAN_IN)),
    "fan in": (lambda t: init.fan_in_uniform_(t, FAN_IN), 1 / math.sqrt(FAN_IN)),
    "fan in is kaiming of sqrt 5": (lambda t: init.kaiming_uniform_(t, math.sqrt(5)), 1 / math.sqrt(FAN_IN)),
    "lecun": (init.lecun_uniform_, math.sqrt(3 / FAN_IN)),
    "lecun fan": (lambda t: init.lecun_uniform_(t, 60), math.sqrt(3 / 60)),
}
NORMAL: dict[str, tuple[Any, float]] = {
    "normal": (lambda t: init.normal_(t, 0.0, 0.3), 0.3),
    "xavier": (init.xavier_normal_, math.sqrt(2 / (FAN_IN + FAN_OUT))),
    "xavier gain": (lambda t: init.xavier_normal_(t, 2.0), 2 * math.sqrt(2 / (FAN_IN + FAN_OUT))),
    "kaiming": (init.kaiming_normal_, math.sqrt(2 / FAN_IN)),
    "kaiming leaky": (lambda t: init.kaiming_normal_(t, 0.5), math.sqrt(2 / 1.25 / FAN_IN)),
    "kaiming out": (lambda t: init.kaiming_normal_(t, mode="fan_out", nonlinearity="linear"), math.sqrt(1 / FAN_OUT)),
}


@pytest.mark.parametrize("name", UNIFORM)
def test_uniform_fills_its_range(name: str) -> None:
    function, bound = UNIFORM[name]
    engine.manual_seed(1)
    values = weight(*LARGE)
    assert function(values) is values
    u = values.array / bound
    assert np.abs(u).max() <= 1
    assert np.abs(u).max() > 0.999
    assert abs(u.mean()) < 0.01
    assert u.std() == pytest.approx(1 / math.sqrt(3), rel=0.01)


@pytest.mark.parametrize("name", NORMAL)
def test_normal_has_its_spread(name: str) -> None:
    function, std = NORMAL[name]
    engine.manual_seed(1)
    values = weight(*LARGE)
    assert function(values) is values
    z = values.array / std
    assert abs(z.mean()) < 0.01
    assert z.std() == pytest.approx(1, rel=0.01)
    assert np.mean(np.abs(z) < 1) == pytest.approx(math.erf(math.sqrt(0.5)), abs=0.01)


def test_mean_of_normal() -> None:
    assert init.normal_(weight(50, 40), 3.0, 0.1).array.mean() == pytest.approx(3, abs=0.01)


@pytest.mark.parametrize("make", [lambda: nn.Linear(100, 400), lambda: nn.Conv2d(4, 40, 5)])
def test_layers_start_in_pytorchs_range(make: Any) -> None:
    engine.manual_seed(3)
    for parameter in make().parameters():
        bound = 0.1
        assert np.abs(parameter.array).max() <= np.float32(bound)
        assert np.abs(parameter.array).max() > 0.8 * bound
        assert abs(parameter.array.mean()) < 0.3 * bound


def test_seed_decides_weights() -> None:
    def weights(seed: int) -> Any:
        engine.manual_seed(seed)
        return nn.Linear(3, 3).weight.tolist()

    assert weights(1) == weights(1) != weights(2)


def test_constants() -> None:
    assert init.constant_(weight(2), 0.5).tolist() == [0.5, 0.5]
    assert init.ones_(weight(1)).tolist() == [1.0]
    assert init.zeros_(weight(1)).tolist() == [0.0]
    assert init.eye_(weight(2, 3)).tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    assert init.zeros_(engine.tensor([3])).tolist() == [0]


def test_fans_and_gains_equal_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    for shape in ((3, 4), (6, 2, 5), (8, 3, 5, 2)):
        expected = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
        assert init.fans("test", weight(*shape)) == expected
    for name in [*init.GAINS, "leaky_relu"]:
        assert init.calculate_gain(name) == torch.nn.init.calculate_gain(name)
    assert init.calculate_gain("leaky_relu", 0.3) == torch.nn.init.calculate_gain("leaky_relu", 0.3)


@pytest.mark.parametrize("function", [init.uniform_, init.normal_, init.ones_, init.kaiming_normal_])
def test_initialisation_is_in_place_unrecorded_and_seen_by_backward(function: Any) -> None:
    w = weight(2, 2)
    memory = w.array
    loss = (w * w).sum()
    function(w)
    assert w.array is memory
    assert (w.grad_fn, w.requires_grad) == (None, True)
    with pytest.raises(GraphError, match="changed in place"):
        loss.backward()


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: init.uniform_(weight(1), 1, 0), ParameterError, "uniform_: expected a <= b, got a=1, b=0"),
        (lambda: init.normal_(weight(1), 0, -1), ParameterError, "normal_: expected std >= 0, got -1"),
        (
            lambda: init.uniform_(engine.tensor([1])),
            DTypeError,
            "uniform_: expected a float32 or float64 tensor, got int64",
        ),
        (lambda: init.normal_(engine.tensor([1])), DTypeError, "normal_: expected a float32 or float64 tensor"),
        (lambda: init.eye_(weight(1, 1, 1)), ShapeError, "eye_: expected a matrix, got shape (1, 1, 1)"),
        (
            lambda: init.xavier_uniform_(weight(3)),
            ShapeError,
            "xavier_uniform_: expected a weight of at least two axes",
        ),
        (lambda: init.xavier_normal_(weight(3)), ShapeError, "xavier_normal_: expected a weight"),
        (lambda: init.lecun_uniform_(weight(3)), ShapeError, "lecun_uniform_: expected a weight"),
        (lambda: init.kaiming_uniform_(weight(3)), ShapeError, "kaiming_uniform_: expected a weight"),
        (lambda: init.calculate_gain("gelu"), ParameterError, "calculate_gain: expected nonlinearity as one of linear"),
    ],
)
def test_bad_calls(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        call()


def test_unknown_mode() -> None:
    mode: Any = "fan"
    with pytest.raises(ParameterError, match='kaiming_normal_: expected mode "fan_in" or "fan_out", got \'fan\''):
        init.kaiming_normal_(weight(2, 2), mode=mode)
