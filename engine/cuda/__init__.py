"""CUDA devices: whether there is one, its queues of work and its memory. Kernels are in engine/kernels/cuda.

Names are PyTorch's (``torch.cuda``). Importing this imports nothing of CUDA; that is put off until it is used.
"""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.errors import DeviceError

__all__ = [
    "Stream",
    "empty_cache",
    "get_device_name",
    "is_available",
    "memory_allocated",
    "memory_reserved",
    "stream",
    "synchronize",
]


def _part(name: str) -> Any:
    return importlib.import_module(f"engine.cuda.{name}")


def is_available() -> bool:
    """Tell whether a CUDA device can be used; ``python -m engine`` says why not.

    Examples
    --------
    >>> is_available() in (True, False)
    True
    """
    try:
        return _part("driver").problem() is None
    except DeviceError:
        return False


def get_device_name() -> str:
    """Return the device in words.

    Raises
    ------
    DeviceError
        If there is none.
    """
    driver = _part("driver")
    driver.require("get_device_name")
    name: str = driver.description()
    return name


def synchronize() -> None:
    """Wait until the device has done all that was asked of it.

    Raises
    ------
    DeviceError
        If there is no device.
    """
    driver = _part("driver")
    driver.require("synchronize")
    driver.synchronize()


def memory_allocated() -> int:
    """Return how many bytes of device memory tensors hold now; 0 before a device was used."""
    return sum(arena.held_bytes for arena in _part("arena").every()) if is_available() else 0


def memory_reserved() -> int:
    """Return how many bytes of device memory are kept, by tensors or for the next ones."""
    return sum(arena.reserved_bytes for arena in _part("arena").every()) if is_available() else 0


def empty_cache() -> None:
    """Give the memory that no tensor holds back to the driver, for other programs."""
    if is_available():
        _part("constants").forget()
        for arena in _part("arena").every():
            arena.give_up()


class Stream:
    """A queue of work: what is launched in it runs in order, beside what is in other queues.

    Raises
    ------
    DeviceError
        If there is no device.
    """

    def __init__(self) -> None:
        driver = _part("driver")
        driver.require("Stream")
        self.handle: Any = driver.new_stream()

    def synchronize(self) -> None:
        """Wait until all that was launched in it is done."""
        if self.handle:
            self.handle.synchronize()


@contextmanager
def stream(queue: Stream) -> Iterator[Stream]:
    """Launch in a queue inside a ``with`` block.

    Parameters
    ----------
    queue : Stream

    Yields
    ------
    Stream

    Notes
    -----
    Memory that a tensor of one queue gives back is used again in that queue. Whoever reads a tensor in another
    queue must first wait for the one that wrote it, and must not let go of it before that reading is done.
    """
    driver = _part("driver")
    former, driver.current_stream = driver.current_stream, queue.handle
    try:
        yield queue
    finally:
        driver.current_stream = former
