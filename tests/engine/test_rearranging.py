"""Ops that rearrange: dtypes they keep, memory they share, methods of Tensor."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from engine.errors import ShapeError

MOVES: list[Callable[[engine.Tensor], engine.Tensor]] = [
    lambda x: x.reshape(3, 2),
    lambda x: x.flatten(),
    lambda x: x.unflatten(1, (3, 1)),
    lambda x: x.unsqueeze(0).squeeze(),
    lambda x: x.permute(1, 0),
    lambda x: x.transpose(0, 1),
    lambda x: x.flip(0, 1),
    lambda x: x.roll(1, 0),
    lambda x: x.expand(2, 2, 3),
    lambda x: x.repeat(2, 2),
    lambda x: engine.cat([x, x]),
    lambda x: engine.stack([x, x], 1),
    lambda x: x.split([1, 2], 1)[1],
    lambda x: x.chunk(2)[0],
    lambda x: x[:, [0, 0]],
    lambda x: F.pad(x, (1, 1)),
    lambda x: F.pad(x, (1, 1), "reflect"),
]


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "bool"])
@pytest.mark.parametrize("move", MOVES)
def test_other_dtypes_are_kept_and_have_no_gradient(move: Any, dtype: str) -> None:
    moved = move(engine.ones(2, 3, dtype=dtype))
    assert moved.dtype == dtype
    assert not moved.requires_grad
    assert moved.array.flags.c_contiguous


def test_another_shape_shares_memory() -> None:
    x = engine.zeros(2, 3)
    for moved in (x.reshape(6), x.view(3, -1), x.flatten(), x.unflatten(1, (1, 3)), x.unsqueeze(1).squeeze(1)):
        assert np.shares_memory(moved.array, x.array)
    assert x.contiguous() is x


def test_a_result_can_be_written_to() -> None:
    for x in (engine.zeros(2, 3), engine.zeros(1, 1)):
        for y in (x.expand(*x.shape), x.expand(1, *x.shape), x.expand(4, *x.shape), x.T, x.flip(0), x[:1]):
            assert y.fill_(1).array.all()


def test_transposes() -> None:
    x = engine.tensor(np.arange(24.0).reshape(2, 3, 4))
    assert x[0].T.tolist() == x.array[0].T.tolist()
    assert x.mT.tolist() == x.array.swapaxes(1, 2).tolist()
    assert engine.ones(3).T.shape == (3,)
    with pytest.raises(ShapeError, match=r"T: expected at most two axes.*say mT, transpose or permute"):
        _ = x.T
    with pytest.raises(ShapeError, match="mT: expected at least two axes"):
        _ = engine.ones(3).mT


def test_methods_take_numbers_one_by_one_or_together() -> None:
    x = engine.zeros(2, 1, 3)
    assert x.permute(2, 0, 1).shape == x.permute((2, 0, 1)).shape == (3, 2, 1)
    assert x.expand(-1, 4, -1).shape == x.expand((-1, 4, -1)).shape == x.expand_as(engine.zeros(2, 4, 3)).shape
    assert x.flip(0).shape == x.flip((0, 1)).shape == x.shape
    assert x.tile(2).shape == x.tile((1, 1, 2)).shape == x.repeat(1, 1, 2).shape == (2, 1, 6)
    assert [piece.shape for piece in x.split(2, -1)] == [(2, 1, 2), (2, 1, 1)]


def test_cat_promotes_dtypes_and_gradients_come_back_in_their_own() -> None:
    x = engine.ones(2, requires_grad=True)
    y = engine.ones(1, dtype="float64", requires_grad=True)
    z = engine.cat([x, engine.ones(1, dtype="int32"), y, engine.zeros(0, dtype="bool")])
    assert z.dtype == "float64"
    z.sum().backward()
    assert (x.grad.dtype, y.grad.dtype) == ("float32", "float64")
    assert engine.cat([engine.ones(1, dtype="bool"), engine.ones(1, dtype="uint8")]).dtype == "uint8"


def test_pieces_without_a_use_get_a_gradient_of_zero() -> None:
    x = engine.ones(4, requires_grad=True)
    _, second = x.chunk(2)
    (second * 3).sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 3.0, 3.0]


def test_padding_fills_what_the_dtype_can_hold() -> None:
    assert F.pad(engine.ones(1, dtype="int64"), (1, 0), value=2.5).tolist() == [2, 1]


def test_a_weight_may_change_where_the_gradient_of_a_product_does_not_need_it() -> None:
    x, w = engine.ones(2, 3, requires_grad=True), engine.ones(3, 2)
    y = (engine.ones(4, 2) @ x).sum()
    x.detach().add_(1)
    y.backward()
    y = (x @ w).sum()
    w.add_(1)
    with pytest.raises(engine.errors.GraphError, match="changed in place since"):
        y.backward()
