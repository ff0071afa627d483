"""Calling an op of the registry with a drawn sample, and differentiating whatever it returns."""

import inspect
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest

import engine
from engine.arrays import Array
from tests.op_cases import Sample


def each(names: Iterable[str]) -> list[Any]:
    """Return parameters for pytest: all tests of an op go to one process, which compiles its kernels once."""
    return [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in names]


def tensors(sample: Sample, dtype: str, device: str = "cpu") -> list[Any]:
    """Return the operands as tensors; floating ones in `dtype` and, but for constants, with a gradient."""

    def convert(operand: Any, requires_grad: bool) -> Any:
        if operand is None:
            return None
        if isinstance(operand, list):
            return [convert(part, requires_grad) for part in operand]
        if operand.dtype.kind in "iub":
            return engine.tensor(operand, device=device)
        return engine.tensor(operand, dtype=dtype, requires_grad=requires_grad, device=device)

    return [convert(operand, i not in sample.constants) for i, operand in enumerate(sample.operands)]


def call(name: str, operands: Sequence[Any], settings: dict[str, Any]) -> Any:
    """Call an op; operands fill, in order, the parameters that no setting names.

    Random numbers start anew each time, so that an op which draws some (dropout) is a function, too.
    """
    engine.manual_seed(0)
    left, named = list(operands), dict(settings)
    positional: list[Any] = []
    for parameter in inspect.signature(engine.OPS[name]).parameters.values():
        if not left:
            break
        keyword_only = parameter.kind is parameter.KEYWORD_ONLY
        if parameter.name in settings:
            if not keyword_only:
                positional.append(named.pop(parameter.name))
        elif keyword_only:
            named[parameter.name] = left.pop(0)
        else:
            positional.append(left.pop(0))
    return engine.OPS[name](*positional, *left, **named)


def leaves(operands: list[Any]) -> list[engine.Tensor]:
    """Return all tensors with a gradient, those of sequences among them."""
    flat = [x for operand in operands for x in (operand if isinstance(operand, list) else [operand])]
    return [x for x in flat if x is not None and x.requires_grad]


def results(out: Any) -> list[engine.Tensor]:
    """Return an op's results as a list."""
    return list(out) if isinstance(out, tuple | list) else [out]


def upstream_for(out: engine.Tensor, position: int = 0) -> Array:
    """Draw an upstream gradient: random, and the same at each call."""
    return np.random.default_rng(1 + position).standard_normal(out.shape).astype(out.dtype)


def forward_and_backward(
    name: str, sample: Sample, dtype: str, kernels: str = "cpu"
) -> tuple[list[Array], list[Array]]:
    """Return all results, and the gradient of every floating operand under random upstream gradients.

    With "cuda" as kernels, the operands are on the device.
    """
    device = "cuda" if kernels == "cuda" else "cpu"
    with engine.use_kernels("cpu" if kernels == "cuda" else kernels):
        operands = tensors(sample, dtype, device)
        outs = results(call(name, operands, sample.settings))
        recorded = [out for out in outs if out.requires_grad]
        asked = leaves(operands)
        gradients: list[Array] = []
        if recorded:
            upstream = [engine.tensor(upstream_for(out, i), device=out.device) for i, out in enumerate(recorded)]
            found = engine.grad(recorded, asked, upstream, allow_unused=True)
            gradients = [
                np.zeros(x.shape, x.dtype) if dx is None else dx.cpu().array for x, dx in zip(asked, found, strict=True)
            ]
    return [out.detach().cpu().array for out in outs], gradients
