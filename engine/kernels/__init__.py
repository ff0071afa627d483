"""Kernel sets: the same functions, arrays in and arrays out, written for different machines.

``reference`` is plain Python that reads like the slide; ``cpu`` is the same in Numba. Every kernel
takes its outputs first, then its inputs, then numbers; the caller allocates the outputs; every
array is C-contiguous. ``tests/test_architecture.py`` holds the sets to the same names and parameters.
"""

import importlib
from functools import cache
from types import ModuleType, TracebackType

from engine.device import prepare_threads
from engine.errors import ParameterError

KERNEL_SETS = ("reference", "cpu")
DEFAULT_KERNELS = "cpu"
# Where tensors on a device are computed; it cannot be chosen for others.
DEVICE_KERNELS = "cuda"

_current = DEFAULT_KERNELS


@cache
def load(name: str) -> ModuleType:
    """Import a kernel set; importing Numba is put off until the cpu set is really used."""
    if name == "cpu":
        prepare_threads()
    return importlib.import_module(f"engine.kernels.{name}")


def current() -> ModuleType:
    """Return the kernel set that ops dispatch to now."""
    return load(_current)


class KernelChoice:
    """What :func:`use_kernels` returns: the end of its ``with`` block brings the former set back."""

    def __init__(self, before: str) -> None:
        self._before = before

    def __enter__(self) -> None:
        """Do nothing: the choice is already made."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Choose the former set again."""
        use_kernels(self._before)


def use_kernels(name: str) -> KernelChoice:
    """Choose the kernel set that ops run on: from now on, or for the length of a ``with`` block.

    Parameters
    ----------
    name : {"cpu", "reference"}
        "cpu" is fast; "reference" is plain loops to read and to trust.

    Returns
    -------
    KernelChoice
        A context manager, for those who want the former set back.

    Raises
    ------
    ParameterError
        If there is no such set.

    Examples
    --------
    >>> import engine
    >>> with engine.use_kernels("reference"):
    ...     print(engine.relu(engine.tensor([-1.0, 2.0])))
    tensor([0., 2.])
    """
    global _current
    if name not in KERNEL_SETS:
        raise ParameterError("use_kernels", f"one of {', '.join(KERNEL_SETS)}", repr(name))
    choice = KernelChoice(_current)
    _current = name
    return choice
