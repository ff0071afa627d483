"""Resizing along any axes. Each axis is a product with a matrix that depends on lengths alone.

Row i of the matrix holds the weights with which input elements make up output element i. Nearest-neighbour
resizing has one element a row and picks it by number instead.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine import ops
from engine.arrays import Array
from engine.errors import OnnxError
from engine.onnx.operators.shape import take
from engine.onnx.registry import Node, numbers, operator
from engine.tensor import Tensor

COORDINATES = (
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "align_corners",
    "asymmetric",
    "tf_crop_and_resize",
)
ROUNDING: dict[str, Callable[[Array], Array]] = {
    "round_prefer_floor": lambda places: np.ceil(places - 0.5),
    "round_prefer_ceil": lambda places: np.floor(places + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}


@dataclass(frozen=True)
class Axis:
    """How one axis is resized.

    Attributes
    ----------
    before, after : int
        Lengths.
    scale : float
        after / before, before `after` was rounded.
    start, end : float
        The part that is shown, as shares of the length.
    """

    before: int
    after: int
    scale: float
    start: float = 0.0
    end: float = 1.0

    @property
    def unchanged(self) -> bool:
        """Whether every element stays where it is."""
        return math.isclose(self.scale, 1.0) and self.before == self.after and (self.start, self.end) == (0.0, 1.0)

    def places(self, way: str) -> Array:
        """Return where in the input each output element lies."""
        i = np.arange(self.after, dtype=np.float64)
        exact = self.scale * self.before
        if way == "asymmetric":
            return i / self.scale
        if way == "align_corners":
            return i * 0 if exact == 1 else i * (self.before - 1) / (exact - 1)
        if way == "tf_crop_and_resize":
            shown = (self.end - self.start) * (self.before - 1)
            return self.start * (self.before - 1) + (i + shown / 2 if exact == 1 else i * shown / (exact - 1))
        if way == "pytorch_half_pixel" and exact == 1:
            return i * 0 - 0.5
        shift = self.before / 2 * (1 - self.after / exact) if way == "half_pixel_symmetric" else 0.0
        return shift + (i + 0.5) / self.scale - 0.5


@operator("Resize")
def resize(
    node: Node, x: Tensor, roi: Tensor | None = None, scales: Tensor | None = None, sizes: Tensor | None = None
) -> Tensor:
    """Resize the axes named, or all."""
    if node.opset < 11:
        return _resize(node, x, _axes(node, x, None, roi, None), "asymmetric", "floor")
    way = node.choice("coordinate_transformation_mode", COORDINATES)
    if way != "tf_crop_and_resize":
        roi = None
    return _resize(node, x, _axes(node, x, roi, scales, sizes), way, node.choice("nearest_mode", list(ROUNDING)))


@operator("Upsample")
def upsample(node: Node, x: Tensor, scales: Tensor | None = None) -> Tensor:
    """Resize all axes, as operator sets before 10 did."""
    if scales is None:
        scales = Tensor(np.array(node.attributes["scales"], np.float32))
    return _resize(node, x, _axes(node, x, None, scales, None), "asymmetric", "floor")


def _axes(node: Node, x: Tensor, roi: Tensor | None, scales: Tensor | None, sizes: Tensor | None) -> dict[int, Axis]:
    named = [axis % x.ndim for axis in node.get("axes", range(x.ndim))]
    part = [0.0] * len(named) + [1.0] * len(named) if roi is None else roi.tolist()
    starts, ends = part[: len(named)], part[len(named) :]
    lengths = [x.shape[axis] for axis in named]
    if sizes is not None and sizes.numel():
        after = numbers(sizes)
        factors = [new / old for new, old in zip(after, lengths, strict=True)]
        policy = node.choice("keep_aspect_ratio_policy", ("stretch", "not_larger", "not_smaller"))
        if policy != "stretch":
            factors = [min(factors) if policy == "not_larger" else max(factors)] * len(named)
            after = [math.floor(length * factor + 0.5) for length, factor in zip(lengths, factors, strict=True)]
    elif scales is not None and scales.numel():
        factors = [float(factor) for factor in scales.tolist()]
        shown = [end - start for start, end in zip(starts, ends, strict=True)]
        after = [math.floor(n * part * factor) for n, part, factor in zip(lengths, shown, factors, strict=True)]
    else:
        raise OnnxError(node.kind, "scales or sizes", "neither")
    return {axis: Axis(*one) for axis, *one in zip(named, lengths, after, factors, starts, ends, strict=True)}


def _resize(node: Node, x: Tensor, axes: dict[int, Axis], way: str, rounding: str) -> Tensor:
    mode = node.choice("mode", ("nearest", "linear", "cubic", "bilinear"))
    for number, axis in axes.items():
        if axis.unchanged:
            continue
        places = axis.places(way)
        if mode == "nearest":
            nearest = np.clip(ROUNDING[rounding](places), 0, axis.before - 1)
            x = take(x, nearest, number)
        else:
            x = _multiplied(x, number, _matrix(node, axis, places, cubic=mode == "cubic"))
        if way == "tf_crop_and_resize":
            outside = (places < 0) | (places > axis.before - 1)
            mask = Tensor(outside.reshape(-1, *[1] * (x.ndim - 1 - number)))
            x = ops.where(mask, Tensor(np.array(node.get("extrapolation_value", 0.0), x.dtype)), x)
    return x


def _multiplied(x: Tensor, axis: int, matrix: Array) -> Tensor:
    order = [*[other for other in range(x.ndim) if other != axis], axis]
    last = ops.permute(x, order)
    product = ops.linear(last.reshape(-1, x.shape[axis]), Tensor(matrix.astype(x.dtype)))
    result: Tensor = ops.permute(product.reshape(*last.shape[:-1], len(matrix)), [int(i) for i in np.argsort(order)])
    return result


def _matrix(node: Node, axis: Axis, places: Array, cubic: bool) -> Array:
    """Return the weights (after, before): a hat or Keys' cubic around each place, beyond the ends the end's element."""
    narrowed = min(axis.scale, 1.0) if node.get("antialias", 0) else 1.0
    half = math.ceil((2 if cubic else 1) / narrowed)
    near = np.floor(places)[:, None] + np.arange(1 - half, half + 1)
    distance = np.abs(near - places[:, None]) * narrowed
    weights = _keys(distance, node.get("cubic_coeff_a", -0.75)) if cubic else np.maximum(1 - distance, 0)
    if node.get("exclude_outside", 0):
        weights = weights * ((near >= 0) & (near < axis.before))
    if node.get("exclude_outside", 0) or narrowed < 1:
        weights = weights / weights.sum(1, keepdims=True)
    matrix = np.zeros((axis.after, axis.before))
    rows = np.arange(axis.after)[:, None]
    np.add.at(matrix, (rows, np.clip(near, 0, axis.before - 1).astype(np.int64)), weights)
    return matrix


def _keys(t: Array, a: float) -> Array:
    """Compute the cubic of Keys, "Cubic Convolution Interpolation for Digital Image Processing", equation 4."""
    inner = ((a + 2) * t - (a + 3)) * t * t + 1
    outer = ((a * t - 5 * a) * t + 8 * a) * t - 4 * a
    weights: Array = np.where(t <= 1, inner, np.where(t < 2, outer, 0))
    return weights
