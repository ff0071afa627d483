"""Flatten and Unflatten: PyTorch's settings, their print, and what comes out."""

import pytest

import engine
from engine import nn
from engine.errors import ParameterError, ShapeError


def test_they_undo_each_other() -> None:
    x = engine.rand(2, 3, 4, 5)
    there = nn.Flatten()(x)
    assert there.shape == (2, 60)
    assert nn.Unflatten(1, (3, 4, -1))(there).tolist() == x.tolist()
    assert nn.Flatten(0, 1)(x).shape == (6, 4, 5)
    assert nn.Flatten(end_dim=-2)(x).shape == (2, 12, 5)


def test_print_is_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    for ours, theirs in (
        (nn.Flatten(0, 1), torch.nn.Flatten(0, 1)),
        (nn.Unflatten(1, (3, 1)), torch.nn.Unflatten(1, (3, 1))),
    ):
        assert repr(ours) == repr(theirs)
        assert list(ours.state_dict()) == list(theirs.state_dict()) == []


def test_refusals() -> None:
    with pytest.raises(ParameterError, match="flatten: expected start_dim within -1 … 0, got 1"):
        nn.Flatten()(engine.ones(3))
    with pytest.raises(ParameterError, match="Unflatten: expected unflattened_size as whole numbers >= -1"):
        nn.Unflatten(1, (3, -2))
    with pytest.raises(ShapeError, match="unflatten: expected sizes that multiply to the length of the axis"):
        nn.Unflatten(1, (3, 2))(engine.ones(1, 5))
