"""Conversion between dtypes, and gradients through it."""

from typing import Any

import numpy as np
import pytest

import engine

DTYPES = ("float32", "float64", "int64", "int32", "uint8", "bool")


@pytest.mark.parametrize("wanted", DTYPES)
@pytest.mark.parametrize("given", DTYPES)
def test_every_dtype_to_every_other(given: str, wanted: str) -> None:
    array = np.array([0.0, 1.0, 2.75], "float64").astype(given)
    converted = engine.tensor(array).to(wanted)
    assert converted.dtype == wanted
    assert converted.tolist() == array.astype(wanted).tolist()


@pytest.mark.parametrize(
    ("method", "dtype"),
    [("float", "float32"), ("double", "float64"), ("long", "int64"), ("int", "int32"), ("bool", "bool")],
)
def test_methods_have_pytorchs_meaning(method: str, dtype: str) -> None:
    x = engine.tensor([-1.5, 0.0, 2.5], dtype="float64" if dtype == "float32" else "float32")
    converted: Any = getattr(x, method)()
    assert converted.dtype == dtype
    assert converted.tolist() == x.array.astype(dtype).tolist()
    assert getattr(converted, method)() is converted


def test_dtypes_go_by_name_type_or_dtype() -> None:
    x = engine.tensor([1.5])
    assert x.to("int64").dtype == x.type(np.int64).dtype == x.to(np.dtype("int64")).dtype == "int64"
    assert x.to("float32") is x


def test_fractions_are_cut_off_and_nan_is_true() -> None:
    assert engine.tensor([1.9, -1.9]).long().tolist() == [1, -1]
    assert engine.tensor([0.0, -0.0, 0.1, np.nan]).bool().tolist() == [False, False, True, True]
    assert engine.tensor([np.nan]).long().dtype == "int64"  # any value, but no warning


def test_gradients_come_back_in_the_dtype_of_the_leaf() -> None:
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    y = x.double() * engine.tensor([3.0, 5.0], dtype="float64")
    assert y.dtype == "float64"
    y.float().sum().backward()
    assert x.grad.dtype == "float32"
    assert x.grad.tolist() == [3.0, 5.0]


def test_nothing_is_recorded_through_whole_numbers() -> None:
    x = engine.tensor([1.5], requires_grad=True)
    assert not x.long().requires_grad
    assert not x.bool().float().requires_grad
