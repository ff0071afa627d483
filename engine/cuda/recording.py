"""What a graph of launches that is being captured, or replayed, needs to know; it imports nothing of CUDA.

Numbers such as a learning rate would be frozen into a graph. They therefore lie in small arrays on the device,
which are filled anew before each replay: whoever made the numbers is called again, with every launch left out.
"""

from collections.abc import Callable
from typing import Any


class Recording:
    """The state of one graph.

    Attributes
    ----------
    phase : {"warming", "capturing", "refreshing"}
        Launches are done; noted; or left out, since only numbers are wanted.
    buffers : list
        Arrays of numbers on the device, in the order in which they were asked for, and what they hold.
    again : list of function
        Who has to be called for new numbers, in order.
    """

    def __init__(self) -> None:
        self.phase = "warming"
        self.buffers: list[tuple[Any, list[float]]] = []
        self.again: list[Callable[[], None]] = []
        self.position = 0


current: Recording | None = None


def repeat_before_replay(call: Callable[[], None]) -> None:
    """Have a call that hands numbers to kernels repeated before each replay of the graph, if one is captured."""
    if current is not None and current.phase == "capturing":
        current.again.append(call)


def is_capturing() -> bool:
    """Tell whether launches are being noted, so that no value can be looked at."""
    return current is not None and current.phase == "capturing"
