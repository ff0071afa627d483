"""The engine's networks on PyTorch: their source with other import lines."""

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

# Errors and annotations stay the engine's.
IMPORTS = {
    "import engine.nn.functional as F": "import torch.nn.functional as F",
    "from engine import nn": "from torch import nn",
    "from engine.ops import cat": "from torch import cat",
    "from engine.tensor import Tensor": "from torch import Tensor",
}


def on_pytorch(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Run the source of engine/models/NAME.py, and what it imports from there, on PyTorch.

    Parameters
    ----------
    name : str
        Such as "vgg".
    monkeypatch : pytest.MonkeyPatch
        Takes the modules away again.
    """
    source = Path(str(importlib.import_module(f"engine.models.{name}").__file__)).read_text(encoding="utf-8")
    for other in re.findall(r"^from engine\.models\.(\w+) import", source, re.MULTILINE):
        on_pytorch(other, monkeypatch)
    torch: Any = importlib.import_module("torch")
    monkeypatch.setattr(torch.nn, "ScaledTanh", scaled_tanh_layer(torch), raising=False)
    source = source.replace("from engine.models.", "from models_on_pytorch.")
    for ours, theirs in IMPORTS.items():
        source = source.replace(ours, theirs)
    module = ModuleType(f"models_on_pytorch.{name}")
    monkeypatch.setitem(sys.modules, "models_on_pytorch", ModuleType("models_on_pytorch"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(source, vars(module))
    return module


def scaled_tanh_layer(torch: Any) -> type:
    """Write LeCun's squashing for PyTorch, which has none."""
    return type("ScaledTanh", (torch.nn.Module,), {"forward": lambda _, x: 1.7159 * torch.tanh(x * (2 / 3))})
