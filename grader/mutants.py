"""Misconceptions as functions: asked as students' functions are, to see whether they answer the same."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from grader import asking, launching
from grader.catalog import Entry
from grader.exercise import Mutant
from grader.fence import Limits
from grader.process import WorkerProcess
from grader.stubs import in_plain_python, render_mutant


@contextmanager
def asked_mutant(entry: Entry, mutant: Mutant) -> Iterator[Callable[..., Any]]:
    """Return a mutant as a function that takes a case's values, and returns the outputs that are compared.

    It is the catalog's own text, so the grader may run it. One that is built on the engine runs in a worker, which
    has compiled kernels.
    """
    if not entry.exercise.workplace.uses_engine:
        yield mutant_function(entry, mutant)
        return
    workplace = entry.exercise.workplace
    limits = workplace.within(Limits())
    with WorkerProcess(render_mutant(entry, mutant).encode(), entry.name, limits, workplace) as worker:
        worker.ask({"do": "load", "function": entry.name}, limits.first_call)

        def ask(*arguments: Any) -> Any:
            request = {"do": "ask", "function": entry.name, "arguments": list(arguments)}
            about = worker.ask({**request, "views": False, "way": workplace.ask, "settings": {}}, limits.call)
            return outputs_of_network(about["value"])

        yield ask


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
