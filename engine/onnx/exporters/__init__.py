"""How each op is written as ONNX nodes, by family."""

from engine.onnx.exporters import elementwise, images, networks, shape
from engine.onnx.exporters.registry import EXPORTERS

__all__ = ["EXPORTERS", "elementwise", "images", "networks", "shape"]
