"""Ops that work element by element, activations, and sums."""

import numpy as np
from onnx import helper

from engine.errors import OnnxError
from engine.onnx.exporters.registry import exporter, operand
from engine.onnx.graph import Application, Graph

UNARY = {
    "abs": "Abs",
    "exp": "Exp",
    "log": "Log",
    "logical_not": "Not",
    "neg": "Neg",
    "relu": "Relu",
    "sigmoid": "Sigmoid",
    "sqrt": "Sqrt",
    "tanh": "Tanh",
}
BINARY = {
    "add": "Add",
    "div": "Div",
    "eq": "Equal",
    "ge": "GreaterOrEqual",
    "gt": "Greater",
    "le": "LessOrEqual",
    "lt": "Less",
    "matmul": "MatMul",
    "maximum": "Max",
    "minimum": "Min",
    "mul": "Mul",
    "sub": "Sub",
}
REDUCTIONS = {"amax": "ReduceMax", "amin": "ReduceMin", "mean": "ReduceMean", "sum": "ReduceSum"}
PLACES = {"argmax": "ArgMax", "argmin": "ArgMin"}
SOFTMAX = {"log_softmax": "LogSoftmax", "softmax": "Softmax"}


@exporter(*UNARY)
def unary(graph: Graph, application: Application) -> None:
    """Write one of UNARY."""
    graph.compute(application, UNARY[application.name], [operand(graph, application, "input")])


@exporter(*BINARY)
def binary(graph: Graph, application: Application) -> None:
    """Write one of BINARY; ONNX wants both operands in one dtype."""
    graph.compute(application, BINARY[application.name], _promoted(graph, application, "input", "other"))


@exporter("pow")
def power(graph: Graph, application: Application) -> None:
    """Write a power."""
    graph.compute(application, "Pow", _promoted(graph, application, "input", "exponent"))


@exporter("ne")
def unequal(graph: Graph, application: Application) -> None:
    """Write what ONNX has no operator for."""
    equal = graph.add("Equal", _promoted(graph, application, "input", "other"))
    graph.compute(application, "Not", [equal])


@exporter("where")
def where(graph: Graph, application: Application) -> None:
    """Write a choice."""
    condition = operand(graph, application, "condition")
    graph.compute(application, "Where", [condition, *_promoted(graph, application, "input", "other")])


@exporter("clamp")
def clamp(graph: Graph, application: Application) -> None:
    """Write limits, which may be tensors: then as extrema."""
    name = operand(graph, application, "input")
    kinds = [(kind, limit) for kind, limit in (("Max", "min"), ("Min", "max")) if application.given(limit)]
    for kind, limit in kinds[:-1]:
        name = graph.add(kind, [name, operand(graph, application, limit)])
    for kind, limit in kinds[-1:]:
        graph.compute(application, kind, [name, operand(graph, application, limit)])


@exporter("to")
def cast(graph: Graph, application: Application) -> None:
    """Write a conversion."""
    dtype = application.results[0][0].dtype
    graph.compute(
        application, "Cast", [operand(graph, application, "input")], to=helper.np_dtype_to_tensor_dtype(dtype)
    )


@exporter("leaky_relu")
def leaky_relu(graph: Graph, application: Application) -> None:
    """Write the slope as alpha."""
    alpha = float(application.setting("negative_slope"))
    graph.compute(application, "LeakyRelu", [operand(graph, application, "input")], alpha=alpha)


@exporter("gelu")
def gelu(graph: Graph, application: Application) -> None:
    """Write which way it is computed."""
    way = application.setting("approximate")
    graph.compute(application, "Gelu", [operand(graph, application, "input")], approximate=way)


@exporter("softplus")
def softplus(graph: Graph, application: Application) -> None:
    """Write softplus; ONNX knows neither beta nor threshold, which is only a matter of speed."""
    if application.setting("beta") != 1 or application.setting("threshold") < 20:
        got = f"beta={application.setting('beta')}, threshold={application.setting('threshold')}"
        raise OnnxError("export of softplus", "beta=1, threshold >= 20", got)
    graph.compute(application, "Softplus", [operand(graph, application, "input")])


@exporter(*SOFTMAX)
def softmax(graph: Graph, application: Application) -> None:
    """Write one of SOFTMAX."""
    axis = application.setting("dim")
    graph.compute(application, SOFTMAX[application.name], [operand(graph, application, "input")], axis=axis)


@exporter(*REDUCTIONS)
def reduction(graph: Graph, application: Application) -> None:
    """Write one of REDUCTIONS; no axes are all axes."""
    dim = application.setting("dim")
    dims = [] if dim is None else [dim] if isinstance(dim, int) else list(dim)
    inputs = [operand(graph, application, "input")]
    if dims:
        inputs.append(graph.constant(dims, np.int64))
    graph.compute(application, REDUCTIONS[application.name], inputs, keepdims=int(application.setting("keepdim")))


@exporter(*PLACES)
def place(graph: Graph, application: Application) -> None:
    """Write one of PLACES; over the whole tensor, it is made flat first."""
    dim, keepdim = application.setting("dim"), application.setting("keepdim")
    name = operand(graph, application, "input")
    if dim is None and keepdim:
        raise OnnxError(f"export of {application.name}", "a dim with keepdim=True", "dim=None")
    if dim is None:
        name = graph.add("Reshape", [name, graph.constant([-1], np.int64)])
    graph.compute(application, PLACES[application.name], [name], axis=dim or 0, keepdims=int(keepdim))


def _promoted(graph: Graph, application: Application, *arguments: str) -> list[str]:
    arrays = [application.arrays(argument) for argument in arguments]
    dtype = np.result_type(*[first for first, _ in arrays])
    names = []
    for pair in arrays:
        name = graph.of(*pair)
        if pair[0].dtype != dtype:
            name = graph.add("Cast", [name], to=helper.np_dtype_to_tensor_dtype(dtype))
        names.append(name)
    return names
