"""Dropout: what is drawn, what is kept, and on what it does not depend."""

from typing import Any

import numpy as np
import pytest

import engine
from engine.device import available_threads
from engine.kernels import KERNEL_SETS

DROPOUTS = [engine.dropout, engine.dropout2d]


def ones(*shape: int, requires_grad: bool = False) -> engine.Tensor:
    return engine.tensor(np.ones(shape, np.float32), requires_grad=requires_grad)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_a_part_p_is_dropped_and_the_mean_is_kept(p: float) -> None:
    engine.manual_seed(3)
    out = engine.dropout(ones(100_000), p).array
    assert set(np.unique(out)) == {np.float32(0), np.float32(1 / (1 - p))}
    assert (out == 0).mean() == pytest.approx(p, abs=0.01)
    assert out.mean() == pytest.approx(1, abs=0.03)


def test_whole_maps_are_dropped() -> None:
    engine.manual_seed(3)
    maps = engine.dropout2d(ones(50, 40, 2, 3), 0.3).array.reshape(2000, 6)
    assert (maps == maps[:, :1]).all()
    assert (maps[:, 0] == 0).mean() == pytest.approx(0.3, abs=0.04)


@pytest.mark.parametrize("drop", DROPOUTS)
def test_the_seed_alone_decides(drop: Any) -> None:
    def mask(seed: int, kernels: str = "cpu", threads: int = 1, dtype: str = "float32") -> Any:
        before = engine.get_num_threads()
        engine.manual_seed(seed)
        engine.set_num_threads(threads)
        try:
            with engine.use_kernels(kernels):
                return drop(engine.tensor(np.ones((5, 4, 3, 2)), dtype=dtype)).tolist()
        finally:
            engine.set_num_threads(before)

    first = mask(1)
    assert first != mask(2)
    for kernels in KERNEL_SETS:
        assert mask(1, kernels) == first
    assert mask(1, threads=available_threads()) == first
    assert mask(1, dtype="float64") == first


@pytest.mark.parametrize("drop", DROPOUTS)
def test_each_call_draws_anew(drop: Any) -> None:
    engine.manual_seed(0)
    x = ones(4, 8, 1, 1)
    assert drop(x).tolist() != drop(x).tolist()


@pytest.mark.parametrize("drop", DROPOUTS)
def test_the_gradient_passes_where_the_value_did(drop: Any) -> None:
    engine.manual_seed(0)
    x = ones(4, 4, 2, 2, requires_grad=True)
    out = drop(x, 0.5)
    out.sum().backward()
    assert 0 < (out.array == 0).sum() < out.numel()
    assert x.grad.tolist() == out.tolist()


@pytest.mark.parametrize("drop", DROPOUTS)
def test_the_ends(drop: Any) -> None:
    x = ones(2, 2, 2, 2, requires_grad=True)
    assert drop(x, 0.0) is x
    assert drop(x, 0.5, training=False) is x
    nothing = drop(x, 1.0)
    nothing.sum().backward()
    assert not nothing.array.any()
    assert not x.grad.array.any()


@pytest.mark.parametrize("drop", DROPOUTS)
def test_in_place_gives_the_same_values_and_leaves_its_input_alone(drop: Any) -> None:
    x = ones(4, 4, 2, 2, requires_grad=True)
    engine.manual_seed(5)
    expected = drop(x).tolist()
    engine.manual_seed(5)
    assert drop(x, inplace=True).tolist() == expected
    assert (x.array == 1).all()
