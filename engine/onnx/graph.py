"""A graph being written: names for arrays, nodes, initializers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import onnx
from onnx import helper, numpy_helper

from engine.arrays import Array
from engine.autograd import Variable
from engine.errors import OnnxError


class Applied(NamedTuple):
    """One application of an op in one run.

    Attributes
    ----------
    name : str
        The op.
    arguments : mapping of str to value
        Arrays for tensors.
    results : list of ndarray
    """

    name: str
    arguments: Mapping[str, Any]
    results: list[Array]


class Application:
    """One application of an op, in two runs with batches of different length (or twice the same run).

    Parameters
    ----------
    first, last : Applied

    Attributes
    ----------
    name : str
        The op.
    results : list of (ndarray, ndarray)
        In the first run and in the last.
    """

    def __init__(self, first: Applied, last: Applied) -> None:
        self.name = first.name
        self.results = list(zip(first.results, last.results, strict=True))
        self._arguments = {key: (value, last.arguments[key]) for key, value in first.arguments.items()}

    def arrays(self, argument: str) -> tuple[Array, Array]:
        """Return the array given for an operand, in both runs."""
        return self._arguments[argument]

    def lists(self, argument: str) -> list[tuple[Array, Array]]:
        """Return the arrays given for a list of operands."""
        first, last = self._arguments[argument]
        return list(zip(first, last, strict=True))

    def given(self, argument: str) -> bool:
        """Return whether an optional operand was given."""
        return self._arguments[argument][0] is not None

    def setting(self, argument: str) -> Any:
        """Return a setting.

        Raises
        ------
        OnnxError
            If it depends on the length of the batch.
        """
        first, last = self._arguments[argument]
        if not _same(first, last):
            got = f"{first!r} and {last!r} for batches of different length"
            raise OnnxError(f"export of {self.name}", f"one {argument}", got, "pass dynamic_batch=False")
        return first

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """The lengths of the result's axes, in both runs."""
        return lengths(self.results[0])


class Graph:
    """Collects nodes and initializers; knows the name of every array that was computed.

    Parameters
    ----------
    state : dict of int to (str, ndarray)
        By identity: the name and the array of each parameter and buffer.
    taken : iterable of str
        Names that are not to be given to anything else.

    Attributes
    ----------
    nodes : list of onnx.NodeProto
    initializers : list of onnx.TensorProto
    """

    def __init__(self, state: Mapping[int, tuple[str, Array]], taken: Iterable[str]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self._state = dict(state)
        self._outside: set[str] = set()
        self._taken = {*taken, *(name for name, _ in state.values())}
        # By identity of the array of the first run; the arrays are kept alive, so that no identity comes twice.
        self._names: dict[int, tuple[str, Array]] = {}
        self._indices: dict[int, tuple[str, Array]] = {}

    def name(self, arrays: Sequence[Array], name: str) -> None:
        """Note the name of an array."""
        self._names[id(arrays[0])] = (name, arrays[0])

    def of(self, first: Array, last: Array) -> str:
        """Return the name of an array: computed, of the model's state, or else a constant.

        Raises
        ------
        OnnxError
            If it was not computed by ops and yet depends on the length of the batch.
        """
        if id(first) in self._names:
            return self._names[id(first)][0]
        if id(first) in self._state:
            name, array = self._state[id(first)]
            self.initializers.append(numpy_helper.from_array(array, name))
            self._names[id(first)] = (name, array)
            return name
        if first.shape != last.shape or not np.array_equal(first, last, equal_nan=first.dtype.kind == "f"):
            got = f"one of shape {first.shape} computed otherwise, which depends on the batch"
            raise OnnxError("export", "tensors computed by ops", got, "compute it by ops, or pass dynamic_batch=False")
        name = self.constant(first)
        self._names[id(first)] = (name, first)
        return name

    def give_out(self, arrays: Sequence[Array], name: str) -> None:
        """Let the graph return an array under this name."""
        inner = self.of(arrays[0], arrays[1])
        computed = inner not in self._outside and any(inner in node.output for node in self.nodes)
        self._outside.add(name)
        if not computed:
            self.add("Identity", [inner], name)
            return
        for node in self.nodes:
            node.input[:] = [name if given == inner else given for given in node.input]
            node.output[:] = [name if made == inner else made for made in node.output]
        self._names[id(arrays[0])] = (name, arrays[0])

    def constant(self, value: Any, dtype: Any = None) -> str:
        """Write a constant; returns its name."""
        return self.add("Constant", [], value=numpy_helper.from_array(np.asarray(value, dtype)))

    def add(self, kind: str, inputs: Sequence[str], output: str | None = None, **attributes: Any) -> str:
        """Write a node with one output; returns the output's name.

        Parameters
        ----------
        kind : str
            The ONNX operator.
        inputs : sequence of str
            Names; "" for one left out.
        output : str, optional
            A new name by default.
        **attributes
            None for one that is not stated.
        """
        name = self._new(kind.lower()) if output is None else output
        self._write(kind, inputs, [name], attributes)
        return name

    def compute(self, application: Application, kind: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Write the node that computes the (first) result of an application."""
        name = self.add(kind, inputs, **attributes)
        self.name(application.results[0], name)
        return name

    def compute_with_indices(
        self, application: Application, kind: str, inputs: Sequence[str], **attributes: Any
    ) -> None:
        """Write a node whose second output are indices, as ONNX counts them: see :meth:`indices`."""
        names = [self._new(kind.lower()), self._new("indices")]
        self._write(kind, inputs, names, attributes)
        self.name(application.results[0], names[0])
        self._indices[id(application.results[1][0])] = (names[1], application.results[1][0])

    def indices(self, application: Application, argument: str) -> str:
        """Return the name of indices. ONNX counts them over the whole tensor, the engine over each plane.

        Raises
        ------
        OnnxError
            If they come from anywhere but pooling.
        """
        array, _ = application.arrays(argument)
        if id(array) not in self._indices:
            raise OnnxError(f"export of {application.name}", "indices straight from max_pool2d", "others")
        return self._indices[id(array)][0]

    def _write(self, kind: str, inputs: Sequence[str], outputs: list[str], attributes: Mapping[str, Any]) -> None:
        stated = {name: value for name, value in attributes.items() if value is not None}
        self.nodes.append(helper.make_node(kind, inputs, outputs, **stated))

    def _new(self, stem: str) -> str:
        number = 0
        while (name := f"{stem}_{number}") in self._taken:
            number += 1
        self._taken.add(name)
        return name


def lengths(arrays: Sequence[Array]) -> list[tuple[int, int]]:
    """Return the lengths of the axes of an array, in both runs."""
    first, last = arrays
    return list(zip(first.shape, last.shape, strict=True))


def _same(first: Any, last: Any) -> bool:
    if isinstance(first, list | tuple) and isinstance(last, list | tuple):
        return len(first) == len(last) and all(map(_same, first, last))
    if isinstance(first, np.ndarray | Variable):
        return np.array_equal(np.asarray(first), np.asarray(last))
    return bool(first == last)
