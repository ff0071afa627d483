"""Every CUDA kernel equals the reference, thread by thread."""

import pytest

from engine import kernels
from tests.kernel_cases import KERNEL_CASES, KernelCase
from tests.kernel_cases.agreement import check

CALLS = [
    pytest.param(name, case, id=f"{name}-{case.arguments.__name__}")
    for name, cases in sorted(KERNEL_CASES.items())
    for case in cases
]


def test_every_kernel_has_a_case() -> None:
    assert set(KERNEL_CASES) == set(kernels.load("reference").__all__)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "case"), CALLS)
def test_kernel_equals_the_reference(name: str, case: KernelCase, dtype: str) -> None:
    for seed in range(2):
        check(name, case, seed, dtype, scale=1)
