"""The convolution layers: PyTorch's parameters, repr and results; settings that cannot work."""

import re
from typing import Any

import numpy as np
import pytest

import engine
from engine import nn
from engine.errors import ParameterError, ShapeError

# Class, arguments, keyword arguments, and what is put in.
LAYERS: list[tuple[str, tuple[Any, ...], dict[str, Any], tuple[int, ...]]] = [
    ("Conv2d", (3, 4, 5), {}, (2, 3, 7, 8)),
    ("Conv2d", (3, 4, (2, 3)), {"stride": (2, 1), "padding": (0, 2), "bias": False}, (2, 3, 7, 8)),
    ("Conv2d", (4, 6, 3), {"padding": "same", "dilation": (2, 1), "groups": 2}, (2, 4, 7, 8)),
    ("Conv2d", (4, 4, 3), {"padding": "valid", "groups": 4}, (4, 7, 8)),
    ("ConvTranspose2d", (3, 4, 5), {}, (2, 3, 4, 3)),
    ("ConvTranspose2d", (4, 6, (2, 3)), {"stride": 2, "padding": 1, "output_padding": 1, "groups": 2}, (1, 4, 4, 3)),
    ("ConvTranspose2d", (2, 3, 2), {"dilation": (1, 2), "bias": False}, (2, 4, 3)),
]
MODES: list[Any] = ["reflect", "replicate", "circular"]


def compare(ours: Any, theirs: Any, x: engine.Tensor, *more: Any) -> None:
    """Give PyTorch's layer our parameters; both must then look alike and compute the same."""
    torch = pytest.importorskip("torch")
    state = theirs.state_dict()
    assert {name: tuple(v.shape) for name, v in state.items()} == {n: v.shape for n, v in ours.state_dict().items()}
    theirs.load_state_dict({name: torch.tensor(v.array) for name, v in ours.state_dict().items()})
    assert repr(ours) == repr(theirs)
    expected = theirs(torch.tensor(x.array), *more).detach().numpy()
    np.testing.assert_allclose(ours(x, *more).array, expected, atol=1e-5)


def normal(*shape: int) -> engine.Tensor:
    return engine.tensor(np.random.default_rng(0).standard_normal(shape), dtype="float32")


@pytest.mark.parametrize(("name", "arguments", "settings", "shape"), LAYERS)
def test_layer_equals_pytorchs(name: str, arguments: Any, settings: Any, shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    compare(getattr(nn, name)(*arguments, **settings), getattr(torch.nn, name)(*arguments, **settings), normal(*shape))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("padding", ["same", "valid", 1, (0, 2)])
def test_padding_modes_equal_pytorchs(mode: Any, padding: Any) -> None:
    torch = pytest.importorskip("torch")
    settings = {"padding": padding, "dilation": (1, 2), "padding_mode": mode}
    compare(nn.Conv2d(2, 3, (4, 2), **settings), torch.nn.Conv2d(2, 3, (4, 2), **settings), normal(2, 2, 6, 5))


@pytest.mark.parametrize("output_size", [(9, 10), [10, 9], (1, 3, 9, 9)])
def test_transposed_layer_meets_the_output_size_asked_for(output_size: Any) -> None:
    torch = pytest.importorskip("torch")
    layers = [library.ConvTranspose2d(2, 3, 3, stride=2) for library in (nn, torch.nn)]
    compare(*layers, normal(1, 2, 4, 4), list(output_size))


@pytest.mark.parametrize(
    ("make", "bound"),
    [
        (lambda: nn.Conv2d(4, 40, 5), 0.1),
        (lambda: nn.Conv2d(16, 40, 5, groups=4), 0.1),
        (lambda: nn.ConvTranspose2d(40, 4, 5), 0.1),
        (lambda: nn.ConvTranspose2d(40, 16, 5, groups=4), 0.1),
    ],
)
def test_initial_weights_fill_pytorchs_range(make: Any, bound: float) -> None:
    engine.manual_seed(3)
    layer = make()
    assert np.abs(layer.weight.array).max() <= bound
    assert np.abs(layer.weight.array).max() > 0.99 * bound
    assert np.abs(layer.bias.array).max() <= bound


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: nn.Conv2d(3, 2, 3, groups=2), ParameterError, "Conv2d: expected groups >= 1 that share channels"),
        (lambda: nn.Conv2d(2, 3, 3, groups=2), ParameterError, "out_channels=3, groups=2"),
        (lambda: nn.Conv2d(2, 2, 3, groups=0), ParameterError, "groups=0"),
        (lambda: nn.Conv2d(2, 2, 3, dilation=0), ParameterError, "Conv2d: expected dilation as a whole number >= 1"),
        (lambda: nn.Conv2d(1, 1, 3, 2, "same"), ParameterError, 'Conv2d: expected stride 1 with padding="same"'),
        (lambda: nn.Conv2d(1, 1, 3, padding=MODES[0]), ParameterError, 'Conv2d: expected padding "same", "valid"'),
        (lambda: nn.Conv2d(1, 1, 3, padding_mode=MODES[0][1:]), ParameterError, "Conv2d: expected padding_mode among"),
        (lambda: nn.ConvTranspose2d(0, 1, 3), ParameterError, "ConvTranspose2d: expected at least 1 channel"),
        (lambda: nn.ConvTranspose2d(2, 1, 3, groups=2), ParameterError, "ConvTranspose2d: expected groups >= 1"),
        (lambda: nn.ConvTranspose2d(1, 1, 3, padding_mode=MODES[0]), ParameterError, 'expected padding_mode "zeros"'),
        (
            lambda: nn.ConvTranspose2d(2, 3, 3, stride=2)(normal(2, 4, 4), (9, 11)),
            ShapeError,
            "ConvTranspose2d: expected output_size[-1] from 9 to 10, got (9, 11)",
        ),
        (
            lambda: nn.ConvTranspose2d(2, 3, 3, stride=2)(normal(2, 4, 4), (9,)),
            ShapeError,
            "ConvTranspose2d: expected output_size (OH, OW), got (9,)",
        ),
        (lambda: nn.ConvTranspose2d(2, 3, 3)(normal(4), (6, 6)), ShapeError, "expected input (N, C, H, W) or"),
    ],
)
def test_bad_settings(make: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        make()
