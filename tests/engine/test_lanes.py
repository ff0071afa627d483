"""Convolution of images in the lanes of vectors gives what the loops of the slide give."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import engine
from engine.arrays import Array
from engine.kernels import load, plan
from engine.kernels.cpu import conv
from engine.kernels.vectors import VECTOR_BYTES
from tests.engine.plans import forget_plans

thorough = settings(
    max_examples=80, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
TOLERANCES = {np.float32: 1e-5, np.float64: 1e-12}


@st.composite
def layers(draw: st.DrawFn) -> dict[str, Any]:
    size = draw(st.tuples(st.integers(1, 5), st.integers(2, 5)))
    pad = tuple(draw(st.integers(0, n)) for n in size)
    least = [max(1, n + 1 - 2 * p) for n, p in zip(size, pad, strict=True)]
    batch = draw(st.integers(1, 3)) * VECTOR_BYTES // 4 + draw(st.sampled_from([0, 0, 1, 7]))
    return {
        "x": (batch, draw(st.integers(1, 3)), *(draw(st.integers(n, n + 12)) for n in least)),
        "w": (draw(st.integers(1, 19)), *size),
        "pad": pad,
        "seed": draw(st.integers(0, 2**32 - 1)),
    }


def arrays(layer: dict[str, Any], dtype: Any) -> tuple[Array, ...]:
    """Return x, w, b and dy."""
    rng = np.random.default_rng(layer["seed"])
    n, channels, *image = layer["x"]
    filters, *size = layer["w"]
    out = [length + 2 * pad - span + 1 for length, pad, span in zip(image, layer["pad"], size, strict=True)]
    shapes = (layer["x"], (filters, channels, *size), (filters,), (n, filters, *out))
    return tuple(rng.standard_normal(shape).astype(dtype) for shape in shapes)


def taken_together(x: Array, w: Array, dy: Array, pad: tuple[int, int]) -> bool:
    lanes, numbers = VECTOR_BYTES // x.itemsize, (1, 1, *pad, 1, 1)
    return plan.together_plan(x.shape, len(w), w.shape[2:], dy.shape[2:], numbers, 1, lanes, 2) is not None


def numbers_of(layer: dict[str, Any]) -> tuple[int, int, int, int, int, int, int]:
    """Return stride, padding, dilation and groups as kernels take them."""
    return 1, 1, layer["pad"][0], layer["pad"][1], 1, 1, 1


def close(got: Array, expected: Array, dtype: Any) -> None:
    atol = TOLERANCES[dtype] * max(1.0, float(np.abs(expected).max(initial=0)))
    np.testing.assert_allclose(got, expected, rtol=0, atol=atol)


@pytest.fixture(autouse=True)
def also_wide_ones(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Images are taken together also where other ways would be as quick."""
    forget_plans()
    monkeypatch.setattr(plan, "SPARE_COLUMNS", 0)
    yield
    forget_plans()


@thorough
@given(layers())
@pytest.mark.parametrize("dtype", TOLERANCES)
def test_images_in_lanes_equal_the_loops(dtype: Any, layer: dict[str, Any]) -> None:
    x, w, b, dy = arrays(layer, dtype)
    if dy.shape[2] > 1:
        assert taken_together(x, w, dy, layer["pad"])
    numbers, kernels = numbers_of(layer), load("cpu")
    out, right = np.empty_like(dy), np.empty_like(dy)
    for relu in (0, 1):
        kernels.conv2d(out, x, w, b, *numbers, relu)
        conv.PLAIN_FORWARD(right, x, w, b, *numbers, relu)
        close(out, right, dtype)
    dx, right = np.empty_like(x), np.empty_like(x)
    kernels.conv2d_backward_x(dx, dy, w, *numbers)
    conv.PLAIN_X(right, dy, w, *numbers)
    close(dx, right, dtype)


@thorough
@given(layers())
def test_pooled_images_in_lanes_equal_steps_one_by_one(layer: dict[str, Any]) -> None:
    x, w, b, dy = arrays(layer, np.float32)
    if min(dy.shape[2:]) < 2:
        return
    assert taken_together(x, w, dy, layer["pad"])
    pooled = engine.conv2d_relu_max_pool2d(
        engine.tensor(x), engine.tensor(w), engine.tensor(b), padding=layer["pad"]
    ).array
    maps, index = np.empty_like(dy), np.empty(pooled.shape, np.int32)
    conv.PLAIN_FORWARD(maps, x, w, b, *numbers_of(layer), 0)
    out, planes = np.empty_like(pooled), (-1, *pooled.shape[2:])
    one, nothing = np.ones(1, np.float32), np.zeros(1, np.float32)
    load("reference").relu_max_pool2d(
        out.reshape(planes), index.reshape(planes), maps.reshape(-1, *maps.shape[2:]), nothing, one, nothing
    )
    close(pooled, out, np.float32)
    kernels = load("cpu")
    found, places = np.empty_like(pooled), np.empty_like(index)
    kernels.conv2d_relu_max_pool2d(found, places, x, w, b, *dy.shape[2:], *numbers_of(layer))
    # Where two pixels are equal but for rounding, either may be the largest.
    assert (places != index).sum() <= 1 + places.size // 1000


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("which", ["x", "w", "dy"])
def test_what_is_not_finite_stays_where_it_belongs(which: str, bad: float) -> None:
    layer = {"x": (VECTOR_BYTES // 4, 2, 6, 5), "w": (3, 3, 2), "pad": (1, 1), "seed": 0}
    x, w, b, dy = arrays(layer, np.float32)
    assert taken_together(x, w, dy, (1, 1))
    {"x": x, "w": w, "dy": dy}[which].reshape(-1)[7] = bad
    numbers, kernels = numbers_of(layer), load("cpu")
    pairs = []
    out, right = np.empty_like(dy), np.empty_like(dy)
    kernels.conv2d(out, x, w, b, *numbers, 0)
    conv.PLAIN_FORWARD(right, x, w, b, *numbers, 0)
    pairs.append((out, right))
    dx, right = np.empty_like(x), np.empty_like(x)
    kernels.conv2d_backward_x(dx, dy, w, *numbers)
    conv.PLAIN_X(right, dy, w, *numbers)
    pairs.append((dx, right))
    for ours, expected in pairs:
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("x", "numbers", "groups"),
    [
        ((15, 2, 8, 8), (1, 1, 0, 0, 1, 1), 1),  # fewer images than lanes, of any width
        ((64, 2, 8, 8), (2, 1, 0, 0, 1, 1), 1),
        ((64, 2, 8, 8), (1, 1, 0, 0, 1, 2), 1),
        ((64, 2, 8, 8), (1, 1, 0, 0, 1, 1), 2),
        ((64, 64, 80, 80), (1, 1, 0, 0, 1, 1), 1),  # too large for the cache
    ],
)
def test_other_convolutions_are_not_taken_together(x: tuple[int, ...], numbers: tuple[int, ...], groups: int) -> None:
    out = (x[2] - 2) // numbers[0], (x[3] - 2) // numbers[1]
    assert plan.together_plan(x, 4, (3, 3), out, numbers, groups, 16, 2) is None
