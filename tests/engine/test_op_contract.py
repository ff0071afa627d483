"""What every op in the registry must fulfil, whoever adds it."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import engine
from engine.arrays import Array
from engine.errors import GradientError
from engine.kernels import KERNEL_SETS
from tests.op_cases import OP_CASES, BadInput, Sample

OPS = sorted(engine.OPS)
thorough = settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
brief = settings(thorough, max_examples=12)


def tensors(sample: Sample, dtype: str) -> list[Any]:
    return [
        None
        if operand is None
        else engine.tensor(operand)
        if operand.dtype.kind in "iu"
        else engine.tensor(operand, dtype=dtype, requires_grad=True)
        for operand in sample.operands
    ]


def forward_and_backward(name: str, sample: Sample, dtype: str, kernels: str) -> list[Array]:
    """Return the output and the gradient of every floating operand under a random upstream gradient."""
    with engine.use_kernels(kernels):
        operands = tensors(sample, dtype)
        out = engine.OPS[name](*operands, **sample.settings)
        upstream = np.random.default_rng(1).standard_normal(out.shape).astype(dtype)
        out.backward(engine.tensor(upstream))
    return [out.array, *(x.grad.array for x in operands if x is not None and x.requires_grad)]


def test_every_op_has_a_case_and_every_case_an_op() -> None:
    assert set(OP_CASES) == set(engine.OPS)


@pytest.mark.parametrize("name", OPS)
def test_docstring_has_all_sections(name: str) -> None:
    doc = engine.OPS[name].__doc__ or ""
    for section in ("Parameters\n", "Returns\n", "Raises\n", "Examples\n"):
        assert section in doc, f"{name}: no section {section.strip()}"
    for parameter in engine.OPS[name].__signature__.parameters:
        assert re.search(rf"^ +(\w+, )*{parameter}(, \w+)* : ", doc, re.MULTILINE), f"{name}: '{parameter}' undescribed"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kernels", [name for name in KERNEL_SETS if name != "reference"])
@pytest.mark.parametrize("name", OPS)
def test_kernels_equal_the_reference(name: str, kernels: str, dtype: str) -> None:
    tolerance = OP_CASES[name].tolerance if dtype == "float32" else 1e-12

    @thorough
    @given(OP_CASES[name].samples)
    def check(sample: Sample) -> None:
        ours = forward_and_backward(name, sample, dtype, kernels)
        reference = forward_and_backward(name, sample, dtype, "reference")
        for got, expected in zip(ours, reference, strict=True):
            assert got.dtype == expected.dtype == dtype
            assert got.flags.c_contiguous
            scale = max(1.0, float(np.abs(expected).max(initial=0)))
            np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance * scale)

    check()


@pytest.mark.parametrize("name", OPS)
def test_vjp_agrees_with_finite_differences(name: str) -> None:
    @thorough
    @given(OP_CASES[name].samples)
    def check(sample: Sample) -> None:
        report = engine.gradcheck(lambda *xs: engine.OPS[name](*xs, **sample.settings), tensors(sample, "float64"))
        assert report.kinks == 0

    check()


def zero(gradient: Array) -> Array:
    return np.zeros_like(gradient)


def scaled(gradient: Array) -> Array:
    return gradient * 1.1


def reordered(gradient: Array) -> Array:
    return gradient.reshape(-1)[::-1].reshape(gradient.shape).copy()


@pytest.mark.parametrize("wrong", [zero, scaled, reordered])
@pytest.mark.parametrize("name", OPS)
def test_a_wrong_gradient_fails(name: str, wrong: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    right = engine.OPS[name]._vjp
    assert right is not None
    caught = 0

    def spoiled(ctx: Any, dy: Array) -> Sequence[Array | None]:
        return [None if gradient is None else wrong(gradient) for gradient in right(ctx, dy)]

    monkeypatch.setattr(engine.OPS[name], "_vjp", spoiled)

    @brief
    @given(OP_CASES[name].samples)
    def count(sample: Sample) -> None:
        nonlocal caught
        try:
            engine.gradcheck(lambda *xs: engine.OPS[name](*xs, **sample.settings), tensors(sample, "float64"))
        except GradientError:
            caught += 1

    count()
    assert caught > 0, f"{name}: a gradient that is {wrong.__name__} passes the check"


@pytest.mark.parametrize("name", OPS)
def test_gradients_that_are_not_wanted_are_not_computed(name: str) -> None:
    @brief
    @given(OP_CASES[name].samples, st.integers(0, 2))
    def check(sample: Sample, wanted: int) -> None:
        operands = tensors(sample, "float64")
        floating = [x for x in operands if x is not None and x.requires_grad]
        keep = floating[wanted % len(floating)]
        for x in floating:
            x.requires_grad_(x is keep)
        engine.OPS[name](*operands, **sample.settings).sum().backward()
        assert [x.grad is not None for x in floating] == [x is keep for x in floating]

    check()


BAD = [(name, i) for name in OPS for i in range(len(OP_CASES[name].bad))]


@pytest.mark.parametrize(("name", "i"), BAD)
def test_bad_input_gets_the_declared_error(name: str, i: int) -> None:
    bad: BadInput = OP_CASES[name].bad[i]
    with pytest.raises(bad.error, match=re.escape(bad.says)):
        bad.call()


def test_every_op_has_bad_input() -> None:
    assert [name for name in OPS if not OP_CASES[name].bad] == []
