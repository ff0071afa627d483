"""The arena: memory is used again, given back, and its end is told."""

from typing import Any

import pytest

import engine
from engine import nn, optim
from engine.cuda import arena, driver
from engine.cuda.arena import Arena, rounded
from engine.errors import DeviceError


def test_similar_sizes_share_blocks_and_waste_little() -> None:
    assert [rounded(size) for size in (1, 512, 513, 4096, 5000)] == [512, 512, 1024, 4096, 5120]
    for size in range(1, 100_000, 617):
        assert size <= rounded(size) <= max(size * 1.125 + 1, size + 511)


def test_a_step_that_repeats_asks_the_driver_for_nothing() -> None:
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)).to("cuda")
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    x = engine.tensor([[1.0, 2.0, 3.0, 4.0]], device="cuda")

    def step() -> tuple[int, int]:
        optimizer.zero_grad()
        model(x).sum().backward()
        optimizer.step()
        return arena.current().allocations, engine.cuda.memory_allocated()

    for _ in range(3):
        warm = step()
    # Adam's numbers are new at each step, and kept: a block each.
    later = [step() for _ in range(4)]
    assert all(allocations - warm[0] <= i + 1 for i, (allocations, _) in enumerate(later))


def test_memory_that_nobody_holds_is_counted_and_given_up() -> None:
    engine.cuda.empty_cache()
    before = engine.cuda.memory_allocated()
    x = engine.zeros(1000).cuda()
    assert engine.cuda.memory_allocated() - before == 4096
    del x
    assert engine.cuda.memory_allocated() == before
    assert engine.cuda.memory_reserved() >= before + 4096
    engine.cuda.empty_cache()
    assert engine.cuda.memory_reserved() == engine.cuda.memory_allocated()


class Small:
    """A device of 4,096 bytes."""

    def __init__(self) -> None:
        self.left = 4096

    def allocate(self, size: int) -> tuple[int, Any]:
        """Do as the driver does."""
        if size > self.left:
            raise driver.OutOfMemoryError
        self.left -= size
        return 4096, Freed(self, size)


class Freed:
    """Memory of it, which comes back when nobody holds it."""

    def __init__(self, device: Small, size: int) -> None:
        self.device, self.size = device, size

    def __del__(self) -> None:
        self.device.left += self.size


def test_what_is_free_is_given_up_before_memory_is_said_to_be_short() -> None:
    memory = Arena(Small().allocate)
    block = memory.take(3000)
    with pytest.raises(DeviceError, match=r"cuda: expected 2,048 bytes of device memory.*take smaller batches"):
        memory.take(2000)
    del block
    assert memory.take(2000).size == 2048


def test_queues_have_blocks_of_their_own() -> None:
    queue = engine.cuda.Stream()
    with engine.cuda.stream(queue):
        x = engine.tensor([1.0], device="cuda") + 1
    queue.synchronize()
    engine.cuda.synchronize()
    assert x.tolist() == [2.0]


def test_it_says_that_it_is_a_simulator() -> None:
    assert engine.cuda.is_available()
    assert engine.cuda.get_device_name() == "Numba's CUDA simulator"
