"""Random numbers of the device: Philox's own test vectors, masks, and seeds."""

import numpy as np
import pytest

import engine
from engine.arrays import Array
from engine.cuda.array import empty
from engine.cuda.driver import cuda
from engine.cuda.launch import kernel
from engine.cuda.random import philox


@kernel
def _word(out: Array, counter: Array) -> None:
    if cuda.grid(1) == 0:
        out[0] = philox(counter[0], counter[1], counter[2])


@pytest.mark.parametrize(
    ("element", "call", "seed", "word"),
    # Of Random123's file of known answers (philox4x32, 10 rounds): the first word. All bits 0, all bits 1.
    [(0, 0, 0, 0x6627E8D5), (-1, -1, -1, 0x408F276D)],
)
def test_known_answers(element: int, call: int, seed: int, word: int) -> None:
    out = empty((1,), np.int64)
    _word.blocks(1, 1, out, np.array([element, call, seed]))
    assert out.item() == word


def ones(*shape: int) -> engine.Tensor:
    return engine.tensor(np.ones(shape, np.float32), device="cuda", requires_grad=True)


def test_a_mask_drops_its_share_and_keeps_the_mean() -> None:
    engine.manual_seed(1)
    x = ones(1500)
    y = engine.dropout(x, 0.3)
    values = y.detach().cpu().numpy()
    assert set(np.unique(values)) == {np.float32(0), np.float32(1) / np.float32(0.7)}
    assert abs((values == 0).mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / 1500)
    y.sum().backward()
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.cpu().numpy(), values)


def test_whole_maps_are_dropped() -> None:
    values = engine.dropout2d(ones(4, 5, 2, 3), 0.5).detach().cpu().numpy()
    assert ((values == values[:, :, :1, :1]).all(axis=(2, 3))).all()
    assert 0 < (values == 0).mean() < 1


def test_the_same_seed_gives_the_same_masks() -> None:
    engine.manual_seed(7)
    first, second = (engine.dropout(ones(64)).tolist() for _ in range(2))
    engine.manual_seed(7)
    assert engine.dropout(ones(64)).tolist() == first != second


@pytest.mark.parametrize(("p", "value"), [(0.0, 1.0), (1.0, 0.0)])
def test_all_or_nothing(p: float, value: float) -> None:
    assert engine.dropout(ones(5), p).tolist() == [value] * 5
