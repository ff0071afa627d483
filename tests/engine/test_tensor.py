"""Tensor: dtypes, conversion, operators, what it refuses."""

import re
from typing import Any

import numpy as np
import pytest

import engine
from engine.errors import DTypeError, EngineError, GraphError, ShapeError

# Any, because a checker would not let these pass.
ARRAY: Any = np.ones(1)
CONV2D: Any = engine.conv2d
RELU: Any = engine.relu


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        (1.5, "float32"),
        ([1.0, 2.0], "float32"),
        (1, "int64"),
        (True, "bool"),
        (np.zeros(2), "float64"),
        (np.zeros(2, np.float32), "float32"),
        (np.zeros(2, np.uint8), "uint8"),
    ],
)
def test_default_dtypes_are_pytorchs(data: Any, dtype: str) -> None:
    assert engine.tensor(data).dtype == dtype


def test_tensor_copies_and_is_contiguous() -> None:
    source = np.arange(6.0).reshape(2, 3)
    x = engine.tensor(source.T)
    source[0, 0] = 9
    assert x.array[0, 0] == 0
    assert x.array.flags.c_contiguous
    assert engine.tensor(x).tolist() == x.tolist()


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: engine.tensor([1.0], dtype="float16"), DTypeError, "Tensor: expected float32, float64"),
        (lambda: engine.tensor(["a"]), DTypeError, "Tensor: expected float32"),
        (lambda: engine.tensor([1], requires_grad=True), DTypeError, "a floating dtype for requires_grad=True"),
        (lambda: engine.tensor([[1], [1, 2]]), ShapeError, "tensor: expected rows of equal length"),
        (lambda: engine.tensor([1, 2]).item(), ShapeError, "item: expected a tensor with one element, got shape (2,)"),
        (lambda: len(engine.tensor(1)), ShapeError, "len: expected a tensor with at least one axis"),
        (lambda: engine.tensor([1.0], requires_grad=True).numpy(), GraphError, "use tensor.detach().numpy()"),
        (lambda: engine.tensor([1.0]) + ARRAY, DTypeError, "add: expected a Tensor, got ndarray for other"),
        (lambda: ARRAY + engine.tensor([1.0]), DTypeError, "add: expected a Tensor, got ndarray for input"),
    ],
)
def test_refusals(make: Any, error: type[EngineError], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        make()


def test_operators_with_numbers_on_both_sides() -> None:
    x = engine.tensor([1.0, 4.0])
    assert (2 + x).tolist() == (x + 2).tolist() == [3.0, 6.0]
    assert (2 - x).tolist() == [1.0, -2.0]
    assert (x - 2).tolist() == [-1.0, 2.0]
    assert (2 * x).tolist() == (x * 2).tolist() == [2.0, 8.0]
    assert (2 / x).tolist() == [2.0, 0.5]
    assert (x / 2).tolist() == [0.5, 2.0]
    assert (-x).tolist() == [-1.0, -4.0]
    assert (x * 0.5).dtype == "float32"


def test_whole_numbers_stay_whole_unless_a_fraction_comes_in() -> None:
    x = engine.tensor([1, 2])
    assert (x + 1).dtype == "int64"
    assert (x + 0.5).tolist() == [1.5, 2.5]


def test_dtypes_are_promoted_and_gradients_come_back_in_their_own() -> None:
    x = engine.tensor([1.0], requires_grad=True)
    y = engine.tensor([2.0], dtype="float64", requires_grad=True)
    z = x * y
    assert z.dtype == "float64"
    z.sum().backward()
    assert (x.grad.dtype, y.grad.dtype) == ("float32", "float64")


def test_shape_methods() -> None:
    x = engine.tensor(np.arange(6.0).reshape(2, 3))
    assert (x.shape, x.ndim, x.numel(), len(x), x.size(), x.size(1)) == ((2, 3), 2, 6, 2, (2, 3), 3)
    assert x.view(x.size(0), -1).shape == x.reshape((2, -1)).shape == (2, 3)
    assert x.reshape(-1).shape == (6,)
    assert x.data.array is x.array
    assert float(x.sum()) == 15.0
    assert x.mean(dim=0, keepdim=True).shape == (1, 3)
    assert bool(engine.tensor(1.0))
    assert x.relu().tanh().log_softmax(1).shape == (2, 3)
    assert (x @ engine.tensor(np.ones((3, 1)))).tolist() == x.matmul(engine.tensor(np.ones((3, 1)))).tolist()


def test_repr_says_what_matters() -> None:
    x = engine.tensor([1.0], requires_grad=True)
    assert repr(x) == "tensor([1.], requires_grad=True)"
    assert repr(x * 2) == "tensor([2.], grad_fn=<mul>)"
    assert repr(x.detach()) == "tensor([1.])"
    assert "float64" in repr(engine.tensor([1.0], dtype="float64"))


def test_calling_an_op_wrongly_is_pythons_own_error() -> None:
    with pytest.raises(TypeError, match="missing a required argument: 'weight'"):
        CONV2D(engine.tensor([1.0]))
    with pytest.raises(TypeError, match="colour"):
        RELU(engine.tensor([1.0]), colour="red")
    assert str(engine.OPS["relu"]).startswith("<op relu(")


def test_an_op_without_vjp_says_so() -> None:
    from engine.arrays import Array
    from engine.op import OPS, Context, Operand, op

    @op
    def unfinished(ctx: Context, input: Operand) -> Array:
        out: Array = input
        return out

    try:
        with pytest.raises(GraphError, match=r"declare it with @unfinished\.vjp"):
            unfinished(engine.tensor([1.0], requires_grad=True))
        assert unfinished(engine.tensor([1.0])).item() == 1.0
    finally:
        del OPS["unfinished"]
