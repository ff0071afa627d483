"""NaN, infinities, zeros and ties: values and gradients of elementwise ops are PyTorch's there, too."""

import itertools
from typing import Any

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from engine.arrays import Array
from engine.kernels import KERNEL_SETS

NAN, INF = np.nan, np.inf
SPECIAL = np.array([NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0, 2.0, 0.5, -0.5, 30.0, -30.0, 800.0, -800.0])

UNARY = ["abs", "exp", "log", "sqrt", "relu", "leaky_relu", "gelu", "sigmoid", "tanh", "softplus"]
BINARY = ["pow", "maximum", "minimum", "add", "sub", "mul"]


def by_engine(function: Any, arrays: tuple[Array, ...]) -> list[Array]:
    """Return the value and the gradients of its sum."""
    tensors = [engine.tensor(array, requires_grad=array.dtype.kind == "f") for array in arrays]
    out = function(*tensors)
    out.sum().backward()
    return [out.detach().numpy(), *[x.grad.numpy() for x in tensors if x.requires_grad]]


def by_torch(torch: Any, function: Any, arrays: tuple[Array, ...]) -> list[Array]:
    tensors = [torch.tensor(array, requires_grad=array.dtype.kind == "f") for array in arrays]
    out = function(*tensors)
    out.sum().backward()
    return [out.detach().numpy(), *[x.grad.numpy() for x in tensors if x.requires_grad]]


def pairs(count: int, numbers: Array) -> tuple[Array, ...]:
    """Return all combinations of so many of the numbers."""
    return tuple(np.array(list(itertools.product(numbers, repeat=count))).T.copy())


@pytest.fixture(params=KERNEL_SETS)
def kernels(request: pytest.FixtureRequest) -> Any:
    with engine.use_kernels(request.param):
        yield request.param


@pytest.mark.parametrize("name", UNARY)
def test_unary_ops_are_pytorchs(name: str, kernels: str) -> None:
    torch = pytest.importorskip("torch")
    theirs = getattr(torch.nn.functional, name, None) or getattr(torch, name)
    ours = by_engine(engine.OPS[name], (SPECIAL,))
    for got, expected in zip(ours, by_torch(torch, theirs, (SPECIAL,)), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", BINARY)
def test_binary_ops_are_pytorchs(name: str, kernels: str) -> None:
    torch = pytest.importorskip("torch")
    operands = pairs(2, np.array([NAN, INF, -INF, 0.0, 1.0, -1.0, 2.0, 0.5, -0.5]))
    ours, theirs = by_engine(engine.OPS[name], operands), by_torch(torch, getattr(torch, name), operands)
    for got, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_clamp_is_pytorchs(kernels: str) -> None:
    torch = pytest.importorskip("torch")
    three = pairs(3, np.array([NAN, 0.0, 1.0, 2.0]))
    calls: list[tuple[Any, tuple[Array, ...]]] = [
        (lambda lib, x, low, high: lib.clamp(x, low, high), three),
        (lambda lib, x, low, high: lib.clamp(x, min=low) + 0 * high, three),
        (lambda lib, x, low, high: lib.clamp(x, max=high) + 0 * low, three),
        (lambda lib, x: lib.clamp(x, 0.0, 1.0), three[:1]),
        (lambda lib, x: lib.clamp(x, 1.0, 0.0), three[:1]),
        (lambda lib, x: lib.clamp(x, min=NAN), three[:1]),
    ]
    for call, operands in calls:
        ours = by_engine(lambda *x, call=call: call(engine, *x), operands)
        theirs = by_torch(torch, lambda *x, call=call: call(torch, *x), operands)
        for got, expected in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(got, expected)


def test_a_base_of_zero_has_no_gradient_of_its_exponent(kernels: str) -> None:
    base, exponent = np.array([0.0, 0.0, 0.0, 2.0]), np.array([0.0, 2.0, 0.5, 0.0])
    value, of_base, of_exponent = by_engine(engine.pow, (base, exponent))
    assert value.tolist() == [1.0, 0.0, 0.0, 1.0]
    assert of_base.tolist() == [0.0, 0.0, INF, 0.0]
    np.testing.assert_allclose(of_exponent, [0.0, 0.0, 0.0, np.log(2.0)])


def test_equals_share_the_gradient_of_maximum_and_minimum(kernels: str) -> None:
    left, right = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])
    for function, expected in ((engine.maximum, [0.0, 0.5, 1.0]), (engine.minimum, [1.0, 0.5, 0.0])):
        _, of_left, of_right = by_engine(function, (left, right))
        assert of_left.tolist() == expected
        assert of_right.tolist() == expected[::-1]


def test_bounds_belong_to_the_range_of_clamp(kernels: str) -> None:
    value, slope = by_engine(lambda x: x.clamp(0, 1), (np.array([-1.0, 0.0, 0.5, 1.0, 2.0, NAN]),))
    assert value[:5].tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert np.isnan(value[5])
    assert slope.tolist() == [0.0, 1.0, 1.0, 1.0, 0.0, 0.0]


def test_slopes_at_zero(kernels: str) -> None:
    zero = (np.zeros(1),)
    slopes = {"abs": 0.0, "relu": 0.0, "leaky_relu": 0.01, "gelu": 0.5, "sigmoid": 0.25, "softplus": 0.5, "tanh": 1.0}
    for name, slope in slopes.items():
        assert by_engine(engine.OPS[name], zero)[1].tolist() == [slope], name


def test_where_lets_no_nan_through_from_the_other_side(kernels: str) -> None:
    x = np.array([4.0, -1.0])
    value, slope = by_engine(lambda x: engine.where(x > 0, x.clamp(1e-3).sqrt(), 0.0), (x,))
    assert value.tolist() == [2.0, 0.0]
    assert slope.tolist() == [0.25, 0.0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_activations_neither_overflow_nor_lose_small_results(dtype: str, kernels: str) -> None:
    x = engine.tensor([-1e4, -80.0, 80.0, 1e4], dtype=dtype)
    np.testing.assert_allclose(engine.sigmoid(x).array, [0.0, np.exp(-80.0), 1.0, 1.0], rtol=1e-5)
    np.testing.assert_allclose(F.softplus(x).array, [0.0, np.exp(-80.0), 80.0, 1e4], rtol=1e-5)
    np.testing.assert_allclose(F.softplus(x, threshold=1e9).array, [0.0, np.exp(-80.0), 80.0, 1e4], rtol=1e-5)
    assert engine.softmax(x, 0).tolist() == [0.0, 0.0, 0.0, 1.0]
    np.testing.assert_allclose(F.scaled_tanh(engine.tensor([1.0, -1.0], dtype=dtype)).array, [1.0, -1.0], atol=1e-4)


def test_gelu_keeps_its_digits_far_below_zero(kernels: str) -> None:
    """1 + erf(x) would have lost them all."""
    scipy_special = pytest.importorskip("scipy.special")
    x = np.array([-10.0, -20.0])
    np.testing.assert_allclose(F.gelu(engine.tensor(x)).array, x * scipy_special.ndtr(x), rtol=1e-12)
