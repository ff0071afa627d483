"""Which ONNX operators the engine runs, and what each gets to see of its node."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import onnx
from onnx import helper, numpy_helper

from engine.errors import OnnxError
from engine.tensor import Tensor

# Takes the node and its inputs (None for one left out); returns one tensor for each output, or the only one.
Operator: TypeAlias = "Callable[..., Any]"

OPERATORS: dict[str, Operator] = {}


def operator(*names: str) -> Callable[[Operator], Operator]:
    """Declare that a function runs the operators of these names.

    Parameters
    ----------
    *names : str
        Names in ONNX's default domain; :attr:`Node.kind` tells the function which it is.
    """

    def declare(function: Operator) -> Operator:
        OPERATORS.update(dict.fromkeys(names, function))
        return function

    return declare


@dataclass(frozen=True)
class Node:
    """One node of a graph, as its operator sees it.

    Attributes
    ----------
    kind : str
        The operator's name.
    opset : int
        Version of the operator set that the model asks for.
    attributes : mapping of str to value
        Only those that the node states; tensors as ndarrays.
    inputs, outputs : tuple of str
        Names; "" for one that is left out.
    dtypes : tuple of dtype or None
        What the model declares its inputs to be; a tensor's own dtype may only stand in for it.
    """

    kind: str
    opset: int
    attributes: Mapping[str, Any]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    dtypes: tuple[np.dtype[Any] | None, ...] = ()

    @classmethod
    def of(cls, proto: onnx.NodeProto, opset: int, dtypes: Mapping[str, np.dtype[Any] | None]) -> "Node":
        """Read a node from a model."""
        attributes = {attribute.name: _value(attribute) for attribute in proto.attribute}
        inputs, outputs = tuple(proto.input), tuple(proto.output)
        return cls(proto.op_type, opset, attributes, inputs, outputs, tuple(dtypes.get(name) for name in inputs))

    def get(self, name: str, default: Any) -> Any:
        """Return an attribute, or `default` if the node does not state it."""
        return self.attributes.get(name, default)

    def wants(self, output: int) -> bool:
        """Return whether something uses this output."""
        return len(self.outputs) > output and self.outputs[output] != ""

    def choice(self, name: str, allowed: Sequence[str]) -> str:
        """Return an attribute that names one of several ways; the first is the default.

        Raises
        ------
        OnnxError
            If it names another.
        """
        value: str = self.get(name, allowed[0])
        if value not in allowed:
            raise OnnxError(self.kind, f"{name} as one of {', '.join(allowed)}", value)
        return value

    def axes(self, given: Tensor | None, since: int) -> list[int] | None:
        """Return the axes that a node names: an input `since` that opset, an attribute before.

        None if it names none.
        """
        if self.opset >= since:
            return None if given is None else numbers(given)
        stated: list[int] | None = self.get("axes", None)
        return stated


def numbers(tensor: Tensor) -> list[int]:
    """Return the whole numbers in a tensor that holds a shape, axes or the like."""
    return [int(number) for number in tensor.array.reshape(-1)]


def _value(attribute: onnx.AttributeProto) -> Any:
    value = helper.get_attribute_value(attribute)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, onnx.TensorProto):
        return numpy_helper.to_array(value)
    if attribute.type == onnx.AttributeProto.STRINGS:
        return [text.decode() for text in value]
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
