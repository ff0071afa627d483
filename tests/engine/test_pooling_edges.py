"""Pooling and resampling where they are easy to get wrong: NaN, empty windows, repeated indices, rounding."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import engine
import engine.nn.functional as F
from engine.arrays import Array
from engine.errors import ShapeError
from engine.kernels import KERNEL_SETS
from tests.op_cases import OP_CASES, Sample

thorough = settings(
    max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)

each_kernel_set = pytest.mark.parametrize("kernels", KERNEL_SETS)


@each_kernel_set
def test_the_last_of_several_nans_wins_as_in_pytorch(kernels: str) -> None:
    image = np.array([[[1.0, np.nan], [np.nan, 3.0]]])
    with engine.use_kernels(kernels):
        found = [F.max_pool2d(engine.tensor(image), 2, return_indices=True)]
        found += [F.adaptive_max_pool2d(engine.tensor(image), 1, return_indices=True)]
    for out, index in found:
        assert np.isnan(out.item())
        assert index.item() == 2
    torch = pytest.importorskip("torch")
    assert torch.nn.functional.max_pool2d(torch.tensor(image), 2, return_indices=True)[1].item() == 2


@each_kernel_set
def test_padding_never_wins_against_minus_infinity(kernels: str) -> None:
    with engine.use_kernels(kernels):
        out, index = F.max_pool2d(engine.tensor(np.full((1, 2, 2), -np.inf)), 2, 1, padding=1, return_indices=True)
    assert (out.array == -np.inf).all()
    assert index.tolist() == [[[0, 0, 1], [0, 0, 1], [2, 2, 3]]]


@each_kernel_set
def test_a_window_without_pixels_is_minus_infinity_and_gets_no_gradient(kernels: str) -> None:
    """Rows -1 and 2 of a map of two rows. PyTorch writes outside its memory here."""
    with engine.use_kernels(kernels):
        x = engine.tensor([[[1.0, 2.0], [3.0, 4.0]]], requires_grad=True)
        out, index = F.max_pool2d(x, 2, 1, padding=1, dilation=3, return_indices=True)
        out.backward(engine.tensor([[[1.0]]]))
    assert out.tolist() == [[[-np.inf]]]
    assert index.tolist() == [[[-1]]]
    assert x.grad.tolist() == [[[0.0, 0.0], [0.0, 0.0]]]


@each_kernel_set
def test_of_repeated_indices_the_last_stays_and_gets_the_gradient(kernels: str) -> None:
    with engine.use_kernels(kernels):
        x = engine.tensor(np.arange(1.0, 25.0).reshape(6, 2, 2), requires_grad=True)
        indices = engine.tensor(np.tile([[5, 5], [0, 5]], (6, 1, 1)))
        out = F.max_unpool2d(x, indices, 2)
        out.sum().backward()
    last = np.arange(4.0, 25.0, 4.0)
    np.testing.assert_array_equal(out.array[:, 1, 1], last)
    np.testing.assert_array_equal(out.array[:, 0, 0], last - 1)
    assert np.count_nonzero(out.array) == 12
    assert x.grad.tolist() == [[[0.0, 0.0], [1.0, 1.0]]] * 6


@thorough
@given(OP_CASES["max_pool2d"].samples)
def test_indices_point_at_the_largest_values(sample: Sample) -> None:
    (x,) = sample.operands
    out, index = F.max_pool2d(engine.tensor(x), **(sample.settings | {"return_indices": True}))
    flat = x.reshape(*x.shape[:-2], -1)
    there = np.take_along_axis(flat, index.array.reshape(*x.shape[:-2], -1), axis=-1)
    np.testing.assert_array_equal(there.reshape(out.shape), out.array)


@pytest.mark.parametrize(("kernel", "stride", "pads"), [((2, 2), (2, 2), (0, 0)), ((3, 2), (1, 3), (1, 1))])
def test_pooling_equals_numpys_sliding_windows(
    kernel: tuple[int, int], stride: tuple[int, int], pads: tuple[int, int]
) -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 6, 8))

    def windows(fill: float) -> Array:
        around = ((0, 0), (0, 0), (pads[0], pads[0]), (pads[1], pads[1]))
        padded = np.pad(x, around, constant_values=fill)
        all_ = np.lib.stride_tricks.sliding_window_view(padded, kernel, axis=(2, 3))
        return all_[:, :, :: stride[0], :: stride[1]]

    largest = F.max_pool2d(engine.tensor(x), kernel, stride, pads)
    np.testing.assert_array_equal(largest.array, windows(-np.inf).max(axis=(-2, -1)))
    mean = F.avg_pool2d(engine.tensor(x), kernel, stride, pads)
    np.testing.assert_allclose(mean.array, windows(0).mean(axis=(-2, -1)), rtol=1e-12)
    inside = F.avg_pool2d(engine.tensor(x), kernel, stride, pads, count_include_pad=False)
    np.testing.assert_allclose(inside.array, np.nanmean(windows(np.nan), axis=(-2, -1)), rtol=1e-12)


def test_adaptive_pooling_to_one_pixel_is_over_the_whole_map() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 5, 7))
    mean = F.adaptive_avg_pool2d(engine.tensor(x), 1)
    np.testing.assert_allclose(mean.array[..., 0, 0], x.mean(axis=(2, 3)), rtol=1e-12)
    assert F.adaptive_avg_pool2d(engine.tensor(x), 0).shape == (2, 3, 0, 0)
    assert F.adaptive_max_pool2d(engine.tensor(x), (None, 1)).shape == (2, 3, 5, 1)


@each_kernel_set
def test_a_batch_may_be_empty(kernels: str) -> None:
    with engine.use_kernels(kernels):
        x = engine.tensor(np.zeros((0, 3, 4, 4)), requires_grad=True)
        out, indices = F.max_pool2d(x, 2, return_indices=True)
        outs = [
            F.max_unpool2d(out, indices, 2),
            F.avg_pool2d(x, 1),
            F.adaptive_avg_pool2d(x, 4),
            F.interpolate(x, 4, mode="bilinear"),
            F.interpolate(x, 4),
        ]
        assert [out.shape for out in outs] == [(0, 3, 4, 4)] * 5
        for out in outs:
            out.sum().backward()
        assert x.grad.shape == x.shape
        weight, bias = (engine.tensor(np.ones(3), requires_grad=True) for _ in range(2))
        F.subsample2d(x, weight, bias, 2).sum().backward()
        assert (weight.grad.tolist(), bias.grad.tolist()) == ([0.0] * 3, [0.0] * 3)


def test_bilinear_maps_keep_ramps() -> None:
    """Straight lines are their own interpolation: with the corners aligned, a ramp becomes a finer ramp."""
    ramp = np.linspace(0, 1, 4)[:, None] + np.linspace(0, 2, 5)
    finer = np.linspace(0, 1, 7)[:, None] + np.linspace(0, 2, 11)
    out = F.interpolate(engine.tensor(ramp[None, None]), (7, 11), mode="bilinear", align_corners=True)
    np.testing.assert_allclose(out.array[0, 0], finer, atol=1e-12)


def test_a_map_that_keeps_its_size_is_not_changed_even_at_infinity() -> None:
    x = engine.tensor([[[[1.0, np.inf, 3.0]], [[4.0, 5.0, 6.0]]]])
    assert F.interpolate(x, scale_factor=(1, 1.2)).tolist() == x.tolist()
    torch = pytest.importorskip("torch")
    out = F.interpolate(x, scale_factor=(1, 1.2), mode="bilinear")
    theirs = torch.nn.functional.interpolate(torch.tensor(x.array), scale_factor=(1, 1.2), mode="bilinear")
    np.testing.assert_array_equal(out.array, theirs.numpy())


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
def test_nearest_neighbours_round_as_pytorchs(mode: str) -> None:
    """All sizes up to 40, and scale factors that do not come out: one wrong rounding copies another pixel.

    In float32; in float64 PyTorch's forward pass rounds some larger maps unlike its own backward pass.
    """
    torch = pytest.importorskip("torch")
    for length in range(1, 41):
        x = np.arange(length, dtype=np.float32).reshape(1, 1, 1, length)
        calls: list[dict[str, Any]] = [{"size": (1, count)} for count in range(1, 41)]
        calls += [{"scale_factor": (1.0, factor / 10)} for factor in range(1, 41) if length * factor >= 10]
        for call in calls:
            theirs = torch.nn.functional.interpolate(torch.tensor(x), mode=mode, **call)
            assert F.interpolate(engine.tensor(x), mode=mode, **call).tolist() == theirs.tolist(), (length, call)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("width", range(2, 41))
def test_pairs_of_any_width_equal_a_sum_and_a_maximum_over_windows(width: int, dtype: str) -> None:
    """Rows of every length of vector, and what is left over of them; every second image has an odd height."""
    height = 6 + width % 2
    x = np.random.default_rng(width).standard_normal((2, 3, height, width)).astype(dtype)
    windows = x[..., : height // 2 * 2, : width // 2 * 2].reshape(2, 3, height // 2, 2, width // 2, 2)
    dy = np.random.default_rng(0).standard_normal((2, 3, height // 2, width // 2)).astype(dtype)
    largest = windows.max(axis=(3, 5))
    winners = windows == largest[:, :, :, None, :, None]
    for op, size, expected, share in (
        (F.max_pool2d, (2,), largest, winners),
        (F.avg_pool2d, (2,), windows.mean(axis=(3, 5)), np.full(windows.shape, 0.25)),
        (engine.relu_max_pool2d, (), np.maximum(largest, 0), winners & (windows > 0)),
    ):
        images = engine.tensor(x, requires_grad=True)
        out = op(images, *size)
        np.testing.assert_allclose(out.array, expected, rtol=1e-5, atol=1e-6)
        out.backward(engine.tensor(dy))
        slopes = np.zeros_like(x)
        given = (share * dy[:, :, :, None, :, None]).reshape(2, 3, height // 2 * 2, width // 2 * 2)
        slopes[..., : height // 2 * 2, : width // 2 * 2] = given
        np.testing.assert_allclose(images.grad.array, slopes, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("width", range(2, 41))
def test_subsampling_is_a_weighted_sum_at_any_width(width: int, dtype: str) -> None:
    """So many planes that they are several tasks, the last with fewer planes, once maps are wide."""
    rng, shape = np.random.default_rng(width), (15, 3, 6 + width % 2, width)
    arrays = [rng.standard_normal(lengths).astype(dtype) for lengths in (shape, 3, 3)]
    windows: list[tuple[int | tuple[int, int], int | None]] = [(2, None), (2, 1), ((3, 2), None)]
    for size, stride in windows:
        (x, weight, bias), theirs = ([engine.tensor(a, requires_grad=True) for a in arrays] for _ in range(2))
        out = F.subsample2d(x, weight, bias, size, stride)
        sums = F.avg_pool2d(theirs[0], size, stride, divisor_override=1)
        expected = sums * theirs[1].reshape(3, 1, 1) + theirs[2].reshape(3, 1, 1)
        np.testing.assert_allclose(out.array, expected.array, rtol=1e-5, atol=1e-5)
        with engine.no_grad():
            np.testing.assert_array_equal(F.subsample2d(x, weight, bias, size, stride).array, out.array)
        dy = engine.tensor(rng.standard_normal(out.shape).astype(dtype))
        out.backward(dy)
        expected.backward(dy)
        for ours, other in zip((x, weight, bias), theirs, strict=True):
            np.testing.assert_allclose(ours.grad.array, other.grad.array, rtol=1e-4, atol=1e-4)


@each_kernel_set
def test_minus_infinity_in_a_window_without_gradient_counts_for_nothing(kernels: str) -> None:
    maps = np.full((1, 1, 2, 4), -np.inf)
    maps[..., 2:] = 1.0
    with engine.use_kernels(kernels):
        x, weight = engine.tensor(maps, requires_grad=True), engine.tensor(np.ones(1), requires_grad=True)
        mean, variance = engine.tensor(np.zeros(1)), engine.tensor(np.ones(1))
        engine.batch_norm_relu_max_pool2d(x, mean, variance, weight, eps=0.0).sum().backward()
    assert weight.grad.tolist() == [1.0]
    assert x.grad.tolist() == [[[[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]]


def test_refused_maps_leave_the_running_statistics() -> None:
    mean, variance = engine.tensor([0.0], dtype="float64"), engine.tensor([1.0], dtype="float64")
    with pytest.raises(ShapeError, match="maps of at least 2x2 pixels"):
        engine.batch_norm_relu_max_pool2d(engine.tensor(np.ones((2, 1, 1, 4))), mean, variance, training=True)
    assert (mean.tolist(), variance.tolist()) == ([0.0], [1.0])
