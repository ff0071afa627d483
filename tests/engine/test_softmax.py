"""Softmax against SciPy, and where it could overflow."""

from typing import Any

import numpy as np
import pytest
import scipy.special
from hypothesis import given

import engine
from engine.kernels import KERNEL_SETS
from tests.engine.test_independent_oracles import thorough
from tests.op_cases import OP_CASES, Sample


@pytest.fixture(params=KERNEL_SETS)
def kernels(request: pytest.FixtureRequest) -> Any:
    with engine.use_kernels(request.param):
        yield request.param


@thorough
@given(OP_CASES["softmax"].samples)
def test_softmax_equals_scipy(sample: Sample) -> None:
    (x,) = sample.operands
    expected = scipy.special.softmax(x, axis=sample.settings["dim"])
    np.testing.assert_allclose(engine.softmax(engine.tensor(x), **sample.settings).array, expected, atol=1e-12)


def test_large_logits_neither_overflow_nor_give_nan(kernels: str) -> None:
    x = engine.tensor([[1e4, -1e4, 1e4]], requires_grad=True)
    out = x.softmax(1)
    assert out.tolist() == [[0.5, 0.0, 0.5]]
    (out * engine.tensor([[1.0, 1.0, 0.0]])).sum().backward()
    assert x.grad.tolist() == [[0.25, 0.0, -0.25]]


def test_infinities_and_nan_as_in_pytorch(kernels: str) -> None:
    assert engine.softmax(engine.tensor([0.0, -np.inf]), 0).tolist() == [1.0, 0.0]
    for row in ([-np.inf, -np.inf], [np.inf, 0.0], [np.nan, 0.0]):
        assert np.isnan(engine.softmax(engine.tensor(row), 0).array).any()
        assert np.isnan(engine.log_softmax(engine.tensor(row), 0).array).any()


def test_a_single_number_and_empty_rows(kernels: str) -> None:
    assert engine.softmax(engine.tensor(3.0), 0).item() == 1.0
    assert engine.log_softmax(engine.tensor(3.0), -1).item() == 0.0
    for shape in ((2, 0), (0, 2)):
        assert engine.softmax(engine.tensor(np.zeros(shape)), 1).shape == shape
        assert engine.log_softmax(engine.tensor(np.zeros(shape)), 1).shape == shape
