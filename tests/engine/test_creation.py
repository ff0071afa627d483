"""Tensors made from nothing: PyTorch's argument forms, dtypes and values; random ones by seed."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import engine
from engine.errors import DTypeError, EngineError, ParameterError

# Any, because a checker would not let some calls pass.
E: Any = engine


@pytest.mark.parametrize("name", ["zeros", "ones", "empty", "rand", "randn"])
def test_lengths_one_by_one_or_together(name: str) -> None:
    make = getattr(E, name)
    assert make(2, 3).shape == make((2, 3)).shape == make([2, 3]).shape == make(np.int64(2), 3).shape == (2, 3)
    assert make(()).shape == ()
    assert make(0).shape == (0,)
    assert make(2).dtype == "float32"
    assert make(2, dtype=np.float64).dtype == "float64"
    assert make(2, requires_grad=True).requires_grad
    assert not make(2).requires_grad


def test_values() -> None:
    assert engine.zeros(2, dtype="bool").tolist() == [False, False]
    assert engine.ones(2, dtype="int32").tolist() == [1, 1]
    assert engine.zeros_like(engine.ones(2)).tolist() == [0.0, 0.0]
    assert engine.ones_like(engine.zeros(2), dtype="int64").dtype == "int64"
    assert engine.full_like(engine.zeros(2, dtype="int64"), 1.5).tolist() == [1, 1]
    assert engine.full_like(engine.zeros(2), 1.5, requires_grad=True).requires_grad
    assert [engine.full((1,), value).dtype for value in (True, 1, 1.0)] == ["bool", "int64", "float32"]


CALLS: list[Callable[[Any], Any]] = [
    lambda m: m.arange(5),
    lambda m: m.arange(5.0),
    lambda m: m.arange(end=3),
    lambda m: m.arange(1, 5),
    lambda m: m.arange(5, 1, -2),
    lambda m: m.arange(1, 1),
    lambda m: m.arange(1, 2, 0.3),
    lambda m: m.arange(0.1, 0.7, 0.1),
    lambda m: m.arange(True),
    lambda m: m.arange(3, dtype=m.zeros(1).dtype),
    lambda m: m.arange(0.5, 3, dtype=m.full((1,), 1).dtype),
    lambda m: m.arange(0, 5, 1.5, dtype=m.full((1,), 1).dtype),
    lambda m: m.linspace(0, 1, 5),
    lambda m: m.linspace(-3, 11, 7),
    lambda m: m.linspace(2, 1, 1),
    lambda m: m.linspace(0, 1, 0),
    lambda m: m.linspace(5, -5, 4, dtype=m.full((1,), 1).dtype),
    lambda m: m.linspace(0.5, 7.5, 4, dtype=m.full((1,), 1).dtype),
    lambda m: m.eye(3),
    lambda m: m.eye(2, 3),
    lambda m: m.eye(0, dtype=m.full((1,), 1).dtype),
    lambda m: m.full((2, 3), 1.5),
    lambda m: m.full((), 7),
]


@pytest.mark.parametrize("call", CALLS)
def test_counted_tensors_are_pytorchs(call: Callable[[Any], Any]) -> None:
    torch = pytest.importorskip("torch")
    ours, theirs = call(engine), call(torch).numpy()
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours.array, theirs, rtol=1e-6)


def test_draws_follow_the_seed_and_the_distribution() -> None:
    def draw() -> list[Any]:
        engine.manual_seed(4)
        return [
            engine.rand(3).tolist(),
            engine.randn(3).tolist(),
            engine.randint(9, (3,)).tolist(),
            engine.randperm(9).tolist(),
        ]

    assert draw() == draw()
    uniform, normal = engine.rand(10_000).array, engine.randn(10_000).array
    assert 0 <= uniform.min() < 0.01 < 0.99 < uniform.max() < 1
    assert abs(normal.mean()) < 0.05
    assert abs(normal.std() - 1) < 0.05


def test_whole_numbers_drawn() -> None:
    assert set(engine.randint(2, 5, (200,)).tolist()) == {2, 3, 4}
    assert set(engine.randint(low=-1, high=1, size=(200,)).tolist()) == {-1, 0}
    assert set(E.randint(3, size=(200,)).tolist()) == set(E.randint(high=3, size=(200,)).tolist()) == {0, 1, 2}
    assert engine.randint(256, (4,), dtype="uint8").dtype == "uint8"
    assert engine.randint(5, (2,), dtype="float32", requires_grad=True).requires_grad
    assert sorted(engine.randperm(20).tolist()) == list(range(20))
    assert engine.randperm(0).shape == (0,)


def test_from_numpy_shares_memory() -> None:
    array = np.zeros((2, 3))
    x = engine.from_numpy(array)
    array[0, 0] = 1
    x[1, 1] = 2
    assert x.tolist() == array.tolist() == [[1, 0, 0], [0, 2, 0]]


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: E.zeros(-1), ParameterError, "zeros: expected lengths as whole numbers >= 0"),
        (lambda: E.ones(2.0), ParameterError, "ones: expected lengths as whole numbers >= 0"),
        (lambda: E.rand((2,), 3), ParameterError, "rand: expected lengths as whole numbers >= 0"),
        (lambda: E.zeros(True), ParameterError, "zeros: expected lengths as whole numbers >= 0"),
        (lambda: E.zeros(2, dtype="float16"), DTypeError, "Tensor: expected float32, float64"),
        (lambda: E.zeros(2, dtype="int64", requires_grad=True), DTypeError, "a floating dtype for requires_grad=True"),
        (lambda: E.ones_like(3), DTypeError, "full_like: expected a Tensor, got int"),
        (lambda: E.arange(), ParameterError, "arange: expected an end"),
        (lambda: E.arange(5, 1), ParameterError, "arange: expected a step that leads from start to end"),
        (lambda: E.arange(1, 5, 0), ParameterError, "arange: expected a step that leads from start to end"),
        (lambda: E.arange(float("inf")), ParameterError, "arange: expected finite numbers"),
        (lambda: E.linspace(0, 1, -1), ParameterError, "linspace: expected lengths as whole numbers >= 0"),
        (lambda: E.eye(-1), ParameterError, "eye: expected lengths as whole numbers >= 0"),
        (lambda: E.rand(2, dtype="int64"), DTypeError, "rand: expected float32 or float64, got int64"),
        (lambda: E.randn(2, dtype="bool"), DTypeError, "randn: expected float32 or float64, got bool"),
        (lambda: E.randint(5, 2, (3,)), ParameterError, "randint: expected a size, and whole numbers low < high"),
        (lambda: E.randint(5), ParameterError, "randint: expected a size, and whole numbers low < high"),
        (lambda: E.randint(5, 3), ParameterError, "randint: expected a size, and whole numbers low < high"),
        (lambda: E.randint(300, (3,), dtype="uint8"), ParameterError, "whole numbers low < high that uint8 holds"),
        (lambda: E.randperm(-1), ParameterError, "randperm: expected lengths as whole numbers >= 0"),
        (lambda: E.from_numpy([1]), DTypeError, "from_numpy: expected an ndarray, got list"),
        (
            lambda: E.from_numpy(np.zeros((2, 3)).T),
            ParameterError,
            "from_numpy: expected a C-contiguous, writable array",
        ),
        (lambda: E.from_numpy(np.broadcast_to(0.0, (2,))), ParameterError, "from_numpy: expected a C-contiguous"),
        (lambda: E.from_numpy(np.zeros(2, ">f4")), DTypeError, "Tensor: expected float32"),
    ],
)
def test_refusals(make: Any, error: type[EngineError], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        make()
