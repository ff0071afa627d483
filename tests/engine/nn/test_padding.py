"""Padding layers: what they put where, PyTorch's settings and print."""

from typing import Any

import numpy as np
import pytest

import engine
from engine import nn
from engine.errors import ParameterError, ShapeError

LAYERS: dict[type[nn.Module], Any] = {
    nn.ZeroPad2d: "constant",
    nn.ReflectionPad2d: "reflect",
    nn.ReplicationPad2d: "edge",
}


@pytest.mark.parametrize("layer", LAYERS)
def test_sides_are_left_right_top_bottom(layer: type[nn.ZeroPad2d]) -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5))
    widths = ((0, 0), (0, 0), (3, 0), (1, 2))
    expected = np.pad(x, widths, LAYERS[layer])
    np.testing.assert_array_equal(layer((1, 2, 3, 0))(engine.tensor(x)).array, expected)
    assert layer(1)(engine.tensor(x)).shape == (2, 3, 6, 7)
    assert layer(1)(engine.tensor(x[0])).shape == (3, 6, 7)
    assert layer(-1)(engine.tensor(x)).tolist() == x[:, :, 1:-1, 1:-1].tolist()
    assert layer(2).padding == (2, 2, 2, 2)


@pytest.mark.parametrize("layer", LAYERS)
def test_print_is_pytorchs(layer: type[nn.ZeroPad2d]) -> None:
    torch = pytest.importorskip("torch")
    theirs = getattr(torch.nn, layer.__name__)
    assert repr(layer((1, 2, 3, 4))) == repr(theirs((1, 2, 3, 4)))
    assert repr(layer(1)) == repr(theirs(1))
    assert list(layer(1).state_dict()) == list(theirs(1).state_dict()) == []


def test_refusals() -> None:
    with pytest.raises(ParameterError, match=r"ZeroPad2d: expected padding as one number, or \(left, right, top, bot"):
        nn.ZeroPad2d((1, 2))
    with pytest.raises(ShapeError, match="pad: expected at most 3 elements put to an end by 'reflect'"):
        nn.ReflectionPad2d(4)(engine.ones(1, 1, 4, 4))
    with pytest.raises(ShapeError, match="pad: expected one or two axes before the 2 to pad"):
        nn.ReplicationPad2d(1)(engine.ones(4, 4))
