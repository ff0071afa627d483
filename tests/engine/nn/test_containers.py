"""Sequential, ModuleList, ModuleDict: what they hold, and print(model)."""

import re
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from engine import nn
from engine.errors import DTypeError, ParameterError

# Any, because a checker would not let it pass for a module.
FUNCTION: Any = F.relu


def names(module: nn.Module) -> list[str]:
    return [name for name, _ in module.named_children()]


def test_sequential_and_layers_equal_the_functions() -> None:
    x = engine.tensor(np.random.default_rng(0).standard_normal((2, 1, 8, 8)), dtype="float32")
    conv = nn.Conv2d(1, 3, (3, 2), stride=(1, 2), padding=1)
    net = nn.Sequential(conv, nn.ReLU(), nn.MaxPool2d(2), nn.AvgPool2d((1, 2)), nn.Tanh(), nn.Identity(), nn.Flatten())
    out = F.relu(F.conv2d(x, conv.weight, conv.bias, (1, 2), 1))
    out = F.tanh(F.avg_pool2d(F.max_pool2d(out, 2), (1, 2)))
    assert net(x).tolist() == out.reshape(2, -1).tolist()
    assert len(net) == 7
    assert net[0] is conv


def test_sequential_with_names() -> None:
    net = nn.Sequential(OrderedDict([("conv", nn.Conv2d(1, 2, 3)), ("relu", nn.ReLU())]))
    assert list(net.state_dict()) == ["conv.weight", "conv.bias"]
    assert net.get_submodule("relu") is net[-1]
    assert names(net[1:]) == ["relu"]


@pytest.mark.parametrize("kind", [nn.Sequential, nn.ModuleList])
def test_what_lists_of_modules_share(kind: Any) -> None:
    a, b, c, d = nn.ReLU(), nn.Tanh(), nn.Flatten(), nn.Identity()
    held = kind()
    assert held.append(a) is held
    held.extend([c, d])
    held.insert(1, b)
    assert (list(held), len(held), names(held)) == ([a, b, c, d], 4, ["0", "1", "2", "3"])
    assert (held[-1], held[1]) == (d, b)
    assert (type(held[1:3]), list(held[1:3])) == (kind, [b, c])
    del held[0]
    assert (list(held), names(held)) == ([b, c, d], ["0", "1", "2"])
    assert held.pop(1) is c
    held[-1] = a
    assert list(held) == [b, a]
    held.insert(-1, c)
    assert list(held) == [b, c, a]
    del held[:2]
    assert (list(held), names(held)) == ([a], ["0"])
    missing: Any
    for missing in (lambda: held[1], lambda: held.pop(-2), lambda: held.__setitem__(5, a)):
        with pytest.raises(IndexError):
            missing()
    bad: Any
    for bad in (
        lambda: held.append(FUNCTION),
        lambda: held.insert(0, FUNCTION),
        lambda: held.__setitem__(0, FUNCTION),
        lambda: kind(FUNCTION) if kind is nn.Sequential else kind([FUNCTION]),
    ):
        with pytest.raises(DTypeError, match=f"{kind.__name__}: expected modules, got Op at position"):
            bad()
    assert list(held) == [a]


def test_module_list_holds_parameters_and_is_not_called() -> None:
    layers = nn.ModuleList(nn.Linear(1, 1) for _ in range(2))
    layers += [nn.Linear(2, 1)]
    assert list(layers.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias"]
    assert len(nn.ModuleList()) == len(nn.ModuleList(nn.Sequential())) == 0
    with pytest.raises(NotImplementedError, match="ModuleList does not define forward"):
        layers(1)


def test_module_dict() -> None:
    relu, tanh, linear = nn.ReLU(), nn.Tanh(), nn.Linear(1, 1)
    held = nn.ModuleDict([("relu", relu)])
    held["linear"] = linear
    held.update(nn.ModuleDict({"tanh": tanh}))
    held.update({"relu": tanh})
    assert held.items() == [("relu", tanh), ("linear", linear), ("tanh", tanh)]
    assert (list(held), held.keys(), held.values()) == (["relu", "linear", "tanh"], list(held), [tanh, linear, tanh])
    assert list(held.state_dict()) == ["linear.weight", "linear.bias"]
    assert "linear" in held
    assert "training" not in held
    assert held.pop("relu") is tanh
    del held["tanh"]
    assert len(held) == 1
    missing: Any
    for missing in (lambda: held["relu"], lambda: held.__delitem__("training"), lambda: held.pop("tanh")):
        with pytest.raises(KeyError):
            missing()
    bad: Any
    for bad, error, says in (
        (lambda: held.update({"f": FUNCTION}), DTypeError, "ModuleDict: expected modules, got Op for 'f'"),
        (lambda: held.update({"a.b": relu}), ParameterError, "a name without dots"),
        (lambda: held.update({"keys": relu}), ParameterError, "a name that is not in use, got 'keys'"),
    ):
        with pytest.raises(error, match=re.escape(says)):
            bad()
    held.clear()
    assert (len(held), list(held.parameters())) == (0, [])


def build(nn: Any) -> Any:
    """Make one model with the engine's or PyTorch's layers; all of these print alike."""
    block = nn.Sequential(
        OrderedDict([("fc", nn.Linear(4, 2, bias=False)), ("act", nn.Tanh()), ("drop", nn.Identity(7))])
    )
    net = nn.Module()
    net.conv1 = nn.Conv2d(3, 6, 5, padding=2)
    net.same, net.again = block, block
    net.layers = nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Sequential(nn.Linear(1, 1)), nn.Sequential(nn.Linear(1, 1))])
    net.single = nn.ModuleList([nn.ReLU(), nn.Tanh(), nn.ReLU()])
    net.named = nn.ModuleDict({"a": nn.ReLU(), "b": nn.ModuleDict()})
    net.nothing, net.empty = nn.Sequential(), nn.ModuleList()
    return net


def test_print_shows_the_layers() -> None:
    text = repr(build(nn))
    assert text.startswith("Module(\n  (conv1): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))\n")
    assert "  (layers): ModuleList(\n    (0-1): 2 x ReLU()\n    (2-3): 2 x Sequential(\n      (0): Linear" in text
    assert text.endswith("  (nothing): Sequential()\n  (empty): ModuleList()\n)")


def test_print_shows_settings_of_several_lines() -> None:
    class Settings(nn.Module):
        def extra_repr(self) -> str:
            return "one\ntwo"

    module: Any = Settings()
    assert repr(module) == "Settings(\n  one\n  two\n)"
    module.inner = nn.ReLU()
    assert repr(module) == "Settings(\n  one\n  two\n  (inner): ReLU()\n)"


def test_print_equals_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    assert repr(build(nn)) == repr(build(torch.nn))
