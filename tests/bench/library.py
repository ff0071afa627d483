"""The engine or PyTorch, behind the names they share: what is measured is written once for both."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]

MODULES = {"engine": "engine", "pytorch": "torch"}


class Way(NamedTuple):
    """How a library is used: on which device, with steps as graphs, with products on tensor cores."""

    library: str
    device: str = "cpu"
    graphs: bool = False
    tf32: bool = False


WAYS = {
    "engine": Way("engine"),
    "pytorch": Way("pytorch"),
    "engine-cuda": Way("engine", "cuda"),
    "engine-graph": Way("engine", "cuda", graphs=True),
    "engine-tf32": Way("engine", "cuda", tf32=True),
    "engine-graph-tf32": Way("engine", "cuda", graphs=True, tf32=True),
    "pytorch-cuda": Way("pytorch", "cuda"),
    "pytorch-graph": Way("pytorch", "cuda", graphs=True),
    "pytorch-tf32": Way("pytorch", "cuda", tf32=True),
    "pytorch-graph-tf32": Way("pytorch", "cuda", graphs=True, tf32=True),
}


@dataclass(frozen=True)
class Library:
    """One of the two libraries.

    Attributes
    ----------
    name : {"engine", "pytorch"}
    lib : module
        ``engine`` or ``torch``. Any to the type checker, which then need not know whether PyTorch is there.
    nn, functional, optim : module
        As everybody calls them.
    """

    name: str
    lib: Any
    nn: Any
    functional: Any
    optim: Any
    way: Way

    def tensor(self, array: Array, requires_grad: bool = False) -> Any:
        """Copy an array into a tensor on the device."""
        if self.way.device == "cpu":
            return self.lib.tensor(array, requires_grad=requires_grad)
        return self.lib.tensor(array, requires_grad=requires_grad, device=self.way.device)

    def moved(self, array: Array) -> Any:
        """Make a tensor of an array, without a copy where it is on the host."""
        tensor = self.lib.from_numpy(array)
        return tensor if self.way.device == "cpu" else tensor.to(self.way.device)

    def array(self, tensor: Any) -> Array:
        """Return the values of a tensor."""
        values: Array = tensor.detach().cpu().numpy()
        return values

    def place(self, model: Any) -> Any:
        """Move a model to the device."""
        return model if self.way.device == "cpu" else model.to(self.way.device)

    def synchronize(self) -> None:
        """Wait until the device has done all that was asked of it."""
        if self.way.device != "cpu":
            self.lib.cuda.synchronize()

    def repeated(self, step: Callable[[], Any], optimizer: Any) -> Callable[[], Any]:
        """Return a step as it is taken over and over: as a CUDA graph, if that is the way."""
        if not self.way.graphs:
            return step
        if self.name == "engine":
            graph: Callable[[], Any] = self.lib.graph(step)
            return graph
        return pytorch_graph(self.lib, step, optimizer)


WARM_UPS = 3


def pytorch_graph(torch: Any, step: Callable[[], Any], optimizer: Any) -> Callable[[], Any]:
    """Capture a step as PyTorch's documentation says; the first calls are steps as usual."""
    for group in optimizer.param_groups:
        if "capturable" in group:
            group["capturable"] = True  # its count of steps is then on the device
    graph, calls, kept = torch.cuda.CUDAGraph(), 0, None

    def take() -> Any:
        nonlocal calls, kept
        calls += 1
        if calls <= WARM_UPS:
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                warmed = step()
            torch.cuda.current_stream().wait_stream(side)
            return warmed
        if kept is None:
            optimizer.zero_grad(set_to_none=True)
            with torch.cuda.graph(graph):
                kept = step()
        graph.replay()
        return kept

    return take


def load(name: str, threads: int) -> Library:
    """Import a library for one of WAYS, and let it use this many threads, by the call its users have for that."""
    way = WAYS[name]
    lib = importlib.import_module(MODULES[way.library])
    lib.set_num_threads(threads)
    if way.library == "engine" and way.tf32:
        lib.set_float32_matmul_precision("high")
    if way.library == "pytorch" and way.device == "cuda":
        # Said for both ways: since PyTorch 1.12 convolutions use TF32 unless told otherwise, products do not.
        lib.backends.cuda.matmul.allow_tf32 = lib.backends.cudnn.allow_tf32 = way.tf32
        lib.backends.cudnn.benchmark = True
    return Library(way.library, lib, lib.nn, lib.nn.functional, lib.optim, way)


def fingerprint(*arrays: Array) -> list[float]:
    """Return a few numbers that differ when the arrays differ: the mean magnitude of each of their quarters.

    Magnitudes do not cancel, so that a relative tolerance means something.

    Examples
    --------
    >>> fingerprint(np.array([1.0, -2.0, 3.0, -4.0]))
    [1.0, 2.0, 3.0, 4.0]
    """
    quarters = (part for array in arrays for part in np.array_split(np.abs(array).ravel(), 4) if part.size)
    return [float(part.mean(dtype=np.float64)) for part in quarters]
