"""Writing a model as ONNX: run it once, write down which ops it applied."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from inspect import signature
from os import PathLike
from typing import Any, NamedTuple

import numpy as np
import onnx
from onnx import checker, helper

from engine.arrays import Array
from engine.autograd import Variable, no_grad
from engine.errors import DTypeError, EngineError, OnnxError
from engine.nn import Module
from engine.onnx.exporters import EXPORTERS
from engine.onnx.graph import Application, Applied, Graph
from engine.tensor import Tensor
from engine.tracing import tracing
from engine.versions import version

OPSET = 21


class Trace(NamedTuple):
    """One run of a model, written down.

    Attributes
    ----------
    inputs, outputs : list of ndarray
    applications : list of Applied
        In order.
    """

    inputs: list[Array]
    outputs: list[Array]
    applications: list[Applied]


def export(
    model: Module,
    args: Tensor | tuple[Tensor, ...],
    path: str | PathLike[str] | None = None,
    *,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    dynamic_batch: bool = True,
) -> onnx.ModelProto:
    """Write a model as ONNX, in evaluation mode, with its state under the names of ``state_dict``.

    What is written are the ops that one run applied: a Python ``if`` or ``for`` is written as it went.
    Values that the model computes without ops are constants.

    Parameters
    ----------
    model : Module
    args : Tensor or tuple of Tensor
        Inputs to run it on.
    path : str or Path, optional
        Where to write.
    input_names, output_names : sequence of str, optional
        By default the names of ``forward``'s parameters; "output", or "output_0" and so on.
    dynamic_batch : bool
        Whether the first axis of every input and output may have any length. The model is then run a
        second time with a longer batch, to see what depends on its length.

    Returns
    -------
    onnx.ModelProto
        Of operator set 21, checked by ONNX's own checker.

    Raises
    ------
    OnnxError
        If the model applies ops that cannot be written (all are named), or something other than lengths of
        axes depends on the length of the batch.

    Examples
    --------
    >>> import engine
    >>> proto = export(engine.nn.Linear(3, 2), engine.tensor(np.ones((1, 3), np.float32)))
    >>> [node.op_type for node in proto.graph.node], [weight.name for weight in proto.graph.initializer]
    (['Gemm'], ['weight', 'bias'])
    """
    inputs = args if isinstance(args, tuple) else (args,)
    if not all(isinstance(x, Tensor) for x in inputs):
        raise DTypeError("export", "a Tensor or a tuple of them", ", ".join(type(x).__name__ for x in inputs))
    with _evaluation(model):
        first = last = _trace(model, inputs)
        if dynamic_batch:
            try:
                last = _trace(model, [_longer(x) for x in inputs])
            except EngineError as error:
                raise OnnxError("export", "a model for any batch", str(error), "pass dynamic_batch=False") from error
    proto = _written(model, first, last, input_names, output_names)
    checker.check_model(proto, full_check=True)
    if path is not None:
        onnx.save(proto, path)
    return proto


def _written(
    model: Module, first: Trace, last: Trace, input_names: Sequence[str] | None, output_names: Sequence[str] | None
) -> onnx.ModelProto:
    applied = [application.name for application in first.applications]
    missing = sorted(set(applied) - EXPORTERS.keys())
    if missing:
        raise OnnxError("export", f"ops of {', '.join(sorted(EXPORTERS))}", ", ".join(missing))
    if applied != [application.name for application in last.applications]:
        raise OnnxError("export", "the same ops for every length of the batch", "others", "pass dynamic_batch=False")
    state = _state(model)
    inputs = _names("input", input_names or _parameters(model, state, len(first.inputs)), len(first.inputs))
    numbered = [f"output_{i}" for i in range(len(first.outputs))]
    outputs = _names("output", output_names or (numbered if len(numbered) > 1 else ["output"]), len(numbered))
    graph = Graph(state, [*inputs, *outputs])
    for name, *arrays in zip(inputs, first.inputs, last.inputs, strict=True):
        graph.name(arrays, name)
    for one, other in zip(first.applications, last.applications, strict=True):
        EXPORTERS[one.name](graph, Application(one, other))
    for name, *arrays in zip(outputs, first.outputs, last.outputs, strict=True):
        graph.give_out(arrays, name)
    written = helper.make_graph(
        graph.nodes,
        type(model).__name__,
        [_described(*described) for described in zip(inputs, first.inputs, last.inputs, strict=True)],
        [_described(*described) for described in zip(outputs, first.outputs, last.outputs, strict=True)],
        graph.initializers,
    )
    opsets = [helper.make_opsetid("", OPSET)]
    ir_version = helper.find_min_ir_version_for(opsets)
    return helper.make_model(written, opset_imports=opsets, ir_version=ir_version, producer_name="byhand")


@contextmanager
def _evaluation(model: Module) -> Iterator[None]:
    modes = [(module, module.training) for _, module in model.named_modules()]
    model.eval()
    try:
        with no_grad():
            yield
    finally:
        for module, training in modes:
            module.training = training


def _trace(model: Module, inputs: Sequence[Tensor]) -> Trace:
    applications: list[Applied] = []
    versions: dict[int, int] = {id(x.array): version(x.array) for x in [*inputs, *model.state_dict().values()]}

    def check(arrays: Iterable[Any]) -> None:
        for array in arrays:
            if isinstance(array, np.ndarray) and versions.setdefault(id(array), version(array)) != version(array):
                fix = "use an op that returns a new tensor"
                raise OnnxError("export", "tensors that stay as they are", "one changed in place", fix)

    def note(name: str, arguments: Mapping[str, Any], results: Sequence[Variable]) -> None:
        arrays = [result.array for result in results]
        versions.update({id(array): version(array) for array in arrays})
        for value in arguments.values():
            check(value if isinstance(value, list) else [value])
        applications.append(Applied(name, dict(arguments), arrays))

    with tracing(note):
        out = model(*inputs)
    outputs = out if isinstance(out, tuple) else (out,)
    if not all(isinstance(y, Tensor) for y in outputs):
        raise OnnxError("export", "a model that returns a Tensor or a tuple of them", type(out).__name__)
    check(y.array for y in outputs)
    return Trace([x.array for x in inputs], [y.array for y in outputs], applications)


def _longer(x: Tensor) -> Tensor:
    """Return the batch with its first example once more at the end."""
    return x if x.ndim == 0 else Tensor(np.concatenate([x.array, x.array[:1]]))


def _names(kind: str, names: Sequence[str], count: int) -> list[str]:
    if len(names) != count:
        raise OnnxError("export", f"{count} {kind}_names", ", ".join(names))
    return list(names)


def _parameters(model: Module, state: Mapping[int, tuple[str, Array]], count: int) -> list[str]:
    """Return the names of forward's parameters, or numbered ones if it takes any number."""
    parameters = [*signature(model.forward).parameters.values()][:count]
    if len(parameters) < count or any(parameter.kind == parameter.VAR_POSITIONAL for parameter in parameters):
        return [f"input_{i}" for i in range(count)]
    taken = {name for name, _ in state.values()}
    return [f"{parameter.name}_" if parameter.name in taken else parameter.name for parameter in parameters]


def _state(model: Module) -> dict[int, tuple[str, Array]]:
    state = [*model.named_parameters(), *model.named_buffers()]
    return {id(tensor.array): (name, tensor.array) for name, tensor in state}


def _described(name: str, first: Array, last: Array) -> onnx.ValueInfoProto:
    pairs = zip(first.shape, last.shape, strict=True)
    shape = [n if n == m else ("batch" if i == 0 else f"{name}_{i}") for i, (n, m) in enumerate(pairs)]
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(first.dtype), shape)
