"""The locally connected layer beside the convolution it generalises."""

import re
from typing import Any

import numpy as np
import pytest

import engine
from engine import nn
from engine.errors import ParameterError, ShapeError


@pytest.mark.parametrize("settings", [{}, {"stride": (2, 1), "padding": (0, 2)}, {"padding": "same", "bias": False}])
def test_with_equal_filters_everywhere_it_is_a_convolution(settings: Any) -> None:
    conv = nn.Conv2d(2, 3, (3, 2), **settings)
    local = nn.LocallyConnected2d(2, 3, (7, 6), (3, 2), **settings)
    local.weight.array[...] = conv.weight.array
    if conv.bias is not None and local.bias is not None:
        local.bias.array[...] = conv.bias.array[:, None, None]
    x = engine.tensor(np.random.default_rng(0).standard_normal((2, 2, 7, 6)), dtype="float32")
    expected = conv(x)
    np.testing.assert_allclose(local(x).array, expected.array, atol=1e-6)
    assert local.output_size == expected.shape[2:]


def test_parameters_and_repr() -> None:
    engine.manual_seed(3)
    layer = nn.LocallyConnected2d(4, 3, (8, 7), 5, padding=(0, 1))
    shapes = {name: tensor.shape for name, tensor in layer.state_dict().items()}
    assert shapes == {"weight": (4, 5, 3, 4, 5, 5), "bias": (3, 4, 5)}
    for parameter in layer.parameters():
        assert 0.08 < np.abs(parameter.array).max() <= 0.1
    assert repr(layer) == (
        "LocallyConnected2d(4, 3, input_size=(8, 7), kernel_size=(5, 5), stride=(1, 1), padding=(0, 1))"
    )
    assert "bias=False" in repr(nn.LocallyConnected2d(1, 1, 3, 3, bias=False))


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: nn.LocallyConnected2d(0, 1, 4, 3), ParameterError, "LocallyConnected2d: expected at least 1 channel"),
        (lambda: nn.LocallyConnected2d(1, 1, 0, 3), ParameterError, "LocallyConnected2d: expected input_size as a"),
        (lambda: nn.LocallyConnected2d(1, 1, 2, 3), ShapeError, "LocallyConnected2d: expected a filter no larger"),
        (
            lambda: nn.LocallyConnected2d(1, 1, 4, 3)(engine.tensor(np.ones((1, 5, 4), np.float32))),
            ShapeError,
            "locally_connected2d: expected filters for each position",
        ),
    ],
)
def test_bad_settings(make: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        make()
