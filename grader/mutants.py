"""Misconceptions as functions: asked as students' functions are, to see whether they answer the same."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from grader import asking, launching
from grader.catalog import Entry
from grader.exercise import Mutant
from grader.fence import Limits
from grader.process import WorkerCrashError, WorkerProcess, WorkerTimeoutError
from grader.stubs import in_plain_python, render_all_mutants, render_mutant


class Misconceptions:
    """The mutants of an exercise, as functions; use it in a ``with`` block, or close it.

    They are the catalog's own text, so the grader may run them. Those that are built on the engine run in a worker,
    which has compiled kernels and takes seconds to start: one for all of them, and another if one of them kills it.

    Parameters
    ----------
    entry : Entry
    """

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self._workplace = entry.exercise.workplace
        self._limits = self._workplace.within(Limits())
        self._worker: WorkerProcess | None = None

    def __enter__(self) -> "Misconceptions":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[tuple[Mutant, Callable[..., Any]]]:
        """Yield each with a function that takes a case's values, and returns the outputs that are compared."""
        for number, mutant in enumerate(self.entry.exercise.mutants):
            if self._workplace.uses_engine:
                yield mutant, partial(self._ask, number)
            else:
                yield mutant, mutant_function(self.entry, mutant)

    def close(self) -> None:
        """End the worker, if there is one."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _ask(self, number: int, *arguments: Any) -> Any:
        request = {"do": "ask", "function": f"mutant_{number}", "arguments": list(arguments), "views": False}
        try:
            if self._worker is None:
                source = render_all_mutants(self.entry).encode()
                self._worker = WorkerProcess(source, self.entry.name, self._limits, self._workplace)
                self._worker.ask({"do": "load", "function": ""}, self._limits.first_call)
            about = self._worker.ask({**request, "way": self._workplace.ask, "settings": {}}, self._limits.call)
        except (WorkerTimeoutError, WorkerCrashError):
            # These have ended it.
            self._worker = None
            raise
        return outputs_of_network(about["value"])


def outputs_of_network(about: dict[str, Any]) -> tuple[int, Any]:
    """Return the number of parameters of a network, and its outputs, None where it did not compute them."""
    learnt = [shape for shape, learns in zip(about["shapes"], about["learns"], strict=True) if learns]
    return sum(math.prod(shape) for shape in learnt), about.get("out")


def mutant_function(entry: Entry, mutant: Mutant) -> Callable[..., Any]:
    """Return a mutant as a function that does what asking a student's would. It is the catalog's own text."""
    exercise = entry.exercise
    namespace: dict[str, Any] = {}
    exec(compile(in_plain_python(render_mutant(entry, mutant)), f"<mutant {mutant.name}>", "exec"), namespace)
    ways: dict[str, Any] = {**vars(asking), **vars(launching)}
    asked, outputs = ways[exercise.workplace.ask], len(exercise.outputs)

    def ask(*arguments: Any) -> Any:
        value = asked(namespace[entry.name], list(arguments))
        if exercise.workplace.ask != "launch":
            return value
        return value[0] if outputs == 1 else tuple(value[:outputs])

    return ask
