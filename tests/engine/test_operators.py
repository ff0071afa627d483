"""Every operator of Tensor against NumPy's, with tensors and numbers on both sides; equality and hash."""

import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import engine
from engine.errors import DTypeError
from engine.kernels import KERNEL_SETS

# Any, because a checker would not let these pass.
ARRAY: Any = np.ones(2)
LESS: Any = operator.lt
NOTHING: Any = None

LEFT = np.array([[-2.0, -0.5, 0.5], [1.0, 2.0, 3.5]])
RIGHT = np.array([[2.0], [0.5]])

BINARY = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
WITH_WHOLE_NUMBERS = sorted(BINARY.keys() - {"/"})


@pytest.fixture(params=KERNEL_SETS, autouse=True)
def _kernels(request: pytest.FixtureRequest) -> Any:
    with engine.use_kernels(request.param):
        yield


def check(got: engine.Tensor, expected: Any) -> None:
    assert got.dtype == expected.dtype
    np.testing.assert_allclose(got.array, expected, rtol=1e-12)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("symbol", BINARY)
@pytest.mark.parametrize("number", [2, 0.5, -1, True])
def test_binary_operators_equal_numpys(symbol: str, number: float) -> None:
    apply, left, right = BINARY[symbol], engine.tensor(LEFT), engine.tensor(RIGHT)
    check(apply(left, right), apply(LEFT, RIGHT))
    check(apply(left, left), apply(LEFT, LEFT))
    check(apply(left, number), apply(LEFT, float(number)))
    check(apply(number, left), apply(float(number), LEFT))


@pytest.mark.parametrize("symbol", WITH_WHOLE_NUMBERS)
@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_binary_operators_on_whole_numbers_equal_numpys(symbol: str, dtype: str) -> None:
    apply = BINARY[symbol]
    left, right = np.array([3, 1, 7, 0], dtype), np.array([2, 1, 5, 0], dtype)
    check(apply(engine.tensor(left), engine.tensor(right)), apply(left, right))
    check(apply(engine.tensor(left), 2), apply(left, 2))
    check(apply(2, engine.tensor(left)), apply(2, left))


def test_unary_operators_and_matmul_equal_numpys() -> None:
    x = engine.tensor(LEFT)
    check(-x, -LEFT)
    check(abs(x), abs(LEFT))
    check(~(x > 0), ~(LEFT > 0))
    check(x @ engine.tensor(LEFT.T.copy()), LEFT @ LEFT.T)
    check(abs(engine.tensor([-3, 3])), np.array([3, 3]))


METHODS: list[tuple[Callable[[engine.Tensor], engine.Tensor], Any]] = [
    (lambda x: x.abs(), np.abs(LEFT)),
    (lambda x: x.exp(), np.exp(LEFT)),
    (lambda x: x.abs().log(), np.log(np.abs(LEFT))),
    (lambda x: x.abs().sqrt(), np.sqrt(np.abs(LEFT))),
    (lambda x: x.pow(3), LEFT**3),
    (lambda x: x.maximum(1), np.maximum(LEFT, 1)),
    (lambda x: x.minimum(engine.tensor(RIGHT)), np.minimum(LEFT, RIGHT)),
    (lambda x: x.clamp(-1), np.maximum(LEFT, -1)),
    (lambda x: x.clamp(max=engine.tensor(RIGHT)), np.minimum(LEFT, RIGHT)),
    (lambda x: x.where(x > 0, -1), np.where(LEFT > 0, LEFT, -1)),
    (lambda x: x.relu(), np.maximum(LEFT, 0)),
    (lambda x: x.sigmoid(), 1 / (1 + np.exp(-LEFT))),
    (lambda x: x.softmax(0).log(), LEFT - np.log(np.exp(LEFT).sum(0))),
    (lambda x: x.var(0), LEFT.var(0, ddof=1)),
    (lambda x: x.std(correction=0, keepdim=True), LEFT.std(keepdims=True)),
    (lambda x: x.amax((0, 1)), LEFT.max()),
    (lambda x: x.amin(1, keepdim=True), LEFT.min(1, keepdims=True)),
    (lambda x: x.argmax(1), LEFT.argmax(1)),
    (lambda x: x.argmin(), LEFT.argmin()),
    (lambda x: x.max(), LEFT.max()),
    (lambda x: x.max(1).values, LEFT.max(1)),
    (lambda x: x.min(0, keepdim=True).indices, LEFT.argmin(0, keepdims=True)),
    (lambda x: x.max(engine.tensor(RIGHT)), np.maximum(LEFT, RIGHT)),
    (lambda x: x.min(other=engine.tensor(RIGHT)), np.minimum(LEFT, RIGHT)),
    (lambda x: x.eq(0.5), LEFT == 0.5),
    (lambda x: x.ne(0.5), LEFT != 0.5),
    (lambda x: x.lt(0.5), LEFT < 0.5),
    (lambda x: x.le(0.5), LEFT <= 0.5),
    (lambda x: x.gt(0.5), LEFT > 0.5),
    (lambda x: x.ge(0.5), LEFT >= 0.5),
    (lambda x: x.gt(0).logical_not(), LEFT <= 0),
]


@pytest.mark.parametrize("i", range(len(METHODS)))
def test_methods_equal_numpys_functions(i: int) -> None:
    method, expected = METHODS[i]
    check(method(engine.tensor(LEFT)), expected)


def test_numbers_take_the_dtype_of_all_tensors_beside_them_unless_it_cannot_hold_them() -> None:
    double, condition = engine.tensor([1.0], dtype="float64"), engine.tensor([True])
    assert engine.where(condition, 0.1, double).item() == 0.1
    assert engine.where(condition, 7, double).item() == 7.0
    assert engine.where(condition, 1, 2).dtype == "int64"
    assert engine.where(condition, 0.5, 2.0).dtype == "float32"
    assert engine.where(~condition, True, 5).item() == 5
    assert (condition == 2).tolist() == [False]
    small = engine.tensor([200], dtype="uint8")
    assert (small < 300).tolist() == (small > -1).tolist() == [True]
    assert (small + 300).item() == 500
    assert (small + 1).dtype == "uint8"


def test_large_whole_numbers_stay_exact() -> None:
    """Int64 above 2 ** 53 has no float64."""
    big = engine.tensor([2**62 + 1, -3])
    assert big.relu().tolist() == big.clamp(0).tolist() == big.maximum(0).tolist() == [2**62 + 1, 0]
    assert engine.where(big > 0, big, 0).tolist() == [2**62 + 1, 0]
    assert abs(big).tolist() == [2**62 + 1, 3]
    assert (big == 2**62).tolist() == [False, False]
    assert (engine.tensor([3]) ** 39).item() == 3**39


def test_results_of_comparisons_are_not_recorded() -> None:
    x = engine.tensor([1.0], requires_grad=True)
    assert not (x == 1).requires_grad
    assert bool(x > 0)


def test_equality_with_what_is_no_tensor_is_pythons() -> None:
    x: Any = engine.tensor([1.0, 2.0])
    assert (x == NOTHING) is False
    assert (x != "text") is True
    with pytest.raises(DTypeError, match="eq: expected a Tensor, got ndarray for other"):
        _ = x == ARRAY
    with pytest.raises(DTypeError, match="ne: expected a Tensor, got ndarray for other"):
        _ = x != ARRAY
    with pytest.raises(DTypeError, match="lt: expected a Tensor, got str for other"):
        LESS(x, "text")


def test_tensors_are_keys_by_identity() -> None:
    x, y = engine.tensor([1.0]), engine.tensor([1.0])
    assert {x: "x", y: "y"}[y] == "y"
    assert len({x, y, x}) == 2


def test_bitwise_not_is_for_bool() -> None:
    says = "~: expected a tensor of bool, got int64; for other dtypes say tensor.logical_not() or tensor == 0"
    with pytest.raises(DTypeError, match=re.escape(says)):
        _ = ~engine.tensor([1])
    assert engine.tensor([1, 0]).logical_not().tolist() == [False, True]
