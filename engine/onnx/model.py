"""An ONNX model as a module of the engine."""

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import Any

import google.protobuf.message
import numpy as np
import onnx
from onnx import checker, inliner, numpy_helper, shape_inference

from engine.arrays import Array
from engine.autograd import no_grad
from engine.errors import DataError, OnnxError
from engine.nn import Buffer, Module, Parameter
from engine.onnx.dtypes import Exchange, dtype_of, stand_in
from engine.onnx.operators import OPERATORS
from engine.onnx.registry import Node
from engine.tensor import Tensor


class OnnxModel(Module):
    """A network read from ONNX; called with tensors, trained like any module.

    Floating initializers are parameters under their own names (running means and variances are buffers, as
    are whole numbers), so that :meth:`state_dict` has the names that were exported. What the model
    does in training is what its nodes say: :meth:`train` does not change it.

    Parameters
    ----------
    model : onnx.ModelProto

    Attributes
    ----------
    input_names, output_names : tuple of str

    Raises
    ------
    OnnxError
        If the model is not valid, or has operators that the engine does not run; all are named.

    Notes
    -----
    float16, bfloat16 and 8-bit floats are computed in float32 and rounded after every node; no gradient
    passes that rounding. Whole numbers that tensors do not have are computed in int32 or int64.
    """

    def __init__(self, model: onnx.ModelProto) -> None:
        self._opset, model = _prepared(model)
        graph = model.graph
        self._exchange = Exchange()
        self._dtypes = _dtypes(graph)
        self._nodes = [Node.of(proto, self._opset, self._dtypes) for proto in graph.node]
        self._attributes: dict[str, str] = {}
        statistics = {name for node in self._nodes if node.kind == "BatchNormalization" for name in node.inputs[3:5]}
        for initializer in graph.initializer:
            self._keep(initializer.name, numpy_helper.to_array(initializer), initializer.name not in statistics)
        self.input_names = tuple(value.name for value in graph.input if value.name not in self._attributes)
        self.output_names = tuple(value.name for value in graph.output)

    def _keep(self, name: str, array: Array, learnt: bool) -> None:
        self._dtypes[name] = array.dtype
        tensor = self._exchange.tensor(array.copy())
        # A name such as "forward" is a module's own.
        attribute = f"initializer {name}" if hasattr(self, name) else name
        self._attributes[name] = attribute
        setattr(self, attribute, Parameter(tensor) if learnt and tensor.dtype.kind == "f" else Buffer(tensor))

    def forward(self, *inputs: Tensor | None) -> Any:
        """Run the graph.

        Parameters
        ----------
        *inputs : Tensor or None
            As :attr:`input_names`; None for an optional one.

        Returns
        -------
        Tensor or tuple of Tensor
            As :attr:`output_names`.

        Raises
        ------
        OnnxError
            If inputs are missing or too many.
        """
        results = self._compute(inputs)
        return results[0] if len(results) == 1 else tuple(results)

    def run(self, inputs: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
        """Run the graph on arrays, without recording for backward.

        Parameters
        ----------
        inputs : sequence or mapping of ndarray
            As :attr:`input_names`, in order or by name. An ONNX sequence is a list of arrays.

        Returns
        -------
        list of ndarray
            As :attr:`output_names`, in exactly the dtypes that the model declares.
        """
        if isinstance(inputs, Mapping):
            unknown = sorted(set(inputs) - set(self.input_names))
            if unknown:
                raise OnnxError("OnnxModel", f"inputs named {', '.join(self.input_names)}", ", ".join(unknown))
            inputs = [inputs.get(name) for name in self.input_names]
        with no_grad():
            results = self._compute([self._tensors(value) for value in inputs])
        return [
            self._arrays(value, self._dtypes.get(name)) for name, value in zip(self.output_names, results, strict=True)
        ]

    def _compute(self, inputs: Sequence[Any]) -> list[Any]:
        if len(inputs) > len(self.input_names):
            expected = f"at most {len(self.input_names)} inputs ({', '.join(self.input_names)})"
            raise OnnxError("OnnxModel", expected, str(len(inputs)))
        values: dict[str, Any] = {name: getattr(self, attribute) for name, attribute in self._attributes.items()}
        values.update(
            (name, self._expected(name, value)) for name, value in zip(self.input_names, inputs, strict=False)
        )
        values[""] = None
        for node in self._nodes:
            given = [self._value(values, name, node) for name in node.inputs]
            results = OPERATORS[node.kind](node, *given)
            if not isinstance(results, tuple):
                results = (results,)
            for name, result in zip(node.outputs, results, strict=False):
                values[name] = self._settled(result, self._dtypes.get(name))
        return [values[name] for name in self.output_names]

    def _expected(self, name: str, value: Any) -> Any:
        dtype = self._dtypes.get(name)
        if isinstance(value, Tensor) and dtype is not None and value.dtype != stand_in(dtype):
            raise OnnxError("OnnxModel", f"{name} {stand_in(dtype)}", str(value.dtype))
        return value

    def _value(self, values: Mapping[str, Any], name: str, node: Node) -> Any:
        if name not in values:
            raise OnnxError("OnnxModel", f"the inputs {', '.join(self.input_names)}", f"no {name} for {node.kind}")
        return values[name]

    def _settled(self, value: Any, dtype: np.dtype[Any] | None) -> Any:
        return self._exchange.settle(value, dtype) if isinstance(value, Tensor) and dtype is not None else value

    def _tensors(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._tensors(one) for one in value]
        return value if value is None or isinstance(value, Tensor) else self._exchange.tensor(np.asarray(value))

    def _arrays(self, value: Any, dtype: np.dtype[Any] | None) -> Any:
        if isinstance(value, list):
            return [self._arrays(one, dtype) for one in value]
        if not isinstance(value, Tensor):
            return value
        return value.array if dtype is None else self._exchange.array(value, dtype)


def load(model: str | PathLike[str] | onnx.ModelProto) -> OnnxModel:
    """Read an ONNX model.

    Parameters
    ----------
    model : path or onnx.ModelProto

    Returns
    -------
    OnnxModel

    Raises
    ------
    DataError
        If there is no such file, or it is no ONNX model.
    OnnxError
        If the model is not valid, or has operators that the engine does not run; all are named.

    Examples
    --------
    >>> import onnx.parser, engine
    >>> model = load(onnx.parser.parse_model('''<ir_version: 10, opset_import: ["" : 21]>
    ... halve (float[N] x) => (float[N] y) { two = Constant <value_float = 2.0> ()  y = Div (x, two) }'''))
    >>> model(engine.tensor([3.0, 5.0]))
    tensor([1.5, 2.5])
    """
    if isinstance(model, onnx.ModelProto):
        return OnnxModel(model)
    try:
        proto = onnx.load(model)
    except (OSError, google.protobuf.message.DecodeError, checker.ValidationError) as error:
        raise DataError(str(model), "an ONNX model", str(error)) from error
    return OnnxModel(proto)


def unsupported(model: onnx.ModelProto) -> list[str]:
    """Return the names of the operators in a model that the engine does not run, sorted."""
    return sorted(_operators(model.graph.node) - OPERATORS.keys())


def _operators(nodes: Iterable[onnx.NodeProto]) -> set[str]:
    return {node.op_type if node.domain in {"", "ai.onnx"} else f"{node.domain}.{node.op_type}" for node in nodes}


def _prepared(model: onnx.ModelProto) -> tuple[int, onnx.ModelProto]:
    try:
        checker.check_model(model)
    except checker.ValidationError as error:
        raise OnnxError("onnx", "a valid model", str(error)) from error
    model = inliner.inline_local_functions(model)
    missing = unsupported(model)
    if missing:
        raise OnnxError("onnx", f"operators of {', '.join(sorted(OPERATORS))}", ", ".join(missing))
    opset = next((entry.version for entry in model.opset_import if entry.domain in {"", "ai.onnx"}), 1)
    return opset, shape_inference.infer_shapes(model)


def _dtypes(graph: onnx.GraphProto) -> dict[str, np.dtype[Any] | None]:
    return {value.name: _element_dtype(value.type) for value in [*graph.value_info, *graph.input, *graph.output]}


def _element_dtype(kind: onnx.TypeProto) -> np.dtype[Any] | None:
    if kind.HasField("tensor_type"):
        return dtype_of(kind.tensor_type.elem_type)
    if kind.HasField("sequence_type"):
        return _element_dtype(kind.sequence_type.elem_type)
    if kind.HasField("optional_type"):
        return _element_dtype(kind.optional_type.elem_type)
    return None
