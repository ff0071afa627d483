"""Every op of the registry on tensors of a device, values and gradients, against the reference kernels."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

import engine
from tests.engine.op_calls import forward_and_backward
from tests.op_cases import OP_CASES, Sample

few = settings(max_examples=3, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


# A simulated thread takes 0.1 ms.
MOST_ELEMENTS = 200

# A device draws other random numbers than the host: test_dropout.py.
RANDOM = {"dropout", "dropout2d"}


@pytest.mark.parametrize("name", sorted(set(engine.OPS) - RANDOM))
def test_op_on_a_device_equals_the_reference(name: str) -> None:
    tolerance = OP_CASES[name].tolerance

    @few
    @given(OP_CASES[name].samples)
    def check(sample: Sample) -> None:
        reference, gradients = forward_and_backward(name, sample, "float32", "reference")
        assume(sum(array.size for array in reference) <= MOST_ELEMENTS)
        ours, our_gradients = forward_and_backward(name, sample, "float32", "cuda")
        for got, expected in zip(ours + our_gradients, reference + gradients, strict=True):
            assert got.dtype == expected.dtype
            scale = max(1.0, float(np.abs(expected).max(initial=0)))
            np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance * scale)

    check()
