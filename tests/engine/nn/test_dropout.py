"""Dropout layers."""

import pytest

import engine
from engine import nn
from engine.errors import ParameterError


@pytest.mark.parametrize("layer", [nn.Dropout(0.25), nn.Dropout2d(0.25)])
def test_drops_in_training_only(layer: nn.Module) -> None:
    x = engine.tensor([[[[1.0]]] * 64])
    engine.manual_seed(0)
    assert sorted(set(layer(x).array.ravel().tolist())) == [0.0, pytest.approx(4 / 3)]
    layer.eval()
    assert layer(x) is x


def test_prints_as_pytorchs() -> None:
    assert repr(nn.Dropout()) == "Dropout(p=0.5, inplace=False)"
    assert repr(nn.Dropout2d(0.1, inplace=True)) == "Dropout2d(p=0.1, inplace=True)"


def test_in_place() -> None:
    x = engine.tensor([1.0], requires_grad=True)
    assert nn.Dropout(1.0, inplace=True)(x).tolist() == [0.0]
    assert nn.Dropout(inplace=True).eval()(x) is x


@pytest.mark.parametrize("make", [nn.Dropout, nn.Dropout2d])
def test_bad_settings(make: type[nn.Dropout]) -> None:
    for p in (-0.1, 1.1, float("nan")):
        with pytest.raises(ParameterError, match=f"{make.__name__}: expected p from 0 to 1"):
            make(p)
