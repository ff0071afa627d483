"""Ops against SciPy and against what is known of them. test_pytorch_parity.py has PyTorch."""

import numpy as np
import pytest
import scipy.signal
import scipy.special
from hypothesis import HealthCheck, given, settings

import engine
from tests.op_cases import OP_CASES, Sample

thorough = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@thorough
@given(OP_CASES["conv2d"].samples)
def test_conv2d_equals_scipy(sample: Sample) -> None:
    x, w, b = sample.operands
    images = x if x.ndim == 4 else x[None]
    settings = {name: (v, v) if isinstance(v, int) else v for name, v in sample.settings.items()}
    (stride_h, stride_w), (gap_h, gap_w), (groups, _) = (settings[name] for name in ("stride", "dilation", "groups"))
    # A dilated filter is one with zeros between its weights.
    spread = np.zeros((*w.shape[:2], gap_h * (w.shape[2] - 1) + 1, gap_w * (w.shape[3] - 1) + 1))
    spread[:, :, ::gap_h, ::gap_w] = w
    pads = {"valid": (0, 0), "same": (spread.shape[2] - 1, spread.shape[3] - 1)}
    if isinstance(settings["padding"], str):
        widths = [(total // 2, total - total // 2) for total in pads[settings["padding"]]]
    else:
        widths = [(pad, pad) for pad in settings["padding"]]
    padded = np.pad(images, ((0, 0), (0, 0), *widths))
    depth, share = w.shape[1], len(w) // groups
    maps = [
        [
            scipy.signal.correlate(image[k // share * depth :][:depth], kernel, mode="valid")[0, ::stride_h, ::stride_w]
            for k, kernel in enumerate(spread)
        ]
        for image in padded
    ]
    expected = np.array(maps) + (0 if b is None else b[:, None, None])
    bias = None if b is None else engine.tensor(b)
    got = engine.conv2d(engine.tensor(x), engine.tensor(w), bias, **sample.settings)
    np.testing.assert_allclose(got.array, expected if x.ndim == 4 else expected[0], atol=1e-10)


@thorough
@given(OP_CASES["log_softmax"].samples)
def test_log_softmax_equals_scipy(sample: Sample) -> None:
    (x,) = sample.operands
    expected = scipy.special.log_softmax(x, axis=sample.settings["dim"])
    np.testing.assert_allclose(engine.log_softmax(engine.tensor(x), **sample.settings).array, expected, atol=1e-12)


def test_large_logits_neither_overflow_nor_give_minus_infinity() -> None:
    for kernels in engine.kernels.KERNEL_SETS:
        with engine.use_kernels(kernels):
            logits = engine.tensor([[1e4, -1e4, 0.0]], requires_grad=True)
            loss = engine.cross_entropy(logits, engine.tensor([1]))
            loss.backward()
            assert loss.item() == pytest.approx(2e4)
            assert logits.grad.tolist() == [[1.0, -1.0, 0.0]]


@pytest.mark.parametrize("kernels", ["reference", "cpu"])
def test_nan_is_not_hidden(kernels: str) -> None:
    with engine.use_kernels(kernels):
        for place in range(4):
            values = np.array([1.0, -2.0, 3.0, -4.0])
            values[place] = np.nan
            x = engine.tensor(values.reshape(1, 1, 2, 2), requires_grad=True)
            largest = engine.max_pool2d(x, 2)
            assert np.isnan(largest.item())
            largest.sum().backward()
            assert x.grad.array.ravel()[place] == 1.0
            assert np.isnan(engine.relu(x).array).sum() == 1
            assert np.isnan(engine.sum(x).item())


@pytest.mark.parametrize("kernels", ["reference", "cpu"])
def test_ties_in_max_pooling_go_to_the_first(kernels: str) -> None:
    with engine.use_kernels(kernels):
        x = engine.tensor(np.ones((1, 1, 2, 2)), requires_grad=True)
        engine.max_pool2d(x, 2).sum().backward()
        assert x.grad.tolist() == [[[[1.0, 0.0], [0.0, 0.0]]]]
