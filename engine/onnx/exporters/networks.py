"""Fully connected layers, normalisations and losses."""

import numpy as np

from engine.errors import OnnxError
from engine.onnx.exporters.registry import exporter, operand
from engine.onnx.graph import Application, Graph


@exporter("linear")
def linear(graph: Graph, application: Application) -> None:
    """Write rows as Gemm; anything with more axes as a product and a sum."""
    inputs = [operand(graph, application, name) for name in ("input", "weight")]
    bias = [operand(graph, application, "bias")] if application.given("bias") else []
    if application.arrays("input")[0].ndim == 2:
        graph.compute(application, "Gemm", [*inputs, *bias], transB=1)
        return
    transposed = graph.add("Transpose", [inputs[1]], perm=[1, 0])
    if bias:
        product = graph.add("MatMul", [inputs[0], transposed])
        graph.compute(application, "Add", [product, *bias])
    else:
        graph.compute(application, "MatMul", [inputs[0], transposed])


@exporter("batch_norm")
def batch_norm(graph: Graph, application: Application) -> None:
    """Write normalisation by running statistics."""
    if application.setting("training"):
        got = "the batch's own (track_running_stats=False)"
        raise OnnxError("export of batch_norm", "running statistics", got)
    inputs = [operand(graph, application, "input")]
    mean = application.arrays("running_mean")[0]
    for name, value in (("weight", 1), ("bias", 0)):
        missing = not application.given(name)
        inputs.append(graph.constant(np.full_like(mean, value)) if missing else operand(graph, application, name))
    inputs += [operand(graph, application, name) for name in ("running_mean", "running_var")]
    graph.compute(application, "BatchNormalization", inputs, epsilon=float(application.setting("eps")))


@exporter("layer_norm")
def layer_norm(graph: Graph, application: Application) -> None:
    """Write the axis from which on numbers are normalised."""
    shape = application.setting("normalized_shape")
    count = 1 if isinstance(shape, int) else len(shape)
    lengths = application.results[0][0].shape[-count:]
    scale = (
        operand(graph, application, "weight")
        if application.given("weight")
        else graph.constant(np.ones(lengths, application.results[0][0].dtype))
    )
    inputs = [operand(graph, application, "input"), scale]
    if application.given("bias"):
        inputs.append(operand(graph, application, "bias"))
    graph.compute(application, "LayerNormalization", inputs, axis=-count, epsilon=float(application.setting("eps")))


@exporter("group_norm")
def group_norm(graph: Graph, application: Application) -> None:
    """Write the number of groups."""
    first = application.results[0][0]
    inputs = [operand(graph, application, "input")]
    for name, value in (("weight", 1), ("bias", 0)):
        given = application.given(name)
        inputs.append(
            operand(graph, application, name) if given else graph.constant(np.full(first.shape[1], value, first.dtype))
        )
    settings = {"num_groups": application.setting("num_groups"), "epsilon": float(application.setting("eps"))}
    graph.compute(application, "GroupNormalization", inputs, **settings)


@exporter("local_response_norm")
def local_response_norm(graph: Graph, application: Application) -> None:
    """Write an odd size; of an even one, ONNX and PyTorch take different neighbours."""
    size = application.setting("size")
    if size % 2 == 0:
        raise OnnxError("export of local_response_norm", "an odd size", str(size))
    settings = {"alpha": "alpha", "beta": "beta", "bias": "k"}
    stated = {name: float(application.setting(ours)) for name, ours in settings.items()}
    graph.compute(application, "LRN", [operand(graph, application, "input")], size=size, **stated)


@exporter("cross_entropy", "nll_loss")
def loss(graph: Graph, application: Application) -> None:
    """Write a loss of class numbers."""
    cross = application.name == "cross_entropy"
    if cross and application.setting("label_smoothing"):
        got = str(application.setting("label_smoothing"))
        raise OnnxError("export of cross_entropy", "label_smoothing=0", got)
    if application.arrays("target")[0].dtype.kind == "f":
        raise OnnxError(f"export of {application.name}", "class numbers as target", "probabilities")
    inputs = [operand(graph, application, name) for name in ("input", "target", "weight") if application.given(name)]
    settings = {name: application.setting(name) for name in ("ignore_index", "reduction")}
    kind = "SoftmaxCrossEntropyLoss" if cross else "NegativeLogLikelihoodLoss"
    graph.compute(application, kind, inputs, **settings)
