"""Module: what is found by name, state_dict, conversion. The layers are tested in files of their own."""

import copy
import re
from typing import Any

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from engine import nn
from engine.errors import DTypeError, ParameterError, PathError, ShapeError, StateError
from engine.models import LeNet
from engine.tensor import Tensor


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


class Block(nn.Module):
    """Has a parameter, buffers, a module, and settings that are neither."""

    mask: Any
    mean: Any
    linear: Any

    def __init__(self) -> None:
        super().__init__()  # older tutorials write it so
        self.scale = nn.Parameter(engine.tensor([2.0]))
        self.register_buffer("mean", engine.tensor([0.5]))
        self.register_buffer("cache", engine.tensor([9.0]), persistent=False)
        self.register_buffer("mask", None)
        self.linear = nn.Linear(1, 1)
        self.constant = engine.tensor([3.0])
        self.size = 7

    def forward(self, x: Tensor) -> Tensor:
        """Use all of them."""
        out: Tensor = self.linear(x) * self.scale + self.mean
        return out


class WithoutInit(nn.Module):
    """Does not call super().__init__()."""

    def __init__(self) -> None:
        self.linear = nn.Linear(2, 1)
        self.register_buffer("mean", engine.tensor([0.5]))

    def forward(self, x: Tensor) -> Any:
        """Apply the layer."""
        return self.linear(x)


def test_parameter_counts_of_the_course() -> None:
    assert count(nn.Conv2d(3, 6, 5)) == 456
    assert count(LeNet()) == 62_006
    assert count(nn.Linear(400, 25)) == 10_025


def test_names_are_pytorchs() -> None:
    names = [name for name, _ in LeNet().named_parameters()]
    assert names[:4] == ["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias"]
    nested = nn.Sequential(nn.Sequential(nn.Conv2d(1, 2, 3)), nn.Linear(2, 2, bias=False))
    assert list(nested.state_dict()) == ["0.0.weight", "0.0.bias", "1.weight"]


def test_super_init_is_not_needed() -> None:
    module = WithoutInit()
    calls = []
    module.register_forward_hook(lambda *_: calls.append("called"))
    module(engine.tensor([[1.0, 2.0]])).sum().backward()
    assert calls == ["called"]
    assert list(module.state_dict()) == ["mean", "linear.weight", "linear.bias"]
    assert module.eval().training is False


def test_what_is_found() -> None:
    block = Block()
    net = nn.Sequential(block, nn.ReLU())
    assert [name for name, _ in net.named_modules()] == ["", "0", "0.linear", "1"]
    assert [type(module) for module in net.modules()] == [nn.Sequential, Block, nn.Linear, nn.ReLU]
    assert [name for name, _ in net.named_children()] == ["0", "1"]
    assert list(net.children()) == [block, net[1]]
    assert [name for name, _ in net.named_parameters()] == ["0.scale", "0.linear.weight", "0.linear.bias"]
    assert next(name for name, _ in net.named_parameters(prefix="net")) == "net.0.scale"
    assert [name for name, _ in block.named_parameters(recurse=False)] == ["scale"]
    assert [name for name, _ in net.named_buffers()] == ["0.mean", "0.cache"]
    assert list(net.state_dict()) == ["0.scale", "0.mean", "0.linear.weight", "0.linear.bias"]


def test_what_is_shared_is_found_once_and_saved_under_each_name() -> None:
    layer = nn.Linear(2, 2)
    net = nn.Sequential(layer, nn.Sequential(layer))
    assert count(net) == 6
    assert [name for name, _ in net.named_modules()] == ["", "0", "1"]
    assert [name for name, _ in net.named_modules(remove_duplicate=False)] == ["", "0", "1", "1.0"]
    assert list(net.state_dict()) == ["0.weight", "0.bias", "1.0.weight", "1.0.bias"]
    tied = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    tied[1].weight = tied[0].weight
    assert [name for name, _ in tied.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
    assert len(list(tied.named_parameters(remove_duplicate=False))) == 4


def test_paths() -> None:
    block = Block()
    net = nn.Sequential(block)
    for found, expected in (
        (net.get_submodule(""), net),
        (net.get_submodule("0.linear"), block.linear),
        (net.get_parameter("0.linear.bias"), block.linear.bias),
        (net.get_buffer("0.mean"), block.mean),
    ):
        assert found is expected
    for ask, says in (
        (
            lambda: net.get_submodule("0.conv"),
            "Block: expected the name of a Module (linear), got 'conv' in path '0.conv'",
        ),
        (lambda: net.get_submodule("0.scale"), "got 'scale'"),
        (lambda: net.get_parameter("0.linear.wieght"), "Linear: expected the name of a Parameter (weight, bias)"),
        (lambda: net.get_buffer("mean"), "Sequential: expected the name of a Buffer (it has none)"),
    ):
        with pytest.raises(PathError, match=re.escape(says)):
            ask()
    assert issubclass(PathError, AttributeError)


def test_assigning() -> None:
    block = Block()
    block.mean = engine.tensor([0.25])  # stays a buffer
    block.mask = engine.tensor([1.0])  # becomes the buffer it was announced as
    assert list(block.state_dict()) == ["scale", "mean", "mask", "linear.weight", "linear.bias"]
    assert block.state_dict()["mean"].tolist() == [0.25]
    block.constant = engine.tensor([4.0])
    block.scale = nn.Parameter(engine.tensor([5.0]))
    block.linear = nn.Sequential()
    assert list(block.state_dict()) == ["scale", "mean", "mask"]
    block.mean = None
    assert list(block.state_dict()) == ["scale", "mask"]
    for name, value, says in (
        ("scale", engine.tensor([1.0]), "Block.scale: expected a Parameter, or None, got Tensor; delete"),
        ("mask", 3, "Block.mask: expected a Tensor or Module, or None, got int"),
        ("linear", 3, "Block.linear: expected a Module or Parameter, or None, got int"),
    ):
        with pytest.raises(DTypeError, match=re.escape(says)):
            setattr(block, name, value)


def test_deleting() -> None:
    block = Block()
    del block.scale
    del block.mean
    del block.linear
    del block.mask
    assert list(block.state_dict()) == []
    block.mean = engine.tensor([1.0])  # a plain tensor now
    assert list(block.state_dict()) == []
    with pytest.raises(AttributeError):
        del block.mask


def test_registering() -> None:
    module = nn.Module()
    module.register_parameter("weight", nn.Parameter(engine.tensor([1.0])))
    module.register_parameter("bias", None)
    module.add_module("first", nn.ReLU())
    module.register_module("second", nn.Tanh())
    module.register_module("none", None)
    assert repr(module) == "Module(\n  (first): ReLU()\n  (second): Tanh()\n)"
    assert list(module.state_dict()) == ["weight"]
    module.register_parameter("bias", nn.Parameter(engine.tensor([2.0])))
    module.register_parameter("weight", None)
    assert list(module.state_dict()) == ["bias"]


UNNAMED: Any = 3


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda m: m.add_module("a.b", nn.ReLU()), ParameterError, "Module: expected a name without dots"),
        (lambda m: m.register_parameter("", None), ParameterError, "Module: expected a name without dots"),
        (
            lambda m: m.add_module("forward", nn.ReLU()),
            ParameterError,
            "expected a name that is not in use, got 'forward'",
        ),
        (lambda m: m.add_module(UNNAMED, nn.ReLU()), DTypeError, "Module: expected a name for the Module, got 3"),
        (lambda m: m.add_module("a", UNNAMED), DTypeError, "Module: expected a as a Module or None, got int"),
        (lambda m: m.register_parameter("a", engine.tensor(1.0)), DTypeError, "a as a Parameter or None, got Tensor"),
        (lambda m: m.register_buffer("a", np.zeros(1)), DTypeError, "a as a Buffer or None, got ndarray"),
        (lambda m: m.to("gpu"), DTypeError, "Module.to: expected float32 or float64, or a device, got 'gpu'"),
        (lambda m: m.to(np.int64), DTypeError, "Module.to: expected float32 or float64"),
        (lambda m: m(1), NotImplementedError, "Module does not define forward"),
    ],
)
def test_bad_calls(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        call(nn.Module())


def test_train_and_eval_reach_all_modules() -> None:
    net = nn.Sequential(nn.Sequential(nn.ReLU()))
    net.eval()
    assert [module.training for _, module in net.named_modules()] == [False] * 3
    net.train()
    assert all(module.training for _, module in net.named_modules())


def test_apply_goes_from_the_inside_out() -> None:
    seen: list[str] = []
    net = nn.Sequential(nn.Sequential(nn.ReLU()), nn.Tanh())
    assert net.apply(lambda module: seen.append(type(module).__name__)) is net
    assert seen == ["ReLU", "Sequential", "Tanh", "Sequential"]


def test_freezing() -> None:
    net = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1))
    net[0].requires_grad_(False)
    net(engine.tensor([[1.0]])).sum().backward()
    assert [parameter.grad is None for parameter in net.parameters()] == [True, True, False, False]


def test_zero_grad() -> None:
    layer = nn.Linear(2, 1)
    layer(engine.tensor([[1.0, 2.0]])).sum().backward()
    layer.zero_grad(set_to_none=False)
    assert [parameter.grad.tolist() for parameter in layer.parameters()] == [[[0.0, 0.0]], [0.0]]
    layer.zero_grad()
    assert all(parameter.grad is None for parameter in layer.parameters())


def test_conversion_keeps_parameters_and_whole_numbers() -> None:
    block = Block()
    block.register_buffer("steps", engine.tensor([1]))
    before = list(block.parameters())
    block(engine.tensor([[1.0]])).sum().backward()
    assert block.double() is block
    assert all(a is b for a, b in zip(before, block.parameters(), strict=True))
    assert {parameter.dtype for parameter in block.parameters()} == {np.dtype(np.float64)}
    assert {parameter.grad.dtype for parameter in block.parameters()} == {np.dtype(np.float64)}
    assert [str(buffer.dtype) for buffer in block.buffers()] == ["float64", "float64", "int64"]
    assert block(engine.tensor([[1.0]], dtype="float64")).dtype == np.float64
    assert block.float().scale.dtype == block.to("float32").scale.dtype == np.float32


def test_state_dict_round_trip_and_refusals_that_change_nothing() -> None:
    source, target = nn.Linear(2, 3), nn.Linear(2, 3)
    assert repr(target.load_state_dict(source.state_dict())) == "<All keys matched successfully>"
    assert target.weight.tolist() == source.weight.tolist()
    before = target.weight.tolist()
    good = {name: tensor.array for name, tensor in source.state_dict().items()}
    for bad, error, says in (
        ({"weight": good["weight"]}, StateError, "missing: bias"),
        (good | {"extra": good["bias"]}, StateError, "unknown: extra; strict=False loads what there is"),
        (good | {"weight": np.zeros((3, 3), np.float32)}, ShapeError, "expected weight (3, 2), got shape (3, 3)"),
        ({"weight": good["weight"] + 1, "bias": np.zeros(3, complex)}, DTypeError, "bias float32, got complex128"),
    ):
        with pytest.raises(error, match=re.escape(says)):
            target.load_state_dict(bad)
    assert target.weight.tolist() == before
    target.load_state_dict({name: array.astype(np.float64) for name, array in good.items()})
    assert target.weight.dtype == np.float32
    assert target.weight.tolist() == source.weight.tolist()


def test_loading_what_there_is() -> None:
    layer = nn.Linear(1, 1)
    keys = layer.load_state_dict({"weight": np.full((1, 1), 4, np.float32), "extra": np.zeros(1)}, strict=False)
    assert layer.weight.item() == 4
    assert keys == (["bias"], ["extra"])
    assert keys.missing_keys == ["bias"]
    assert repr(keys) == "IncompatibleKeys(missing_keys=['bias'], unexpected_keys=['extra'])"
    with pytest.raises(ShapeError):
        layer.load_state_dict({"weight": np.zeros((2, 1), np.float32)}, strict=False)


def test_deep_copies_share_nothing_but_what_was_shared() -> None:
    layer = nn.Linear(2, 2)
    net = nn.Sequential(layer, layer)
    twin = copy.deepcopy(net)
    assert twin[0] is twin[1] is not layer
    twin[0].weight.array[...] = 7
    assert 7 not in np.asarray(layer.weight.array)
    assert twin[0].weight.requires_grad


def test_writing_into_the_state_is_seen_by_backward() -> None:
    layer = nn.Linear(2, 2)
    x = engine.tensor([[1.0, 1.0]], requires_grad=True)
    loss = F.relu(layer(x)).sum()
    layer.load_state_dict(layer.state_dict())
    with pytest.raises(engine.errors.GraphError, match="changed in place"):
        loss.backward()


def test_state_and_names_equal_pytorchs() -> None:
    torch = pytest.importorskip("torch")

    def build(nn: Any) -> Any:
        net = nn.Module()
        net.head = nn.Linear(3, 2)
        net.register_buffer("mean", None)
        net.body = nn.ModuleDict({"a": nn.ModuleList([nn.Linear(2, 2, bias=False), net.head])})
        net.again = net.body
        return net

    ours, theirs = build(nn), build(torch.nn)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for method in ("named_modules", "named_children", "named_parameters", "named_buffers"):
        assert [name for name, _ in getattr(ours, method)()] == [name for name, _ in getattr(theirs, method)()]
    named = [name for name, _ in theirs.named_parameters(remove_duplicate=False)]
    assert [name for name, _ in ours.named_parameters(remove_duplicate=False)] == named
    assert ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()}).missing_keys == []
    assert repr(ours) == repr(theirs)
