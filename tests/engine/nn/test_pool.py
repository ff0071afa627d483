"""Pooling layers: PyTorch's settings and print, the functions behind them, how subsampling starts."""

import inspect
import re
from typing import Any

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from engine import nn
from engine.errors import ParameterError

LAYERS: list[tuple[str, dict[str, Any]]] = [
    ("MaxPool2d", {"kernel_size": 2}),
    ("MaxPool2d", {"kernel_size": (3, 2), "stride": 2, "padding": (1, 0), "dilation": 2, "ceil_mode": True}),
    ("AvgPool2d", {"kernel_size": 2}),
    ("AvgPool2d", {"kernel_size": 3, "stride": (1, 2), "padding": 1, "ceil_mode": True, "count_include_pad": False}),
    ("AvgPool2d", {"kernel_size": 2, "divisor_override": 3}),
    ("AdaptiveAvgPool2d", {"output_size": (None, 2)}),
    ("AdaptiveMaxPool2d", {"output_size": 3}),
    ("MaxUnpool2d", {"kernel_size": 2, "padding": 1}),
]


def maps(*shape: int) -> engine.Tensor:
    return engine.tensor(np.random.default_rng(0).standard_normal(shape), dtype="float32")


@pytest.mark.parametrize(("name", "settings"), LAYERS)
def test_settings_print_and_results_are_pytorchs(name: str, settings: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    ours, theirs = getattr(nn, name)(**settings), getattr(torch.nn, name)(**settings)
    assert repr(ours) == repr(theirs)
    assert list(inspect.signature(type(ours)).parameters) == list(inspect.signature(type(theirs)).parameters)
    assert vars(ours) == {key: value for key, value in vars(theirs).items() if key in vars(ours)}
    if name != "MaxUnpool2d":
        x = maps(2, 3, 7, 6)
        np.testing.assert_allclose(ours(x).array, theirs(torch.tensor(x.array)).numpy(), rtol=1e-5, atol=1e-6)
    assert list(ours.state_dict()) == list(theirs.state_dict()) == []


def test_defaults_are_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    for name in {name for name, _ in LAYERS}:
        ours, theirs = (inspect.signature(getattr(package, name)).parameters for package in (nn, torch.nn))
        assert [p.default for p in ours.values()] == [p.default for p in theirs.values()], name


def test_unpooling_takes_what_pooling_with_indices_returns() -> None:
    x = maps(2, 3, 7, 6)
    out, indices = nn.MaxPool2d(2, return_indices=True)(x)
    assert indices.dtype == np.int64
    back = nn.MaxUnpool2d(2)(out, indices, output_size=x.shape)
    assert back.shape == x.shape
    kept = back.array != 0
    assert kept.sum() == out.numel()
    np.testing.assert_array_equal(back.array[kept], x.array[kept])
    rows, where = nn.AdaptiveMaxPool2d((7, 1), return_indices=True)(x)
    np.testing.assert_array_equal(rows.array[..., 0], x.array.max(axis=3))
    np.testing.assert_array_equal(where.array[..., 0] % 6, x.array.argmax(axis=3))


def test_subsampling_is_layer_s2_of_lenet5() -> None:
    layer = nn.Subsampling2d(6, 2)
    assert {name: tensor.shape for name, tensor in layer.state_dict().items()} == {"weight": (6,), "bias": (6,)}
    x = maps(2, 6, 4, 4)
    blocks = x.array.reshape(2, 6, 2, 2, 2, 2).sum(axis=(3, 5))
    expected = blocks * layer.weight.array[:, None, None] + layer.bias.array[:, None, None]
    np.testing.assert_allclose(layer(x).array, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(layer(x).array, F.subsample2d(x, layer.weight, layer.bias, 2).array)
    assert repr(layer) == "Subsampling2d(6, kernel_size=2, stride=2)"
    assert repr(nn.Subsampling2d(6, (2, 3), 1)) == "Subsampling2d(6, kernel_size=(2, 3), stride=1)"


def test_subsampling_starts_as_lecun_did() -> None:
    engine.manual_seed(0)
    for parameter in nn.Subsampling2d(1000, (2, 3)).parameters():
        assert 0.95 * 0.4 < np.abs(parameter.array).max() <= 0.4
        assert abs(parameter.array.mean()) < 0.04


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: nn.MaxPool2d(0), "MaxPool2d: expected kernel_size as a whole number >= 1"),
        (lambda: nn.MaxPool2d(2, padding=2), "MaxPool2d: expected padding of at most half the kernel_size"),
        (lambda: nn.MaxPool2d(2, dilation=0), "MaxPool2d: expected dilation as a whole number >= 1"),
        (lambda: nn.AvgPool2d(2, 0), "AvgPool2d: expected stride as a whole number >= 1"),
        (lambda: nn.AvgPool2d(2, padding=-1), "AvgPool2d: expected padding as a whole number >= 0"),
        (lambda: nn.MaxUnpool2d(2, (1, 2, 3)), "MaxUnpool2d: expected stride as a whole number >= 1"),
        (lambda: nn.Subsampling2d(0, 2), "Subsampling2d: expected at least 1 channel, got channels=0"),
        (lambda: nn.Subsampling2d(1, 0), "Subsampling2d: expected kernel_size as a whole number >= 1"),
        (lambda: nn.Subsampling2d(1, 2, 0), "Subsampling2d: expected stride as a whole number >= 1"),
    ],
)
def test_bad_settings(make: Any, says: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(says)):
        make()
