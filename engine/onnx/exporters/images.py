"""Convolution, pooling and resizing of images."""

from typing import Any

import numpy as np

from engine.errors import OnnxError
from engine.onnx.exporters.registry import exporter, operand
from engine.onnx.graph import Application, Graph
from engine.ops.checks import pair


@exporter("conv2d")
def conv(graph: Graph, application: Application) -> None:
    """Write a convolution."""
    padding = application.setting("padding")
    settings: dict[str, Any] = {"auto_pad": "VALID"}
    if padding == "same":
        # PyTorch puts the odd pixel at the end.
        settings = {"auto_pad": "SAME_UPPER"}
    elif padding != "valid":
        settings = {"pads": _pair(application, "padding", 0) * 2}
    graph.compute(application, "Conv", _filtered(graph, application), **settings, **_filters(application))


@exporter("conv_transpose2d")
def conv_transpose(graph: Graph, application: Application) -> None:
    """Write a transposed convolution."""
    settings = {"pads": _pair(application, "padding", 0) * 2, "output_padding": _pair(application, "output_padding", 0)}
    graph.compute(application, "ConvTranspose", _filtered(graph, application), **settings, **_filters(application))


@exporter("max_pool2d")
def max_pool(graph: Graph, application: Application) -> None:
    """Write max pooling, with its indices if they are asked for."""
    settings = _windows(application) | {"dilations": _pair(application, "dilation", 1)}
    settings["ceil_mode"] = int(application.setting("ceil_mode"))
    inputs = [_images(graph, application)]
    if len(application.results) > 1:
        graph.compute_with_indices(application, "MaxPool", inputs, **settings)
    else:
        graph.compute(application, "MaxPool", inputs, **settings)


@exporter("avg_pool2d")
def avg_pool(graph: Graph, application: Application) -> None:
    """Write average pooling; ONNX divides by nothing else than the number of elements."""
    if application.setting("divisor_override") is not None:
        raise OnnxError("export of avg_pool2d", "divisor_override=None", str(application.setting("divisor_override")))
    settings = _windows(application) | {"ceil_mode": int(application.setting("ceil_mode"))}
    settings["count_include_pad"] = int(application.setting("count_include_pad"))
    graph.compute(application, "AveragePool", [_images(graph, application)], **settings)


@exporter("adaptive_avg_pool2d", "adaptive_max_pool2d")
def adaptive_pool(graph: Graph, application: Application) -> None:
    """Write pooling to one number, or with the windows that share a map out evenly."""
    average = application.name == "adaptive_avg_pool2d"
    inputs = [_images(graph, application)]
    before, after = application.arrays("input")[0].shape[-2:], application.results[0][0].shape[-2:]
    if after == (1, 1):
        graph.compute(application, "GlobalAveragePool" if average else "GlobalMaxPool", inputs)
        return
    if any(old % new for old, new in zip(before, after, strict=True)):
        raise OnnxError(f"export of {application.name}", f"an output_size that divides {before}", str(after))
    window = [old // new for old, new in zip(before, after, strict=True)]
    kind = "AveragePool" if average else "MaxPool"
    graph.compute(application, kind, inputs, kernel_shape=window, strides=window)


@exporter("max_unpool2d")
def max_unpool(graph: Graph, application: Application) -> None:
    """Write unpooling with the indices of the pooling."""
    inputs = [_images(graph, application), graph.indices(application, "indices")]
    graph.compute(application, "MaxUnpool", inputs, **_windows(application))


@exporter("interpolate")
def interpolate(graph: Graph, application: Application) -> None:
    """Write resizing, with the scale where PyTorch reckons with the one given, and else with the size."""
    bilinear, corners = application.setting("mode") == "bilinear", bool(application.setting("align_corners"))
    factor = None if application.setting("recompute_scale_factor") or corners else application.setting("scale_factor")
    if factor is None:
        size = ["", graph.constant(application.results[0][0].shape[-2:], np.int64)]
    else:
        size = [graph.constant(np.broadcast_to(factor, 2), np.float32)]
    way = {"mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}
    if bilinear:
        way = {"mode": "linear", "coordinate_transformation_mode": "align_corners" if corners else "half_pixel"}
    graph.compute(application, "Resize", [_images(graph, application), "", *size], axes=[2, 3], **way)


def _images(graph: Graph, application: Application) -> str:
    shape = application.arrays("input")[0].shape
    if len(shape) != 4:
        raise OnnxError(f"export of {application.name}", "images (N, C, H, W)", f"shape {shape}")
    return operand(graph, application, "input")


def _filtered(graph: Graph, application: Application) -> list[str]:
    filters = [operand(graph, application, name) for name in ("weight", "bias") if application.given(name)]
    return [_images(graph, application), *filters]


def _filters(application: Application) -> dict[str, Any]:
    return {
        "strides": _pair(application, "stride", 1),
        "dilations": _pair(application, "dilation", 1),
        "group": application.setting("groups"),
    }


def _windows(application: Application) -> dict[str, Any]:
    size = _pair(application, "kernel_size", 1)
    stride = size if application.setting("stride") is None else _pair(application, "stride", 1)
    return {"kernel_shape": size, "strides": stride, "pads": _pair(application, "padding", 0) * 2}


def _pair(application: Application, name: str, least: int) -> list[int]:
    return list(pair(application.name, name, application.setting(name), least))
