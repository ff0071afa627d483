"""The last layer of 1998 and its loss."""

import re
from typing import Any

import numpy as np
import pytest

import engine
from engine import nn
from engine.errors import ParameterError, ShapeError


def test_pictures_become_codes() -> None:
    pictures = np.sign(np.random.default_rng(0).standard_normal((10, 7, 12))).astype(np.float32)
    layer = nn.RBF(84, 10, engine.tensor(pictures))
    assert layer.weight.tolist() == pictures.reshape(10, 84).tolist()
    penalties = layer(engine.tensor(pictures.reshape(10, 84)))
    # Where two codes differ they are 2 apart.
    assert penalties.tolist() == (4 * (pictures[:, None] != pictures).sum((2, 3))).tolist()


def test_codes_are_state_but_not_learnt_and_drawn_by_the_seed() -> None:
    def codes(seed: int) -> Any:
        engine.manual_seed(seed)
        return nn.RBF(84, 10).weight.array

    assert set(np.unique(codes(0))) == {-1.0, 1.0}
    assert abs(codes(0).mean()) < 0.1
    np.testing.assert_array_equal(codes(0), codes(0))
    assert (codes(0) != codes(1)).any()
    layer = nn.RBF(4, 3)
    assert list(layer.parameters()) == []
    assert [(name, tensor.shape) for name, tensor in layer.state_dict().items()] == [("weight", (3, 4))]
    assert repr(layer) == "RBF(in_features=4, num_classes=3)"


def test_the_loss_pulls_the_right_penalty_down_and_pushes_the_others_up() -> None:
    y = engine.tensor([[2.0, 0.5, 1.0]], requires_grad=True)
    nn.RBFLoss(j=0.1)(y, engine.tensor([0])).backward()
    assert (y.grad.array > 0).tolist() == [[True, False, False]]
    assert repr(nn.RBFLoss()) == "RBFLoss(j=0.1)"


def test_a_network_learns_to_hit_its_codes() -> None:
    engine.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.RBF(8, 3))
    x = engine.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]])
    y = engine.tensor([0, 1, 2])
    optimizer = engine.optim.SGD(net.parameters(), lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        nn.RBFLoss()(net(x), y).backward()
        optimizer.step()
    assert net(x).array.argmin(axis=1).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: nn.RBF(0, 1), ParameterError, "RBF: expected sizes of at least 1, got in_features=0, num_classes=1"),
        (
            lambda: nn.RBF(3, 2, engine.tensor([[1.0, 1.0], [1.0, 1.0]])),
            ShapeError,
            "RBF: expected weight with 3 entries for each of 2 classes, got shape (2, 2)",
        ),
    ],
)
def test_bad_settings(make: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        make()
