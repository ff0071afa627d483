"""How a cpu kernel is compiled: once for each dtype, kept on disk, and not in silence."""

import hashlib
import inspect
import os
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import Any, TypeVar, cast

import numba
from numba.core import event

Function = TypeVar("Function", bound=Callable[..., Any])

# Below this a student does not notice; above it they wonder whether the program hangs.
SILENT_SECONDS = 1.0

FASTMATH = {"contract", "reassoc"}


def compiled(function: Function, uses: Sequence[ModuleType] = ()) -> Function:
    """Compile a function on its first call with a dtype.

    `contract` lets a multiplication and the addition after it become one fused instruction; results may
    differ from the reference in the last bit. `reassoc` lets a sum be kept in several registers at once.
    NaN and infinity keep their meaning, which `fastmath=True` would give up.

    Parameters
    ----------
    function : function
    uses : sequence of module
        Other files whose compiled parts it has in it; see :func:`using`.
    """
    compile_ = numba.njit(cache=True, error_model="numpy", fastmath=FASTMATH)
    return cast(Function, compile_(_marked(function, uses)))


def using(*modules: ModuleType) -> Callable[[Function], Function]:
    """Return :func:`compiled` for functions with compiled parts of other files in them.

    Numba checks a kernel on disk against the kernel's own source file only. So that a change in another
    file is seen, too, its digest becomes part of the name under which the kernel is kept.
    """
    return partial(compiled, uses=modules)


def _marked(function: Function, uses: Sequence[ModuleType]) -> Function:
    if uses:
        text = "".join(inspect.getsource(module) for module in uses)
        function.__qualname__ = f"{function.__qualname__}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    return function


class CompileNotice(event.Listener):
    """Says on stderr, once in a process, that a compile is what takes so long."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None
        self._said = False

    def on_start(self, event: event.Event) -> None:
        """Start the clock; what Numba compiles inside another compile starts no second one."""
        if not self._said and self._timer is None:
            self._timer = threading.Timer(SILENT_SECONDS, self._say)
            self._timer.daemon = True
            self._timer.start()

    def on_end(self, event: event.Event) -> None:
        """Stop the clock."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _say(self) -> None:
        self._said = True
        sys.stderr.write("engine: compiling kernels for this machine; they are kept on disk, so this happens once\n")
        sys.stderr.flush()


# What a student's code prints is shown to the student, and this is not from there.
if "BYHAND_QUIET" not in os.environ:
    event.register("numba:compile", CompileNotice())
