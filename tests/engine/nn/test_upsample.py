"""Upsampling layers: PyTorch's settings and print, and the function behind them."""

import inspect
from typing import Any

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from engine import nn

LAYERS: list[tuple[str, dict[str, Any]]] = [
    ("Upsample", {"scale_factor": 2}),
    ("Upsample", {"size": (3, 8), "mode": "bilinear"}),
    ("Upsample", {"scale_factor": (1.5, 2.2), "mode": "bilinear", "align_corners": False}),
    ("Upsample", {"scale_factor": 2.2, "mode": "nearest-exact", "recompute_scale_factor": True}),
    ("UpsamplingNearest2d", {"scale_factor": (2, 3)}),
    ("UpsamplingBilinear2d", {"size": 9}),
]


@pytest.mark.parametrize(("name", "settings"), LAYERS)
def test_settings_print_and_results_are_pytorchs(name: str, settings: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    ours, theirs = getattr(nn, name)(**settings), getattr(torch.nn, name)(**settings)
    assert repr(ours) == repr(theirs)
    expected = inspect.signature(type(theirs)).parameters
    assert [(p.name, p.default) for p in inspect.signature(type(ours)).parameters.values()] == [
        (p.name, p.default) for p in expected.values()
    ]
    assert vars(ours) == {key: value for key, value in vars(theirs).items() if key in vars(ours)}
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5))
    np.testing.assert_allclose(ours(engine.tensor(x)).array, theirs(torch.tensor(x)).numpy(), rtol=1e-9)


def test_layers_equal_the_function() -> None:
    x = engine.tensor(np.random.default_rng(0).standard_normal((2, 3, 4, 5)))
    corners = F.interpolate(x, 7, mode="bilinear", align_corners=True)
    assert nn.UpsamplingBilinear2d(7)(x).tolist() == corners.tolist()
    assert nn.Upsample(7, mode="bilinear")(x).tolist() != corners.tolist()
    assert nn.UpsamplingNearest2d(scale_factor=2)(x).tolist() == x.array.repeat(2, axis=2).repeat(2, axis=3).tolist()
