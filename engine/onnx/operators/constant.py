"""Values that do not depend on the elements of an input, and values passed on."""

from typing import Any

import numpy as np
from onnx import numpy_helper

from engine import ops
from engine.dtypes import DTYPES
from engine.errors import OnnxError
from engine.onnx.dtypes import TEXT, convert, dtype_of, stand_in
from engine.onnx.registry import Node, numbers, operator
from engine.tensor import Tensor

SATURATING = {"float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz"}
LISTS = {"value_float": np.float32, "value_floats": np.float32, "value_int": np.int64, "value_ints": np.int64}


@operator("Constant")
def constant(node: Node) -> Tensor:
    """Return the tensor that the node states."""
    ((name, value),) = node.attributes.items()
    if name == "value" and value.dtype.kind not in "OUT":
        return Tensor(convert(value, stand_in(value.dtype)))
    if name not in LISTS:
        raise OnnxError("Constant", f"numbers as value, {', '.join(LISTS)}", name)
    return Tensor(np.asarray(value, LISTS[name]))


@operator("ConstantOfShape")
def constant_of_shape(node: Node, shape: Tensor) -> Tensor:
    """Fill a shape with one value."""
    value = node.get("value", np.zeros(1, np.float32))
    return Tensor(np.full(numbers(shape), convert(value, stand_in(value.dtype))[0]))


@operator("Shape")
def shape_of(node: Node, x: Tensor) -> Tensor:
    """Return the lengths of the axes from `start` to `end`."""
    return Tensor(np.array(x.shape[node.get("start", 0) : node.get("end", None)], np.int64))


@operator("Identity")
def identity(node: Node, x: Any) -> Any:
    """Return the input."""
    return x


@operator("Cast")
def cast(node: Node, x: Tensor) -> Tensor:
    """Convert to the dtype that the node states."""
    return _converted(node, x, dtype_of(node.attributes["to"]))


@operator("CastLike")
def cast_like(node: Node, x: Tensor, like: Tensor) -> Tensor:
    """Convert to the dtype of another tensor."""
    return _converted(node, x, node.dtypes[1] or like.dtype)


def _converted(node: Node, x: Tensor, dtype: np.dtype[Any]) -> Tensor:
    source = node.dtypes[0] or x.dtype
    if source == dtype:
        return x
    if TEXT in (source, dtype):
        raise OnnxError(node.kind, "numbers to convert to numbers", f"{source} to {dtype}")
    values = x.array
    if dtype.name in SATURATING and node.get("saturate", 1):
        values = numpy_helper.saturate_cast(values, dtype)
    elif dtype.name == "float8_e8m0fnu":
        values = numpy_helper.to_float8e8m0(values, node.get("saturate", 1), node.get("round_mode", "up"))
    if dtype in DTYPES:
        result: Tensor = ops.to(x, dtype)
        return result
    return Tensor(convert(convert(values, dtype), stand_in(dtype)))
