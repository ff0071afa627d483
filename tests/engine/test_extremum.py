"""Largest and smallest elements: ties, NaN, whole numbers and bool, the three forms of max and min."""

from typing import Any

import numpy as np
import pytest

import engine
from engine.arrays import Array
from engine.errors import DTypeError
from engine.kernels import KERNEL_SETS

NAN = np.nan


@pytest.fixture(params=KERNEL_SETS, autouse=True)
def _kernels(request: pytest.FixtureRequest) -> Any:
    with engine.use_kernels(request.param):
        yield


def gradient(function: Any, values: Any) -> Array:
    x = engine.tensor(values, dtype="float64", requires_grad=True)
    function(x).sum().backward()
    gradient: Array = x.grad.array
    return gradient


TIES = [[3.0, 1.0, 3.0, 3.0], [1.0, 1.0, 2.0, 1.0]]


@pytest.mark.parametrize(("name", "sign"), [("max", 1), ("min", -1)])
def test_the_first_of_equals_is_named_and_gets_the_gradient(name: str, sign: int) -> None:
    x = sign * engine.tensor(TIES)
    out = engine.OPS[name](x, 1)
    assert (out.values * sign).tolist() == [3.0, 2.0]
    assert out.indices.tolist() == engine.OPS[f"arg{name}"](x, dim=1).tolist() == [0, 2]
    assert out.indices.dtype == "int64"
    assert engine.OPS[f"arg{name}"](x).item() == 0
    assert engine.OPS[f"arg{name}"](engine.tensor([[0, 5], [5, 0]]) * sign).item() == 1
    ours = gradient(lambda x: engine.OPS[name](sign * x, 1).values, TIES)
    assert (sign * ours).tolist() == [[1, 0, 0, 0], [0, 0, 1, 0]]


@pytest.mark.parametrize(("name", "sign"), [("max", 1), ("min", -1)])
def test_equals_share_the_gradient_over_any_axes_and_over_all(name: str, sign: int) -> None:
    rows = sign * gradient(lambda x: engine.OPS[f"a{name}"](sign * x, 1), TIES)
    shared = np.array([[1 / 3, 0, 1 / 3, 1 / 3], [0, 0, 0, 0]])
    np.testing.assert_allclose(rows, shared + [[0], [1]] * np.eye(4)[2])
    for function in (lambda x: engine.OPS[name](sign * x), lambda x: engine.OPS[f"a{name}"](sign * x, (1, 0))):
        np.testing.assert_allclose(sign * gradient(function, TIES), shared)


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("place", range(3))
def test_nan_wins_and_the_first_of_them(name: str, place: int) -> None:
    values = [1.0, 2.0, -1.0, NAN]
    values[place] = NAN
    x = engine.tensor([values])
    out = engine.OPS[name](x, 1)
    for result in (out.values, engine.OPS[name](x), engine.OPS[f"a{name}"](x, 1)):
        assert np.isnan(result.item())
    assert out.indices.item() == engine.OPS[f"arg{name}"](x).item() == place
    winner = np.eye(4)[place]
    assert gradient(lambda x: engine.OPS[name](x, 1).values, [values]).tolist() == [winner.tolist()]
    both = (winner + np.eye(4)[3]) / 2
    assert gradient(engine.OPS[name], [values]).tolist() == [both.tolist()]


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "bool"])
def test_whole_numbers_and_bool(dtype: str) -> None:
    array = np.array([[0, 3, 2], [1, 0, 0]], dtype)
    x = engine.tensor(array)
    for got, expected in (
        (x.max(), array.max()),
        (x.min(), array.min()),
        (x.amax(0), array.max(0)),
        (x.amin((0, 1)), array.min()),
        (x.max(1).values, array.max(1)),
        (x.max(1).indices, array.argmax(1)),
        (x.argmin(0), array.argmin(0)),
        (x.maximum(x.amin(1, keepdim=True)), np.maximum(array, array.min(1, keepdims=True))),
    ):
        assert got.dtype == expected.dtype
        assert got.tolist() == expected.tolist()


def test_max_is_a_named_tuple_with_an_axis_and_a_tensor_without() -> None:
    x = engine.tensor([[1.0, 5.0], [7.0, 3.0]])
    values, indices = engine.max(x, dim=0, keepdim=True)
    assert (values.tolist(), indices.tolist()) == ([[7.0, 5.0]], [[1, 0]])
    assert engine.max(x, 1).values.tolist() == [5.0, 7.0]
    assert engine.max(x).shape == ()
    assert engine.max(x, engine.tensor(4.0)).tolist() == engine.max(x, other=engine.tensor(4.0)).tolist()
    assert engine.min(x, engine.tensor(4.0)).tolist() == [[1.0, 4.0], [4.0, 3.0]]
    with pytest.raises(DTypeError, match="maximum: expected a Tensor, got str"):
        engine.max(x, other="text")


def test_a_single_number_has_no_axis_but_may_be_asked() -> None:
    x = engine.tensor(3.0)
    assert [x.amax(0).item(), x.max(-1).values.item(), x.max(0).indices.item(), x.argmax().item()] == [3.0, 3.0, 0, 0]
    assert x.argmax(keepdim=True).shape == ()
    assert engine.tensor([[3.0]]).argmax(keepdim=True).shape == (1, 1)


def test_nothing_along_the_other_axes_is_no_error() -> None:
    x = engine.tensor(np.zeros((0, 3)))
    assert x.amax(1).shape == x.argmin(1).shape == x.max(1).values.shape == (0,)
