"""What is known of convolutions, whatever the numbers: adjoints, unfolding, empty batches, split batches."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import engine
import engine.nn.functional as F
from engine.arrays import Array
from engine.kernels import load
from tests.op_cases import OP_CASES, Sample

thorough = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def normal(*shape: int) -> Array:
    return np.random.default_rng(0).standard_normal(shape)


@thorough
@given(OP_CASES["conv_transpose2d"].samples)
def test_conv_transpose2d_is_the_adjoint_of_conv2d(sample: Sample) -> None:
    """<conv2d(image), y> = <image, conv_transpose2d(y)> for all images and y: that is what transposed means."""
    y, w, _ = sample.operands
    chosen = {name: v for name, v in sample.settings.items() if name != "output_padding"}
    back = F.conv_transpose2d(engine.tensor(y), engine.tensor(w), **sample.settings).array
    image = normal(*back.shape)
    forward = F.conv2d(engine.tensor(image), engine.tensor(w), **chosen).array
    # With output_padding beyond the stride the convolution has more positions than y has pixels.
    forward = forward[..., : y.shape[-2], : y.shape[-1]]
    assert np.vdot(forward, y) == pytest.approx(np.vdot(image, back), rel=1e-9, abs=1e-9)


@thorough
@given(OP_CASES["unfold"].samples)
def test_fold_is_the_adjoint_of_unfold(sample: Sample) -> None:
    (x,) = sample.operands
    columns = F.unfold(engine.tensor(x), **sample.settings).array
    y = normal(*columns.shape)
    back = F.fold(engine.tensor(y), x.shape[-2:], **sample.settings).array
    assert np.vdot(columns, y) == pytest.approx(np.vdot(x, back), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("kernels", ["reference", "cpu"])
def test_convolution_is_a_product_with_unfolded_windows(kernels: str) -> None:
    x, w = normal(2, 3, 5, 6), normal(4, 3, 2, 3)
    with engine.use_kernels(kernels):
        columns = F.unfold(engine.tensor(x), (2, 3), 2, 1, (1, 2)).array
        maps = F.conv2d(engine.tensor(x), engine.tensor(w), None, (1, 2), 1, 2).array
    np.testing.assert_allclose((w.reshape(4, -1) @ columns).reshape(maps.shape), maps, rtol=1e-12)


# Images larger than a chunk of the line, several images to a chunk, filters in blocks of every size, one image
# for all threads: shapes that the small ones of the op cases never have.
SIZES = {
    "rows in several chunks": ((1, 2, 71, 33), (3, 2, 3, 2), 1),
    "images taken together": ((9, 3, 6, 5), (4, 3, 3, 2), 1),
    "blocks of all sizes": ((2, 1, 9, 9), (21, 1, 2, 2), 1),
    "one filter to a group": ((2, 6, 9, 8), (6, 1, 3, 3), 6),
    "a stride larger than the filter": ((2, 2, 40, 40), (5, 2, 2, 3), 1),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("size", SIZES)
def test_sizes_that_are_cut_up_equal_a_sum_over_windows(size: str, stride: int, dtype: type[np.floating[Any]]) -> None:
    shape, filters, groups = SIZES[size]
    x, w = normal(*shape).astype(dtype), normal(*filters).astype(dtype)
    stride = 4 if "stride" in size else stride
    tensors = [engine.tensor(array, requires_grad=True) for array in (x, w)]
    out = F.conv2d(tensors[0], tensors[1], None, stride, 1, groups=groups)
    dy = normal(*out.shape).astype(dtype)
    out.backward(engine.tensor(dy))
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, filters[2:], (2, 3))[:, :, ::stride, ::stride]
    cut = windows.reshape(len(x), groups, -1, *windows.shape[2:])
    weights = w.reshape(groups, -1, *filters[1:]).astype(np.float64)
    expected = np.einsum("ngchwij,gkcij->ngkhw", cut, weights).reshape(out.shape)
    upstream = dy.reshape(len(x), groups, -1, *out.shape[2:]).astype(np.float64)
    dw = np.einsum("ngchwij,ngkhw->gkcij", cut, upstream).reshape(filters)
    dwindows = np.einsum("gkcij,ngkhw->ngchwij", weights, upstream).reshape(windows.shape)
    dx = np.zeros(padded.shape)
    for i, j in np.ndindex(*filters[2:]):
        high, wide = ((n - 1) * stride + 1 for n in out.shape[2:])
        dx[:, :, i : i + high : stride, j : j + wide : stride] += dwindows[..., i, j]
    tolerance = 1e-4 if dtype is np.float32 else 1e-10
    for got, right in zip((out, tensors[0].grad, tensors[1].grad), (expected, dx[:, :, 1:-1, 1:-1], dw), strict=True):
        np.testing.assert_allclose(got.detach().numpy(), right, rtol=tolerance, atol=tolerance * 10)


CALLS: list[tuple[str, tuple[tuple[int, ...], ...], dict[str, Any]]] = [
    ("conv2d", ((0, 4, 3, 3), (6, 2, 2, 2), (6,)), {"groups": 2}),
    ("conv_transpose2d", ((0, 4, 3, 3), (4, 3, 2, 2), (6,)), {"groups": 2}),
    ("locally_connected2d", ((0, 4, 3, 3), (2, 2, 6, 4, 2, 2), (6, 2, 2)), {}),
    ("conv2d", ((0, 2, 3, 3), (5, 2, 3, 3)), {}),
    ("unfold", ((0, 4, 3, 3),), {"kernel_size": 2}),
    ("fold", ((0, 4, 4),), {"output_size": 3, "kernel_size": 2}),
]


@pytest.mark.parametrize("kernels", ["reference", "cpu"])
@pytest.mark.parametrize(("name", "shapes", "settings"), CALLS)
def test_a_batch_without_images_gives_none_and_zero_gradients(
    name: str, shapes: tuple[tuple[int, ...], ...], settings: dict[str, Any], kernels: str
) -> None:
    with engine.use_kernels(kernels):
        operands = [engine.tensor(np.ones(shape), requires_grad=True) for shape in shapes]
        out = engine.OPS[name](*operands, **settings)
        assert out.shape[0] == 0
        out.sum().backward()
        assert all(not x.grad.array.any() and x.grad.shape == x.shape for x in operands)


def test_same_padding_puts_the_odd_zero_below_and_to_the_right() -> None:
    ones = engine.tensor(np.ones((1, 1, 2, 2)))
    sums = F.conv2d(engine.tensor(np.ones((1, 3, 3))), ones, padding="same")
    assert sums.tolist() == [[[4.0, 4.0, 2.0], [4.0, 4.0, 2.0], [2.0, 2.0, 1.0]]]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("place", [0, 7, -1])
@pytest.mark.parametrize("which", ["x", "w", "dy"])
def test_what_is_not_finite_spreads_as_in_the_reference(which: str, place: int, bad: float) -> None:
    """Padding is skipped, not multiplied: a NaN weight that meets only padding at a position adds nothing there."""
    rng = np.random.default_rng(0)
    arrays = {
        "x": rng.standard_normal((2, 2, 5, 6), np.float32),
        "w": rng.standard_normal((3, 2, 3, 2), np.float32),
        "dy": rng.standard_normal((2, 3, 3, 5), np.float32),
    }
    arrays[which].reshape(-1)[place] = bad
    x, w, dy, b = arrays["x"], arrays["w"], arrays["dy"], np.zeros(3, np.float32)
    numbers = (2, 2, 1, 2, 1, 1, 1)
    results = []
    for name in ("cpu", "reference"):
        kernels = load(name)
        out, dx, dw = np.empty_like(dy), np.empty_like(x), np.empty_like(w)
        # NumPy's scalars in the reference's loops warn of inf * 0; the cpu kernels must not.
        with np.errstate(all="ignore" if name == "reference" else "warn"):
            kernels.conv2d(out, x, w, b, *numbers, 0)
            kernels.conv2d_backward_x(dx, dy, w, *numbers)
            kernels.conv2d_backward_w(dw, dy, x, *numbers)
        results.append((out, dx, dw))
    for ours, expected in zip(*results, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-4)
