"""What every op in the registry must fulfil, whoever adds it."""

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import engine
from engine.arrays import Array
from engine.errors import DTypeError, GradientError
from engine.kernels import KERNEL_SETS
from engine.op import Op
from tests.engine.op_calls import call, each, forward_and_backward, leaves, results, tensors
from tests.op_cases import OP_CASES, BadInput, Sample

OPS = sorted(engine.OPS)
thorough = settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
brief = settings(thorough, max_examples=12)


# Ops whose result is differentiable; the others return whole numbers or bool.
DIFFERENTIABLE = [
    name
    for name, declared in sorted(engine.OPS.items())
    if OP_CASES[name].gradient and (not isinstance(declared, Op) or declared.has_vjp)
]


def combined(name: str, sample: Sample) -> Callable[..., engine.Tensor]:
    """Return the op as a function with one result, which gradcheck wants."""

    def function(*flat: Any) -> engine.Tensor:
        left = list(flat)
        operands = [
            [left.pop(0) for _ in operand] if isinstance(operand, list) else left.pop(0) for operand in sample.operands
        ]
        outs = [out for out in results(call(name, operands, sample.settings)) if out.dtype.kind == "f"]
        return outs[0] if len(outs) == 1 else engine.OPS["cat"]([out.reshape(-1) for out in outs])

    return function


def check_gradient(name: str, sample: Sample) -> engine.GradientReport:
    flat = [x for operand in tensors(sample, "float64") for x in (operand if isinstance(operand, list) else [operand])]
    return engine.gradcheck(combined(name, sample), flat)


def test_every_op_has_a_case_and_every_case_an_op() -> None:
    assert set(OP_CASES) == set(engine.OPS)


@pytest.mark.parametrize("name", each(OPS))
def test_docstring_has_all_sections(name: str) -> None:
    doc = engine.OPS[name].__doc__ or ""
    for section in ("Parameters\n", "Returns\n", "Raises\n", "Examples\n"):
        assert section in doc, f"{name}: no section {section.strip()}"
    for parameter in inspect.signature(engine.OPS[name]).parameters:
        assert re.search(rf"^ +(\w+, )*{parameter}(, \w+)* : ", doc, re.MULTILINE), f"{name}: '{parameter}' undescribed"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kernels", [name for name in KERNEL_SETS if name != "reference"])
@pytest.mark.parametrize("name", each(OPS))
def test_kernels_equal_the_reference(name: str, kernels: str, dtype: str) -> None:
    tolerance = OP_CASES[name].tolerance if dtype == "float32" else 1e-12

    @thorough
    @given(OP_CASES[name].samples)
    def check(sample: Sample) -> None:
        ours, our_gradients = forward_and_backward(name, sample, dtype, kernels)
        reference, gradients = forward_and_backward(name, sample, dtype, "reference")
        for got, expected in zip(ours + our_gradients, reference + gradients, strict=True):
            assert got.dtype == expected.dtype
            assert got.dtype == dtype or got.dtype.kind in "iub" or not OP_CASES[name].keeps_dtype
            assert got.flags.c_contiguous
            scale = max(1.0, float(np.abs(expected).max(initial=0)))
            np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance * scale)

    check()


@pytest.mark.parametrize("name", each(DIFFERENTIABLE))
def test_vjp_agrees_with_finite_differences(name: str) -> None:
    @thorough
    @given(OP_CASES[name].samples)
    def check(sample: Sample) -> None:
        assert check_gradient(name, sample).kinks == 0

    check()


def zero(gradient: Array) -> Array:
    return np.zeros_like(gradient)


def scaled(gradient: Array) -> Array:
    return gradient * 1.1


def reordered(gradient: Array) -> Array:
    return gradient.reshape(-1)[::-1].reshape(gradient.shape).copy()


@pytest.mark.parametrize("wrong", [zero, scaled, reordered])
@pytest.mark.parametrize("name", each([name for name in DIFFERENTIABLE if isinstance(engine.OPS[name], Op)]))
def test_a_wrong_gradient_fails(name: str, wrong: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = engine.OPS[name]
    assert isinstance(declared, Op)
    right = declared._vjp
    assert right is not None
    caught = 0

    def spoiled(ctx: Any, dy: Array) -> Sequence[Array | None]:
        return [None if gradient is None else wrong(gradient) for gradient in right(ctx, dy)]

    monkeypatch.setattr(declared, "_vjp", spoiled)

    @brief
    @given(OP_CASES[name].samples)
    def count(sample: Sample) -> None:
        nonlocal caught
        try:
            check_gradient(name, sample)
        except GradientError:
            caught += 1

    count()
    assert caught > 0, f"{name}: a gradient that is {wrong.__name__} passes the check"


@pytest.mark.parametrize("name", each(DIFFERENTIABLE))
def test_gradients_that_are_not_wanted_are_not_computed(name: str) -> None:
    @brief
    @given(OP_CASES[name].samples, st.integers(0, 2))
    def check(sample: Sample, wanted: int) -> None:
        operands = tensors(sample, "float64")
        floating = leaves(operands)
        keep = floating[wanted % len(floating)]
        for x in floating:
            x.requires_grad_(x is keep)
        outs = results(call(name, operands, sample.settings))
        for out in outs:
            if out.requires_grad:
                out.sum().backward(retain_graph=True)
        # An operand may share nothing with the results (a split, say): no gradient then.
        assert [x.grad is not None for x in floating if x is not keep] == [False] * (len(floating) - 1)
        assert keep.grad is not None or not any(out.requires_grad for out in outs)

    check()


BAD = [(name, i) for name in OPS for i in range(len(OP_CASES[name].bad))]


@pytest.mark.parametrize(("name", "i"), BAD)
def test_bad_input_gets_the_declared_error(name: str, i: int) -> None:
    bad: BadInput = OP_CASES[name].bad[i]
    with pytest.raises(bad.error, match=re.escape(bad.says)):
        bad.call()


def test_every_op_has_bad_input() -> None:
    assert [name for name in OPS if not OP_CASES[name].bad] == []


@pytest.mark.parametrize("name", each(OPS))
def test_arrays_are_refused_by_the_op_itself(name: str) -> None:
    """A student who forgets engine.tensor(...) is told by the function they called, not by one inside it."""

    @settings(brief, max_examples=1)
    @given(OP_CASES[name].samples)
    def check(sample: Sample) -> None:
        with pytest.raises(DTypeError, match=rf"^{name}: expected a Tensor, got "):
            call(name, sample.operands, sample.settings)

    check()
