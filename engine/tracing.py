"""Watching which ops run, for whoever wants to write a computation down (engine/onnx/export.py)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

from engine.autograd import Variable

# Is told of one application: the op's name, its arguments with arrays for tensors, and its results.
Tracer: TypeAlias = Callable[[str, Mapping[str, Any], Sequence[Variable]], None]

# Consulted by every op; that one look is all that tracing costs when it is off.
current_tracer: ContextVar[Tracer | None] = ContextVar("tracer", default=None)


@contextmanager
def tracing(tracer: Tracer) -> Iterator[None]:
    """Tell `tracer` of every application of an op in this ``with`` block and thread.

    Parameters
    ----------
    tracer : callable
        Composites are not reported, the ops they call are.

    Yields
    ------
    None

    Examples
    --------
    >>> import engine
    >>> with tracing(lambda name, arguments, results: print(name, results[0].tolist())):
    ...     x = engine.tensor([1.0]) * 2 + 1
    mul [2.0]
    add [3.0]
    """
    token = current_tracer.set(tracer)
    try:
        yield
    finally:
        current_tracer.reset(token)
