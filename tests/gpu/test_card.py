"""On a real card: kernels, ops, graphs, and that the same work has the same bits."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import engine
import engine.nn.functional as F
from engine import nn, optim
from engine.cuda import arena, driver
from tests.engine.op_calls import forward_and_backward
from tests.kernel_cases import KERNEL_CASES, KernelCase
from tests.kernel_cases.agreement import check, drawn, to_device
from tests.op_cases import OP_CASES, Sample

if driver.SIMULATED or driver.problem() is not None:
    reason = "no CUDA card" if driver.SIMULATED else (driver.problem() or ("", ""))[0]
    pytest.skip(f"tests on a real card: {reason}", allow_module_level=True)
pytestmark = pytest.mark.gpu

CALLS = [
    pytest.param(name, case, id=f"{name}-{case.arguments.__name__}")
    for name, cases in sorted(KERNEL_CASES.items())
    for case in cases
]
many = settings(
    max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
# The device draws other random numbers than the host.
RANDOM = {"dropout", "dropout2d"}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "case"), CALLS)
def test_kernel_equals_the_reference_on_random_shapes(name: str, case: KernelCase, dtype: str) -> None:
    for seed in range(4):
        check(name, case, seed, dtype, scale=1 + seed)


@pytest.mark.parametrize(("name", "case"), CALLS)
def test_no_race_shows_in_repeated_runs(name: str, case: KernelCase) -> None:
    from engine import kernels

    args = drawn(case, 0, "float32", scale=8)
    seen = set()
    for _ in range(10):
        ours = [to_device(arg) for arg in args]
        getattr(kernels.load("cuda"), name)(*ours)
        written = [part for arg in ours[: case.outputs] for part in (arg if isinstance(arg, list) else [arg])]
        seen.add(b"".join(array.host().tobytes() for array in written))
    assert len(seen) == 1


@pytest.mark.parametrize("name", sorted(set(engine.OPS) - RANDOM))
def test_op_equals_the_reference(name: str) -> None:
    tolerance = OP_CASES[name].tolerance

    @many
    @given(OP_CASES[name].samples)
    def compare(sample: Sample) -> None:
        ours, our_gradients = forward_and_backward(name, sample, "float32", "cuda")
        reference, gradients = forward_and_backward(name, sample, "float32", "reference")
        for got, expected in zip(ours + our_gradients, reference + gradients, strict=True):
            scale = max(1.0, float(np.abs(expected).max(initial=0)))
            np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance * scale)

    compare()


def network() -> nn.Module:
    engine.manual_seed(0)
    first = nn.Conv2d(1, 8, 5), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2)
    second = nn.Conv2d(8, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.2)
    return nn.Sequential(*first, *second, nn.Linear(400, 10)).to("cuda")


def stepping(as_graph: bool) -> tuple[nn.Module, Callable[[Any, Any], engine.Tensor]]:
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

    def step(images: engine.Tensor, labels: engine.Tensor) -> engine.Tensor:
        optimizer.zero_grad()
        loss: engine.Tensor = F.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        return loss

    return model, engine.graph(step) if as_graph else step


def batch(seed: int, size: int = 32) -> tuple[engine.Tensor, engine.Tensor]:
    rng = np.random.default_rng(seed)
    images, labels = rng.standard_normal((size, 1, 28, 28)).astype(np.float32), rng.integers(0, 10, size)
    return engine.tensor(images, device="cuda"), engine.tensor(labels, device="cuda")


def weights_after(as_graph: bool, steps: int = 20) -> list[Any]:
    model, step = stepping(as_graph)
    for seed in range(steps):
        step(*batch(seed))
    return [tensor.cpu().numpy() for tensor in model.state_dict().values()]


def test_replayed_graph_equals_eager_steps_bit_for_bit() -> None:
    for got, expected in zip(weights_after(True), weights_after(False), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_the_same_seed_trains_the_same_weights() -> None:
    for got, expected in zip(weights_after(False), weights_after(False), strict=True):
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("as_graph", [False, True])
def test_memory_is_flat_over_a_thousand_steps(as_graph: bool) -> None:
    _, step = stepping(as_graph)
    data = batch(0)
    for _ in range(10):
        step(*data)
    engine.cuda.synchronize()
    before = engine.cuda.memory_allocated(), arena.current().allocations, driver.memory_info()
    for _ in range(1000):
        step(*data)
    engine.cuda.synchronize()
    assert (engine.cuda.memory_allocated(), arena.current().allocations, driver.memory_info()) == before


def test_products_on_tensor_cores_have_three_digits_right() -> None:
    rng = np.random.default_rng(0)
    a, b = (engine.tensor(rng.standard_normal((300, 200)).astype(np.float32), device="cuda") for _ in range(2))
    exact = a.cpu().numpy().astype(np.float64) @ b.cpu().numpy().astype(np.float64).T
    errors = {}
    for precision in ("highest", "high"):
        engine.set_float32_matmul_precision(precision)
        try:
            errors[precision] = np.abs((a @ b.T).cpu().numpy() - exact).max()
        finally:
            engine.set_float32_matmul_precision("highest")
    assert errors["highest"] < 1e-4 < errors["high"] < 5e-2


def test_out_of_memory_is_told_and_survived() -> None:
    _, total = driver.memory_info()
    with pytest.raises(engine.errors.DeviceError, match=r"bytes of device memory.*take smaller batches"):
        engine.placement.device_arrays().empty((total,), np.float32)
    assert (engine.tensor([1.0], device="cuda") + 1).tolist() == [2.0]
