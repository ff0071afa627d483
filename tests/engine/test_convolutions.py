"""What is known of convolutions, whatever the numbers: adjoints, unfolding, empty batches, split batches."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import engine
import engine.nn.functional as F
from engine.arrays import Array
from engine.kernels.cpu import conv
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


@pytest.mark.parametrize("groups", [1, 2])
def test_a_batch_that_is_unfolded_in_parts(groups: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two images fit at a time, so that five make three parts of which the last is smaller."""
    sample = Sample((normal(5, 4, 6, 5), normal(6, 4 // groups, 3, 2), normal(6)), {"padding": 1, "groups": groups})

    def results() -> list[Array]:
        tensors = [engine.tensor(array, requires_grad=True) for array in sample.operands]
        out = engine.OPS["conv2d"](*tensors, **sample.settings)
        out.backward(engine.tensor(normal(*out.shape)))
        return [out.array, *(tensor.grad.array for tensor in tensors)]

    whole = results()
    monkeypatch.setattr(conv, "COLUMN_BYTES", 2 * (4 * 3 * 2) * (6 * 6) * 8)
    for got, expected in zip(results(), whole, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


CALLS: list[tuple[str, tuple[tuple[int, ...], ...], dict[str, Any]]] = [
    ("conv2d", ((0, 4, 3, 3), (6, 2, 2, 2), (6,)), {"groups": 2}),
    ("conv_transpose2d", ((0, 4, 3, 3), (4, 3, 2, 2), (6,)), {"groups": 2}),
    ("locally_connected2d", ((0, 4, 3, 3), (2, 2, 6, 4, 2, 2), (6, 2, 2)), {}),
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
