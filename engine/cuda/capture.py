"""Launches noted once and repeated as one: a CUDA graph, or on the simulator a list.

A launch from Python takes some microseconds, as long as many kernels of a small network run; all of a graph's
are launched together.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from engine.cuda import arena, driver, recording
from engine.cuda.arena import Arena
from engine.cuda.recording import Recording


class Capture:
    """What one graph owns: its launches, its memory, its numbers.

    Attributes
    ----------
    memory : Arena
        Nobody else takes blocks from it: a replay writes where the captured step wrote.
    state : Recording
    """

    def __init__(self) -> None:
        self.memory = Arena(driver.allocate)
        self.state = Recording()
        # A graph knows addresses only; what lies there must stay.
        self._arguments: list[Any] = []
        self._repeat: Callable[[], None] | None = None

    @property
    def is_complete(self) -> bool:
        """Whether there is something to replay."""
        return self._repeat is not None

    @contextmanager
    def _in_phase(self, phase: str) -> Iterator[None]:
        if recording.current is not None:
            raise RuntimeError("a graph within a graph")
        self.state.phase, self.state.position = phase, 0
        recording.current, former, arena.private = self.state, arena.private, self.memory
        try:
            yield
        finally:
            recording.current, arena.private = None, former

    def warm_up(self, step: Callable[[], Any]) -> Any:
        """Do a step as usual, in the graph's memory: all kernels are compiled then, and all memory is there."""
        with self._in_phase("warming"):
            return step()

    def capture(self, step: Callable[[], Any]) -> Any:
        """Note the launches of a step instead of doing them."""
        self._arguments, self.state.again = [], []
        with self._in_phase("capturing"), driver.recorded(self._arguments) as finish:
            result = step()
        self._repeat = finish()
        for buffer, values in self.state.buffers:
            driver.upload(buffer, np.asarray(values, buffer.dtype))
        return result

    def refresh(self) -> None:
        """Put the numbers of the next step into their places, such as a learning rate."""
        with self._in_phase("refreshing"), driver.launching(driver.launch_nothing):
            for call in self.state.again:
                call()

    def replay(self) -> None:
        """Do the step."""
        assert self._repeat is not None, "nothing was captured"
        self._repeat()
