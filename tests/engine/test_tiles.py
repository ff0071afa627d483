"""Convolution by Winograd's tiles: where it is chosen, it gives what the sum over strips gives."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import engine
from engine.arrays import Array
from engine.device import available_threads
from engine.kernels import load, plan
from engine.kernels.channels_last import LANES
from engine.kernels.cpu import conv
from tests.engine.plans import forget_plans

thorough = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
# Errors beside the largest value: five times those of a direct sum, as winograd.py says.
TOLERANCE = 3e-5


@pytest.fixture(autouse=True)
def also_small_ones(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tiles are chosen also where they would not pay, so that small images meet every branch of theirs."""
    forget_plans()
    monkeypatch.setattr(plan, "OFTEN", 0)
    monkeypatch.setattr(plan, "OFTEN_BY_PANELS", 0)
    monkeypatch.setattr(plan, "MANY_FILTERS", 0)
    monkeypatch.setattr(plan, "MOST_SPARE", 100)
    yield
    forget_plans()


@st.composite
def layers(draw: st.DrawFn) -> dict[str, Any]:
    size, channels = draw(st.sampled_from([3, 5])), st.integers(LANES, 2 * LANES + 3)
    pad = draw(st.tuples(*[st.integers(0, size - 1)] * 2))
    least = [max(1, size - 2 * p) for p in pad]
    return {
        "x": (draw(st.integers(1, 5)), draw(channels), *(draw(st.integers(n, n + 17)) for n in least)),
        "w": (draw(st.integers(LANES, 5 * LANES)), size),
        "pad": pad,
        "by_panels": draw(st.booleans()),
        "most": draw(st.sampled_from([1 << 10, 1 << 14, 1 << 18])),
        "seed": draw(st.integers(0, 2**32 - 1)),
    }


def arrays(layer: dict[str, Any]) -> tuple[Array, Array, Array, Array]:
    """Return x, w, b and dy."""
    rng = np.random.default_rng(layer["seed"])
    n, channels, height, width = layer["x"]
    filters, size = layer["w"]
    out = (n, filters, height + 2 * layer["pad"][0] - size + 1, width + 2 * layer["pad"][1] - size + 1)
    shapes = (layer["x"], (filters, channels, size, size), (filters,), out)
    x, w, b, dy = (rng.standard_normal(shape, np.float32) for shape in shapes)
    return x, w, b, dy


def close(got: Array, expected: Array) -> None:
    np.testing.assert_allclose(got, expected, rtol=0, atol=TOLERANCE * max(1.0, float(np.abs(expected).max())))


def choose_panels(by_panels: bool) -> None:
    """Let filters be transformed where they are used, or all of them before."""
    plan.OFTEN = 10**9 if by_panels else 0
    forget_plans()


def chosen(layer: dict[str, Any], dy: Array) -> bool:
    numbers = (1, 1, *layer["pad"], 1, 1)
    size = (layer["w"][1],) * 2
    return plan.tiling_of(layer["x"], layer["w"][0], size, dy.shape[2:], numbers, 1, 2) is not None


@thorough
@given(layers())
@pytest.mark.parametrize("threads", [1, 2])
def test_tiles_equal_the_sum_over_strips_in_float64(threads: int, layer: dict[str, Any]) -> None:
    if threads > available_threads():
        pytest.skip("one processor")
    x, w, b, dy = arrays(layer)
    numbers, kernels = (1, 1, *layer["pad"], 1, 1, 1), load("cpu")
    before, plan.TILE_NUMBERS = plan.TILE_NUMBERS, layer["most"]
    choose_panels(layer["by_panels"])
    engine.set_num_threads(threads)
    try:
        assert chosen(layer, dy)
        results = []
        for dtype in (np.float32, np.float64):
            operands = [array.astype(dtype) for array in (x, w, b, dy)]
            out, dx, dw = np.empty_like(operands[3]), np.empty_like(operands[0]), np.empty_like(operands[1])
            kernels.conv2d(out, *operands[:3], *numbers, 0)
            kernels.conv2d_backward_x(dx, operands[3], operands[1], *numbers)
            kernels.conv2d_backward_w(dw, operands[3], operands[0], *numbers)
            results.append((out, dx, dw))
    finally:
        plan.TILE_NUMBERS = before
        engine.set_num_threads(available_threads())
    for ours, expected in zip(*results, strict=True):
        close(ours, expected)


@thorough
@given(layers())
def test_pooled_tiles_equal_pooled_strips(layer: dict[str, Any]) -> None:
    x, w, b, dy = arrays(layer)
    choose_panels(layer["by_panels"])
    if min(dy.shape[2:]) < 2:
        return
    assert chosen(layer, dy)
    results = []
    for dtype in ("float32", "float64"):
        tensors = [engine.tensor(array, dtype=dtype, requires_grad=True) for array in (x, w, b)]
        images, filters, bias = tensors
        out = engine.conv2d_relu_max_pool2d(images, filters, bias, padding=layer["pad"])
        out.backward(engine.tensor(dy[:, :, : out.shape[2], : out.shape[3]], dtype=dtype))
        results.append([out.detach().array, *(tensor.grad.array for tensor in tensors)])
    # Where two pixels are equal but for rounding, either may win: the gradients are compared where none are.
    close(results[0][0], results[1][0])
    close(results[0][3], results[1][3])
    for ours, expected in zip(results[0][1:3], results[1][1:3], strict=True):
        assert np.linalg.norm(ours - expected) <= 1e-2 * np.linalg.norm(expected) + 1e-6


@pytest.mark.parametrize("by_panels", [False, True])
@pytest.mark.parametrize("bad", [np.nan, np.inf, 3e38])
@pytest.mark.parametrize("which", ["x", "w", "dy"])
def test_what_is_not_finite_stays_where_it_belongs(which: str, bad: float, by_panels: bool) -> None:
    """A tile would carry a NaN to all its outputs; so would 3e38, which is too large to be added up with others."""
    layer = {"x": (2, LANES, 9, 8), "w": (LANES + 1, 3), "pad": (1, 0), "seed": 0}
    x, w, b, dy = arrays(layer)
    choose_panels(by_panels)
    assert chosen(layer, dy)
    {"x": x, "w": w, "dy": dy}[which].reshape(-1)[77] = bad
    numbers = (1, 1, 1, 0, 1, 1, 1)
    results = []
    for functions in (load("cpu"), None):
        out, dx, dw = np.empty_like(dy), np.empty_like(x), np.empty_like(w)
        if functions is not None:
            functions.conv2d(out, x, w, b, *numbers, 1)
            functions.conv2d_backward_x(dx, dy, w, *numbers)
            functions.conv2d_backward_w(dw, dy, x, *numbers)
        else:
            conv.PLAIN_FORWARD(out, x, w, b, *numbers, 1)
            conv.PLAIN_X(dx, dy, w, *numbers)
            conv.PLAIN_W(dw, dy, x, *numbers)
        results.append((out, dx, dw))
    for ours, expected in zip(*results, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-4)


X, SQUARE = (8, 32, 16, 16), (3, 3)
OTHERS: dict[str, tuple[Any, ...]] = {
    "a stride": (X, 32, SQUARE, (8, 8), (2, 2, 1, 1, 1, 1), 1),
    "holes": (X, 32, SQUARE, (14, 14), (1, 1, 1, 1, 2, 2), 1),
    "groups": (X, 32, SQUARE, (16, 16), (1, 1, 1, 1, 1, 1), 2),
    "few channels": ((8, LANES - 1, 16, 16), 32, SQUARE, (16, 16), (1, 1, 1, 1, 1, 1), 1),
    "few filters": (X, LANES - 1, SQUARE, (16, 16), (1, 1, 1, 1, 1, 1), 1),
    "another filter": (X, 32, (3, 5), (16, 16), (1, 1, 1, 2, 1, 1), 1),
    "no images": ((0, 32, 16, 16), 32, SQUARE, (16, 16), (1, 1, 1, 1, 1, 1), 1),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_convolutions_are_not_cut_into_tiles(name: str) -> None:
    assert plan.tiling_of(*OTHERS[name], 2) is None


def test_tiles_are_chosen_where_filters_are_used_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    forget_plans()
    numbers = (1, 1, 1, 1, 1, 1)
    assert plan.tiling_of(X, 32, SQUARE, (16, 16), numbers, 1, 2) is not None
    assert plan.tiling_of((1, 32, 16, 16), 32, SQUARE, (16, 16), numbers, 1, 2) is None
    assert plan.tiling_of(X, 32, SQUARE, (16, 16), numbers, 1, 2, True) is not None
    assert plan.tiling_of((4, 32, 16, 16), 32, SQUARE, (16, 16), numbers, 1, 2, True) is None
    few, many = (plan.tiling_of((2, 32, 16, 16), filters, SQUARE, (16, 16), numbers, 1, 2) for filters in (32, 512))
    assert few is None
    assert many is not None
    assert many.by_panels
