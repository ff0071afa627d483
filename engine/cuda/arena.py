"""Memory of the device, used again from step to step: to ask the driver for some, or give it back, makes it wait.

All kernels of a stream run one after the other, so a block may be handed out again as soon as nobody holds it,
also while a kernel launched before still reads it: the one that will write to it comes later. Each stream
therefore has blocks of its own.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from engine.cuda import driver
from engine.errors import DeviceError

# Every address is a multiple of this: as the driver gives them, and more than any load wants.
ALIGNMENT = 512


class Block:
    """A piece of device memory; free again when the last who holds it is gone.

    Attributes
    ----------
    address : int
    size : int
        In bytes.
    """

    __slots__ = ("_arena", "_keeper", "address", "size")

    def __init__(self, arena: "Arena", address: int, size: int, keeper: Any) -> None:
        self.address, self.size = address, size
        self._arena, self._keeper = arena, keeper

    def __del__(self) -> None:
        """Hand the memory back."""
        self._arena.give_back(self.address, self.size, self._keeper)


class Arena:
    """Blocks by size; what is given back is kept for the next who asks for as much.

    Parameters
    ----------
    allocate : function
        ``size -> (address, what keeps the memory)``; raises :class:`engine.cuda.driver.OutOfMemoryError`.
    """

    def __init__(self, allocate: Callable[[int], tuple[int, Any]]) -> None:
        self._allocate = allocate
        self._free: dict[int, list[tuple[int, Any]]] = {}
        # Who takes a block may be interrupted by the garbage collector, which gives one back.
        self._lock = threading.RLock()
        self.held_bytes = self.reserved_bytes = self.allocations = 0

    def take(self, size: int) -> Block:
        """Return a block of at least so many bytes.

        Raises
        ------
        DeviceError
            If the device has no memory left, also after all that is free here was given up.
        """
        size = rounded(size)
        with self._lock:
            blocks = self._free.get(size)
            address, keeper = blocks.pop() if blocks else self._fresh(size)
            self.held_bytes += size
        return Block(self, address, size, keeper)

    def _fresh(self, size: int) -> tuple[int, Any]:
        try:
            found = self._allocate(size)
        except driver.OutOfMemoryError:
            self.give_up()
            try:
                found = self._allocate(size)
            except driver.OutOfMemoryError:
                free, total = driver.memory_info()
                got = f"{free >> 20:,} of {total >> 20:,} MiB free, {self.held_bytes >> 20:,} held by tensors"
                fix = "take smaller batches, or delete tensors that are not needed"
                raise DeviceError("cuda", f"{size:,} bytes of device memory", got, fix) from None
        self.allocations += 1
        self.reserved_bytes += size
        return found

    def give_back(self, address: int, size: int, keeper: Any) -> None:
        """Keep a block for the next who wants its size."""
        with self._lock:
            self._free.setdefault(size, []).append((address, keeper))
            self.held_bytes -= size

    def give_up(self) -> None:
        """Give all that is free back to the driver."""
        with self._lock:
            self.reserved_bytes -= sum(size * len(blocks) for size, blocks in self._free.items())
            self._free.clear()


def rounded(size: int) -> int:
    """Return the size of the block for so many bytes: at most an eighth more, so that similar sizes share blocks."""
    step = max(ALIGNMENT, 1 << max(0, size.bit_length() - 4))
    return max(step, -(-size // step) * step)


_arenas: dict[Any, Arena] = {}
# Where a graph that is being captured, or warmed up, takes its memory from.
private: Arena | None = None


def current() -> Arena:
    """Return the arena of the stream that is in use, or of the graph that is being captured."""
    if private is not None:
        return private
    stream = driver.current_stream
    if stream not in _arenas:
        _arenas[stream] = Arena(driver.allocate)
    return _arenas[stream]


@contextmanager
def shared() -> Iterator[None]:
    """Take memory that is no graph's inside a ``with`` block."""
    global private
    former, private = private, None
    try:
        yield
    finally:
        private = former


def every() -> list[Arena]:
    """Return the arenas of all streams."""
    return list(_arenas.values())
