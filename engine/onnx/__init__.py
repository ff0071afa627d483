"""Models in ONNX, read and written. Needs the extra: ``pip install 'byhand[onnx]'``."""

from engine.onnx.model import OnnxModel, load
from engine.onnx.operators import OPERATORS

__all__ = ["OPERATORS", "OnnxModel", "load"]
