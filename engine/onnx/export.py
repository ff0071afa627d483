"""Writing a model as ONNX: run it once, write down which ops it applied."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from inspect import signature
from os import PathLike
from typing import Any, NamedTuple

import numpy as np
import onnx
from onnx import checker, helper

from engine.arrays import Array
from engine.autograd import Variable, no_grad
from engine.errors import EngineError, OnnxError
from engine.nn import Module
from engine.onnx.exporters import EXPORTERS
from engine.onnx.graph import Application, Applied, Graph
from engine.tensor import Tensor
from engine.tracing import tracing

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
    with _evaluation(model):
        first = last = _trace(model, inputs)
        if dynamic_batch:
            try:
                last = _trace(model, [_longer(x) for x in inputs])
            except EngineError as error:
                raise OnnxError("export", "a model for any batch", str(error), "pass dynamic_batch=False") from error
    applied = [application.name for application in first.applications]
    missing = sorted(set(applied) - EXPORTERS.keys())
    if missing:
        raise OnnxError("export", f"ops of {', '.join(sorted(EXPORTERS))}", ", ".join(missing))
    if applied != [application.name for application in last.applications]:
        raise OnnxError("export", "the same ops for every length of the batch", "others", "pass dynamic_batch=False")
    names = list(input_names or _parameters(model, len(inputs)))
    graph = Graph(_state(model), names)
    for name, *arrays in zip(names, first.inputs, last.inputs, strict=True):
        graph.name(arrays, name)
    for one, other in zip(first.applications, last.applications, strict=True):
        EXPORTERS[one.name](graph, Application(one, other))
    several = len(first.outputs) > 1
    outputs = output_names or [f"output_{i}" if several else "output" for i in range(len(first.outputs))]
    for name, *arrays in zip(outputs, first.outputs, last.outputs, strict=True):
        graph.add("Identity", [graph.of(*arrays)], name)
    proto = helper.make_model(
        helper.make_graph(
            graph.nodes,
            type(model).__name__,
            [_described(*described) for described in zip(names, first.inputs, last.inputs, strict=True)],
            [_described(*described) for described in zip(outputs, first.outputs, last.outputs, strict=True)],
            graph.initializers,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=helper.find_min_ir_version_for([helper.make_opsetid("", OPSET)]),
        producer_name="byhand",
    )
    checker.check_model(proto, full_check=True)
    if path is not None:
        onnx.save(proto, path)
    return proto


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

    def note(name: str, arguments: Mapping[str, Any], results: Sequence[Variable]) -> None:
        applications.append(Applied(name, dict(arguments), [result.array for result in results]))

    with tracing(note):
        out = model(*inputs)
    outputs = out if isinstance(out, tuple) else (out,)
    return Trace([x.array for x in inputs], [y.array for y in outputs], applications)


def _longer(x: Tensor) -> Tensor:
    """Return the batch with its first example once more at the end."""
    return x if x.ndim == 0 else Tensor(np.concatenate([x.array, x.array[:1]]))


def _parameters(model: Module, count: int) -> list[str]:
    names = [*signature(model.forward).parameters][:count]
    return names if len(names) == count else [f"input_{i}" for i in range(count)]


def _state(model: Module) -> dict[int, tuple[str, Array]]:
    state = [*model.named_parameters(), *model.named_buffers()]
    return {id(tensor.array): (name, tensor.array) for name, tensor in state}


def _described(name: str, first: Array, last: Array) -> onnx.ValueInfoProto:
    pairs = zip(first.shape, last.shape, strict=True)
    shape = [n if n == m else ("batch" if i == 0 else f"{name}_{i}") for i, (n, m) in enumerate(pairs)]
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(first.dtype), shape)
