"""Models in ONNX, read and written. Needs the extra ``onnx``: ``pip install 'byhand[onnx]'``."""

from importlib.util import find_spec

from engine.errors import OnnxError

if find_spec("onnx") is None:
    raise OnnxError("engine.onnx", "the package onnx", "none installed", "pip install 'byhand[onnx]'")

from engine.onnx.export import export
from engine.onnx.model import OnnxModel, load
from engine.onnx.operators import OPERATORS

__all__ = ["OPERATORS", "OnnxModel", "export", "load"]
