"""Layers: settings that cannot work, and the loss layer. Modules and containers: tests/engine/nn/."""

import re
from typing import Any

import numpy as np
import pytest

import engine
from engine import nn
from engine.errors import ParameterError, ShapeError


def test_print_shows_the_layers() -> None:
    text = repr(nn.Sequential(nn.Conv2d(1, 6, 5, padding=2, bias=False), nn.MaxPool2d(2)))
    assert "(0): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2), bias=False)" in text
    assert "(1): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)" in text


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: nn.Linear(0, 1), ParameterError, "Linear: expected sizes of at least 1, got in_features=0"),
        (lambda: nn.Conv2d(1, 0, 3), ParameterError, "Conv2d: expected at least 1 channel"),
        (lambda: nn.Conv2d(1, 1, 0), ParameterError, "Conv2d: expected kernel_size as a whole number >= 1"),
        (lambda: nn.MaxPool2d(2, stride=(1, 2, 3)), ParameterError, "MaxPool2d: expected stride"),
        (lambda: nn.Linear(3, 2)(engine.tensor([[1.0]])), ShapeError, "linear: expected input (…, 3)"),
    ],
)
def test_bad_settings(make: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        make()


def test_cross_entropy_loss_layer() -> None:
    logits, target = engine.tensor([[0.0, 0.0], [0.0, 0.0]]), engine.tensor([0, 1])
    assert nn.CrossEntropyLoss(reduction="sum")(logits, target).item() == pytest.approx(2 * np.log(2))


def test_flattening_is_advised_only_where_it_helps() -> None:
    layer = nn.Linear(12, 2)
    with pytest.raises(ShapeError, match="flatten images first"):
        layer(engine.zeros(5, 3, 2, 2))
    with pytest.raises(ShapeError) as raised:
        layer(engine.zeros(5, 8))
    assert "flatten" not in str(raised.value)
