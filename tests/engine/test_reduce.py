"""Sums of whole numbers, and variances where careless formulas fail."""

from typing import Any

import numpy as np
import pytest

import engine
from engine.kernels import KERNEL_SETS


@pytest.fixture(params=KERNEL_SETS, autouse=True)
def _kernels(request: pytest.FixtureRequest) -> Any:
    with engine.use_kernels(request.param):
        yield


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "bool"])
def test_whole_numbers_are_summed_in_int64(dtype: str) -> None:
    array = np.array([[1, 0, 200], [1, 1, 200]], dtype)
    for dim in (None, 0, (0, 1)):
        total = engine.sum(engine.tensor(array), dim)
        assert total.dtype == "int64"
        assert total.tolist() == array.sum(dim, dtype=np.int64).tolist()


def test_sums_of_large_whole_numbers_are_exact() -> None:
    assert engine.tensor([2**62, 1, 2**61]).sum().item() == 2**62 + 2**61 + 1


@pytest.mark.parametrize(("dtype", "offset"), [("float32", 1e4), ("float64", 1e6)])
def test_variance_is_accurate_for_a_large_mean(dtype: str, offset: float) -> None:
    """E[x ** 2] - E[x] ** 2 has no right digit here: the squares need more of them than a float has."""
    x = (np.random.default_rng(0).standard_normal(500) + offset).astype(dtype)
    exact = x.astype(np.longdouble)
    expected, slope = exact.var(ddof=1), 2 * (exact - exact.mean()) / 499
    tensor = engine.tensor(x, requires_grad=True)
    variance = tensor.var()
    variance.backward()
    tolerance = 1e-6 if dtype == "float32" else 1e-12
    np.testing.assert_allclose(variance.item(), float(expected), rtol=tolerance)
    error = np.abs(tensor.grad.array - slope).max()
    assert error < 1e-6 * np.abs(slope).max()
    np.testing.assert_allclose(tensor.std().item(), float(np.sqrt(expected)), rtol=tolerance)


def test_equal_elements_deviate_by_nothing_and_have_no_gradient() -> None:
    x = engine.tensor([2.0, 2.0, 2.0], requires_grad=True)
    deviation = x.std()
    deviation.backward()
    assert deviation.item() == 0.0
    assert x.grad.tolist() == [0.0, 0.0, 0.0]


def test_no_axes_means_all_and_a_single_number_has_none() -> None:
    x = engine.tensor([[1.0, 3.0], [5.0, 7.0]])
    assert engine.sum(x, ()).item() == 16.0
    assert engine.mean(x, [], keepdim=True).tolist() == [[4.0]]
    assert engine.var(x, (), correction=0).item() == 5.0
    assert engine.sum(engine.tensor(2.0), 0).item() == engine.sum(engine.tensor(2.0), -1).item() == 2.0


def test_nothing_sums_to_zero() -> None:
    assert engine.sum(engine.tensor(np.zeros((2, 0))), 1).tolist() == [0.0, 0.0]
    assert engine.sum(engine.tensor(np.zeros(0, np.int64))).item() == 0
