"""A step replayed as a graph does what it would do as usual, bit for bit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from engine import nn, optim
from engine.errors import DeviceError, DTypeError
from engine.optim import lr_scheduler

OPTIMIZERS: dict[str, Callable[[Any], optim.Optimizer]] = {
    "sgd": lambda parameters: optim.SGD(parameters, lr=0.1),
    "momentum": lambda parameters: optim.SGD(parameters, lr=0.1, momentum=0.9, nesterov=True),
    "adam": lambda parameters: optim.Adam(parameters, lr=0.05),
    "adamw": lambda parameters: optim.AdamW(parameters, lr=0.05),
}


def batches(sizes: list[int]) -> list[tuple[engine.Tensor, engine.Tensor]]:
    rng = np.random.default_rng(1)
    return [
        (engine.tensor(rng.standard_normal((n, 1, 4, 4)).astype(np.float32)), engine.tensor(rng.integers(0, 3, n)))
        for n in sizes
    ]


def convolutional() -> nn.Module:
    layers = nn.Conv2d(1, 1, 3), nn.BatchNorm2d(1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.2)
    return nn.Sequential(*layers, nn.Linear(1, 3))


def connected() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(16, 2), nn.ReLU(), nn.Dropout(0.2), nn.Linear(2, 3))


def trained(
    network: Callable[[], nn.Module], optimizer_of: Any, sizes: list[int], as_graph: bool
) -> tuple[list[float], list[Any]]:
    """Return the losses, and the weights and statistics after some steps."""
    engine.manual_seed(0)
    model = network().to("cuda")
    optimizer = optimizer_of(model.parameters())
    schedule = lr_scheduler.StepLR(optimizer, 2, 0.5)

    def step(images: engine.Tensor, labels: engine.Tensor) -> engine.Tensor:
        optimizer.zero_grad()
        loss: engine.Tensor = F.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        return loss

    take: Any = engine.graph(step) if as_graph else lambda images, labels: step(images.cuda(), labels.cuda())
    losses = []
    for images, labels in batches(sizes):
        losses.append(float(take(images, labels)))
        schedule.step()
    return losses, [tensor.cpu().numpy() for tensor in model.state_dict().values()]


@pytest.mark.parametrize(
    ("name", "network", "sizes"),
    # Learning rates change between replays; a smaller batch has a graph of its own.
    [*[(name, connected, [2, 2, 2, 2, 1, 2]) for name in OPTIMIZERS], ("adam", convolutional, [2, 2, 2, 2])],
)
def test_graph_equals_the_usual_way(name: str, network: Callable[[], nn.Module], sizes: list[int]) -> None:
    usual, captured = (trained(network, OPTIMIZERS[name], sizes, as_graph) for as_graph in (False, True))
    assert captured[0] == usual[0]
    for got, expected in zip(captured[1], usual[1], strict=True):
        np.testing.assert_array_equal(got, expected)


def replayed(step: Callable[..., Any], count: int = 4) -> Any:
    graph, result = engine.graph(step), None
    for _ in range(count):
        result = graph(engine.tensor([1.0, 2.0]))
    return result


def test_results_are_the_same_memory_each_time() -> None:
    graph = engine.graph(lambda x: x * 2)
    for number in (1.0, 2.0, 3.0):
        graph(engine.tensor([number]))
    first = graph(engine.tensor([4.0]))
    assert graph(engine.tensor([5.0])) is first
    assert first.tolist() == [10.0]


def test_a_new_seed_reaches_a_captured_dropout() -> None:
    graph = engine.graph(lambda x: engine.dropout(x, 0.5))
    ones = engine.tensor(np.ones(40, np.float32))
    for _ in range(4):
        graph(ones)
    engine.manual_seed(5)
    first = graph(ones).tolist()
    again = graph(ones).tolist()
    engine.manual_seed(5)
    assert graph(ones).tolist() == first != again


def test_a_step_must_not_look_at_values() -> None:
    with pytest.raises(DeviceError, match="graph: expected a step that stays on the device, got values looked at"):
        replayed(lambda x: x.sum().item())


def test_a_step_must_not_copy_from_the_host() -> None:
    with pytest.raises(DeviceError, match="graph: expected a step that stays on the device, got values copied"):
        replayed(lambda x: x + engine.tensor([3.0, 4.0], device="cuda"))


def test_an_optimizer_whose_settings_would_freeze_is_refused() -> None:
    weight = nn.Parameter(engine.tensor([1.0, 1.0], device="cuda"))
    optimizer = optim.RMSprop([weight])

    def step(x: engine.Tensor) -> None:
        optimizer.zero_grad()
        (x * weight).sum().backward()
        optimizer.step()

    with pytest.raises(DeviceError, match="got RMSprop, whose settings a graph would freeze; use SGD, Adam or AdamW"):
        replayed(step)


def test_after_a_failed_capture_everything_works_as_before() -> None:
    with pytest.raises(DeviceError):
        replayed(lambda x: x.sum().item())
    assert (engine.tensor([1.0]).cuda() + 1).tolist() == [2.0]


def test_inputs_are_tensors() -> None:
    with pytest.raises(DTypeError, match="graph: expected tensors as inputs, got float; let the step find numbers"):
        engine.graph(lambda x: x)(1.0)
