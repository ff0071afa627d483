"""Which ops can be written as ONNX."""

from collections.abc import Callable
from typing import TypeAlias

from engine.onnx.graph import Application, Graph

# Writes one application of an op into a graph.
Exporter: TypeAlias = Callable[[Graph, Application], None]

EXPORTERS: dict[str, Exporter] = {}


def exporter(*ops: str) -> Callable[[Exporter], Exporter]:
    """Declare that a function writes the ops of these names."""

    def declare(function: Exporter) -> Exporter:
        EXPORTERS.update(dict.fromkeys(ops, function))
        return function

    return declare


def operand(graph: Graph, application: Application, argument: str) -> str:
    """Return the name of an operand; "" if it was left out."""
    return graph.of(*application.arrays(argument)) if application.given(argument) else ""
