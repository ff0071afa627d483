"""The engine or PyTorch, behind the names they share: what is measured is written once for both."""

import importlib
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]

MODULES = {"engine": "engine", "pytorch": "torch"}


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

    def tensor(self, array: Array, requires_grad: bool = False) -> Any:
        """Copy an array into a tensor."""
        return self.lib.tensor(array, requires_grad=requires_grad)


def load(name: str, threads: int) -> Library:
    """Import a library and let it use this many threads, by the call its users have for that."""
    lib = importlib.import_module(MODULES[name])
    lib.set_num_threads(threads)
    return Library(name, lib, lib.nn, lib.nn.functional, lib.optim)


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
