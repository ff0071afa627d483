"""Every op against PyTorch, where it is installed: results, and gradients under a random upstream gradient."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import engine
from engine.arrays import Array
from tests.engine.op_calls import each, forward_and_backward, results, upstream_for
from tests.op_cases import OP_CASES, Sample

torch = pytest.importorskip("torch", reason="PyTorch is compared with where it is installed (extra 'bench')")

CONFIGURATIONS = 200
TOLERANCE = {"float64": 1e-9, "float32": 1e-4}

many = settings(
    max_examples=CONFIGURATIONS,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def theirs(name: str) -> Callable[..., Any]:
    """Return what computes the same with PyTorch."""
    pytorch = OP_CASES[name].pytorch
    if callable(pytorch):
        function = pytorch
        return lambda *operands, **settings: function(torch, *operands, **settings)
    found: Callable[..., Any] = getattr(torch.nn.functional, name, None) or getattr(torch, name)
    return found


def run(name: str, sample: Sample, dtype: str) -> tuple[list[Array], list[Array]]:
    """Return PyTorch's results and gradients for the sample."""

    def convert(operand: Any, requires_grad: bool) -> Any:
        if operand is None:
            return None
        if isinstance(operand, list):
            return [convert(part, requires_grad) for part in operand]
        if operand.dtype.kind in "iub":
            return torch.tensor(operand)
        return torch.tensor(operand, dtype=getattr(torch, dtype), requires_grad=requires_grad)

    operands = [convert(operand, i not in sample.constants) for i, operand in enumerate(sample.operands)]
    flat = [x for operand in operands for x in (operand if isinstance(operand, list) else [operand])]
    outs = results(theirs(name)(*operands, **sample.settings))
    recorded = [out for out in outs if out.requires_grad]
    gradients: list[Array] = []
    if recorded:
        upstream = [
            torch.tensor(upstream_for(engine.tensor(out.detach().numpy()), i)) for i, out in enumerate(recorded)
        ]
        asked = [x for x in flat if x is not None and x.requires_grad]
        found = torch.autograd.grad(recorded, asked, upstream, allow_unused=True, materialize_grads=True)
        gradients = [dx.numpy() for dx in found]
    return [out.detach().numpy() for out in outs], gradients


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", each(sorted(name for name in engine.OPS if OP_CASES[name].pytorch is not None)))
def test_op_equals_pytorch(name: str, dtype: str) -> None:
    @many
    @given(OP_CASES[name].samples)
    def check(sample: Sample) -> None:
        ours, our_gradients = forward_and_backward(name, sample, dtype)
        expected, gradients = run(name, sample, dtype)
        assert [out.shape for out in ours] == [out.shape for out in expected]
        for got, right in zip(ours + our_gradients, expected + gradients, strict=True):
            scale = max(1.0, float(np.abs(right).max(initial=0)))
            np.testing.assert_allclose(got, right, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype] * scale)

    check()
