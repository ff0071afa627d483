"""Numba's names in plain Python: the catalog's kernels are called by them where the grader looks for a misconception.

The grader's own process does not load Numba for that, and compiles nothing. A block of CUDA threads is as many
threads of Python, which wait for one another where the kernel says so.
"""

import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])

prange = range
float32 = np.float32


def njit(*functions: Function, **settings: Any) -> Any:
    """Return the function as it is, also where the decorator is called with settings first."""
    return functions[0] if functions else lambda function: function


class Place(NamedTuple):
    """Three numbers, as CUDA counts blocks and threads."""

    x: int
    y: int = 1
    z: int = 1


class Shared:
    """Memory that the threads of a block share."""

    def __init__(self, cuda: "PlainCuda") -> None:
        self._cuda = cuda

    def array(self, shape: int | tuple[int, ...], dtype: Any) -> Any:
        """Return the block's array, the same one for each of its threads that gets here as often."""
        here = self._cuda.here
        here.asked += 1
        with here.block.lock:
            # What was there before is nothing that could be right.
            return here.block.arrays.setdefault(here.asked, np.full(shape, np.nan, np.dtype(dtype)))


class Block:
    """What the threads of a block have in common.

    Parameters
    ----------
    threads : int
    """

    def __init__(self, threads: int) -> None:
        self.lock = threading.Lock()
        self.arrays: dict[int, Any] = {}
        self.errors: list[Exception] = []
        self._changed = threading.Condition()
        self._running, self._waiting, self._round = threads, 0, 0

    def wait(self) -> None:
        """Wait for all threads that have not returned."""
        with self._changed:
            self._waiting += 1
            now = self._round
            self._go_on_if_all_wait()
            self._changed.wait_for(lambda: self._round > now)

    def leave(self) -> None:
        """Return from the kernel: nobody waits for this thread any more."""
        with self._changed:
            self._running -= 1
            self._go_on_if_all_wait()

    def _go_on_if_all_wait(self) -> None:
        if self._waiting == self._running:
            self._waiting = 0
            self._round += 1
            self._changed.notify_all()


class PlainCuda:
    """Stands in for ``numba.cuda``."""

    def __init__(self) -> None:
        self.here: Any = threading.local()
        self.shared = Shared(self)

    def jit(self, *functions: Callable[..., Any], **settings: Any) -> Any:
        """Make a kernel of a function; a decorator."""
        return Kernel(self, functions[0]) if functions else lambda function: Kernel(self, function)

    @property
    def threadIdx(self) -> Place:
        """Place of the thread in its block."""
        place: Place = self.here.thread
        return place

    @property
    def blockIdx(self) -> Place:
        """Place of the block in the grid."""
        place: Place = self.here.number
        return place

    @property
    def blockDim(self) -> Place:
        """Threads of a block."""
        place: Place = self.here.threads
        return place

    @property
    def gridDim(self) -> Place:
        """Blocks of the grid."""
        place: Place = self.here.blocks
        return place

    def grid(self, axes: int) -> Any:
        """Return the thread's place in the whole grid."""
        parts = zip(self.blockIdx, self.blockDim, self.threadIdx, strict=True)
        found = tuple(block * threads + thread for block, threads, thread in parts)[:axes]
        return found[0] if axes == 1 else found

    def gridsize(self, axes: int) -> Any:
        """Return the number of threads in the whole grid."""
        found = tuple(b * t for b, t in zip(self.gridDim, self.blockDim, strict=True))[:axes]
        return found[0] if axes == 1 else found

    def syncthreads(self) -> None:
        """Wait for the other threads of the block."""
        self.here.block.wait()


class Kernel:
    """A function that is launched with blocks and threads."""

    def __init__(self, cuda: PlainCuda, function: Callable[..., Any]) -> None:
        self._cuda = cuda
        self._function = function

    def __getitem__(self, sizes: tuple[Any, Any]) -> Callable[..., None]:
        """Return what launches the kernel with these blocks and threads."""
        blocks, threads = (Place(*(size if isinstance(size, Sequence) else (size,))) for size in sizes)

        def launch(*arguments: Any) -> None:
            for number in itertools.product(*map(range, blocks)):
                self._run(Place(*number), blocks, threads, arguments)

        return launch

    def _run(self, number: Place, blocks: Place, threads: Place, arguments: Sequence[Any]) -> None:
        places = [Place(*place) for place in itertools.product(*map(range, threads))]
        block = Block(len(places))
        running = [
            threading.Thread(target=self._thread, args=(block, place, number, blocks, threads, arguments))
            for place in places
        ]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        if block.errors:
            raise block.errors[0]

    def _thread(
        self, block: Block, thread: Place, number: Place, blocks: Place, threads: Place, arguments: Sequence[Any]
    ) -> None:
        here = self._cuda.here
        here.block, here.thread, here.number, here.blocks, here.threads = block, thread, number, blocks, threads
        here.asked = 0
        try:
            self._function(*arguments)
        except Exception as error:
            block.errors.append(error)
        finally:
            block.leave()


cuda = PlainCuda()
