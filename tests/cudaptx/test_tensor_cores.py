"""Products of "high" precision are made by tensor cores, and only those of float32 on cards that have them."""

from collections.abc import Iterator

import numpy as np
import pytest

import engine
from engine import kernels
from engine.cuda import driver
from engine.cuda.array import empty
from tests.cudaptx.recorded import recording

if driver.SIMULATED or driver.toolkit_problem() is not None:
    pytest.skip("no CUDA toolkit to compile with: pip install 'byhand[ptx]'", allow_module_level=True)


@pytest.fixture
def high(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    engine.set_float32_matmul_precision("high")
    monkeypatch.setattr(driver, "capability", lambda: (9, 0))
    yield monkeypatch
    engine.set_float32_matmul_precision("highest")


def instructions(dtype: str, capability: tuple[int, int]) -> int:
    """Return how many tensor core instructions a product has."""
    with recording() as launches:
        out, a, b = (empty((1, 256, 256), np.dtype(dtype)) for _ in range(3))
        kernels.load("cuda").matmul(out, a, b, 0, 0)
    first = launches[0]
    return driver.compile_ptx(first.function, first.signature, capability).count("mma.sync.aligned.m16n8k8")


def test_products_are_made_by_tensor_cores(high: pytest.MonkeyPatch) -> None:
    assert instructions("float32", (8, 0)) == instructions("float32", (9, 0)) == 16


def test_float64_is_not(high: pytest.MonkeyPatch) -> None:
    assert instructions("float64", (9, 0)) == 0


def test_cards_without_them_go_on_as_usual(high: pytest.MonkeyPatch) -> None:
    high.setattr(driver, "capability", lambda: (7, 5))
    assert instructions("float32", (7, 5)) == 0


def test_the_default_is_without() -> None:
    assert instructions("float32", (9, 0)) == 0
