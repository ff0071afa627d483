"""What a worker has for an exercise besides Python, NumPy, SciPy and Numba, and how the student's work is asked."""

import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from grader import compiled_engine, landlock
from grader.fence import Limits

# Numba's threads for graded functions: more than many machines have processors, so that a race shows there, too.
THREADS = 4


@dataclass(frozen=True)
class Workplace:
    """Where and how an exercise's function is called.

    Attributes
    ----------
    ask : str
        The way of ``asking.py`` or ``launching.py`` to ask it.
    packages : tuple of str
        Packages, or files beside them, that may be imported here and not elsewhere.
    withheld : tuple of str
        Modules of these that may not.
    prepare : tuple of str
        Modules that are imported before the walls are up.
    environment : mapping of str to str
        Environment variables.
    seconds : float
        For a call in which much is compiled, or a network trained, if that is longer than elsewhere.
    trains : bool
        Whether a call trains a network, and takes seconds.
    """

    ask: str = "call"
    packages: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    prepare: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    trains: bool = False

    @property
    def uses_engine(self) -> bool:
        """Whether exercises here are built on the engine."""
        return "engine" in self.packages

    def within(self, limits: Limits) -> Limits:
        """Return limits with the time that work takes here."""
        first, call = (max(given, self.seconds) for given in (limits.first_call, limits.call))
        return replace(limits, first_call=first, call=call, exercise=limits.exercise + self.seconds)

    def make_ready(self) -> None:
        """Do what takes a minute at first use, before anybody's time runs."""
        if self.uses_engine:
            compiled_engine.folder()

    def interpreted(self) -> "Workplace":
        """Return the same without Numba's compiler, where students' functions are compiled: for many small changes."""
        if self.uses_engine or "numba" not in self.prepare:
            return self
        if self.ask == "launch":
            return replace(self, seconds=0.0)
        return replace(self, environment={**self.environment, "NUMBA_DISABLE_JIT": "1"}, seconds=0.0)

    def settings(self) -> dict[str, Any]:
        """Return what the worker is told of it.

        Returns
        -------
        dict
            ``path`` (folders for imports), ``packages``, ``withheld``, ``prepare``, and ``reachable``: paths with
            the rights to each.
        """
        folders = [str(_folder_of("engine"))] if self.uses_engine else []
        return {
            "path": folders,
            "packages": list(self.packages),
            "withheld": list(self.withheld),
            "prepare": list(self.prepare),
            "reachable": list(self._reachable()),
        }

    def variables(self) -> dict[str, str]:
        """Return the environment variables."""
        if not self.uses_engine:
            return dict(self.environment)
        return {**self.environment, "NUMBA_CACHE_DIR": str(compiled_engine.folder())}

    def _reachable(self) -> Iterator[tuple[str, int]]:
        packages = _folder_of("numpy")
        for name in self.packages:
            if name != "engine":
                yield str(packages / name), landlock.READ
        if self.uses_engine:
            engine = _folder_of("engine") / "engine"
            hidden = {module.partition(".")[2] for module in self.withheld}
            yield str(engine.parent), landlock.READ_DIR
            yield str(engine), landlock.READ_DIR
            yield from ((str(entry), landlock.READ) for entry in engine.iterdir() if entry.stem not in hidden)
            yield str(compiled_engine.folder()), landlock.READ
            # Where threadpoolctl sees which libraries are loaded.
            yield "/proc/self/maps", landlock.READ_FILE


@cache
def _folder_of(package: str) -> Path:
    """Return the folder in which a package lies."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed", name=package)
    return Path(found.origin).parents[1]


PLAIN = Workplace()

# Indices are checked, as students who look for a mistake would have it; not where speed is judged. Nothing is kept
# on disk: the worker may not write.
NUMBA = Workplace(
    environment={
        "NUMBA_NUM_THREADS": str(THREADS),
        "NUMBA_THREADING_LAYER": "workqueue",
        "NUMBA_BOUNDSCHECK": "1",
        "NUMBA_OPT": "1",
    },
    prepare=("numba",),
    seconds=30.0,
)
NUMBA_AT_SPEED = Workplace(environment={"NUMBA_NUM_THREADS": "1"}, prepare=("numba",), seconds=30.0)

# Kernels run on Numba's simulator: a card's driver is out of a worker's reach.
CUDA_SIMULATOR = Workplace(
    ask="launch",
    packages=("numba_cuda", "_numba_cuda_redirector.py", "cuda"),
    prepare=("_numba_cuda_redirector", "numba", "numba.cuda"),
    environment={"NUMBA_ENABLE_CUDASIM": "1"},
    seconds=20.0,
)

# The layers are there, whole networks and trainers are not: they are what is asked for.
MODEL = Workplace(
    ask="model",
    packages=("engine", "safetensors", "threadpoolctl.py"),
    withheld=("engine.models", "engine.train", "engine.onnx", "engine.data"),
    prepare=("numba",),
    environment={"NUMBA_NUM_THREADS": "1", "BYHAND_QUIET": "1"},
    seconds=30.0,
)
TRAINING = replace(MODEL, ask="call", seconds=60.0, trains=True)
