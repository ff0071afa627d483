"""The engine behind ONNX's own interface, so that ONNX's own tests can drive it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper
from onnx.backend.base import Backend, BackendRep

from engine.errors import OnnxError
from engine.onnx.model import OnnxModel


class PreparedModel(BackendRep):
    """A model ready to run.

    Parameters
    ----------
    model : OnnxModel
    """

    def __init__(self, model: OnnxModel) -> None:
        self._model = model

    def run(self, inputs: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Return the outputs as arrays; `inputs` as :meth:`OnnxModel.run` takes them."""
        return tuple(self._model.run(inputs))


class EngineBackend(Backend):
    """Runs models and single nodes on the engine."""

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs: Any) -> PreparedModel:
        """Read a model.

        Raises
        ------
        OnnxError
            If the device is not the processor, the model is not valid, or it has operators that the engine
            does not run.
        """
        if not cls.supports_device(device):
            raise OnnxError("EngineBackend", "device CPU", device)
        return PreparedModel(OnnxModel(model))

    @classmethod
    def run_node(
        cls,
        node: onnx.NodeProto,
        inputs: Any,
        device: str = "CPU",
        outputs_info: Sequence[tuple[np.dtype[Any], tuple[int, ...]]] | None = None,
        **kwargs: Any,
    ) -> tuple[Any, ...]:
        """Run one node on arrays.

        Parameters
        ----------
        node : onnx.NodeProto
        inputs : sequence of ndarray
            One for each input that the node does not leave out.
        device : str
        outputs_info : sequence, optional
            Not needed: the operator's own rules tell.
        **kwargs
            opset_version : int, the newest by default.

        Returns
        -------
        tuple of ndarray
        """
        names = [name for name in node.input if name]
        arrays = [np.asarray(array) for array in inputs]
        values = [
            helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
            for name, array in zip(names, arrays, strict=True)
        ]
        results = [onnx.ValueInfoProto(name=name) for name in node.output if name]
        graph = helper.make_graph([node], "node", values, results)
        opset = helper.make_opsetid("", kwargs.get("opset_version", onnx.defs.onnx_opset_version()))
        model = onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[opset]))
        return cls.prepare(model, device).run(arrays)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        """Return whether the engine runs there: on the processor only."""
        return device.split(":")[0] == "CPU"


is_compatible = EngineBackend.is_compatible
prepare = EngineBackend.prepare
run_model = EngineBackend.run_model
run_node = EngineBackend.run_node
supports_device = EngineBackend.supports_device
