"""Hooks of modules, checked against what they are told and, where it is installed, against PyTorch."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import engine
from engine import nn
from engine.errors import DTypeError, ShapeError
from engine.tensor import Tensor


class Pair(nn.Module):
    """Two outputs from three arguments, of which the last is no tensor."""

    def forward(self, a: Any, b: Any, power: int) -> Any:
        """Compute them."""
        return a * b, b * power


def x(*values: float, requires_grad: bool = True) -> Tensor:
    return engine.tensor(list(values), dtype="float64", requires_grad=requires_grad)


def test_forward_hooks_see_and_replace() -> None:
    layer = nn.ReLU()
    seen: list[Any] = []
    layer.register_forward_hook(lambda module, args, output: seen.append((module, args[0].tolist(), output.tolist())))
    handle = layer.register_forward_pre_hook(lambda module, args: args[0] * -1)
    assert layer(x(-1.0)).tolist() == [1.0]
    assert seen == [(layer, [1.0], [1.0])]
    handle.remove()
    with layer.register_forward_hook(lambda module, args, output: output + 1):
        assert layer(x(-1.0)).tolist() == [1.0]
    assert layer(x(-1.0)).tolist() == [0.0]


def test_order_of_hooks() -> None:
    layer = nn.Identity()
    order: list[str] = []

    def note(what: str) -> Callable[..., None]:
        return lambda *_: order.append(what)

    layer.register_forward_pre_hook(note("before 1"))
    layer.register_forward_pre_hook(note("before 0"), prepend=True)
    layer.register_forward_hook(note("after 1"))
    layer.register_forward_hook(note("after 0"), prepend=True)
    layer.register_full_backward_hook(note("back 1"))
    layer.register_full_backward_hook(note("back 0"), prepend=True)
    layer(x(1.0)).backward()
    assert order == ["before 0", "before 1", "after 0", "after 1", "back 0", "back 1"]


def test_hooks_with_keywords() -> None:
    class Scale(nn.Module):
        def forward(self, input: Tensor, factor: float) -> Any:
            return input * factor

    layer, seen = Scale(), []
    layer.register_forward_pre_hook(lambda m, args, kwargs: (args, {"factor": kwargs["factor"] + 1}), with_kwargs=True)
    layer.register_forward_pre_hook(lambda m, args: (args[0] * 10,))
    layer.register_forward_hook(lambda m, args, kwargs, output: seen.append(kwargs), with_kwargs=True)
    assert layer(x(1.0), factor=2).tolist() == [30.0]
    assert seen == [{"factor": 3}]


def test_removing_a_hook_twice_leaves_the_next_one() -> None:
    layer = nn.Identity()
    first = layer.register_forward_hook(lambda *_: None)
    first.remove()
    layer.register_forward_hook(lambda module, args, output: output * 2)
    first.remove()
    assert layer(x(1.0)).tolist() == [2.0]


def test_backward_hook_is_told_all_gradients_and_may_replace_them() -> None:
    layer, a, b = Pair(), x(2.0, 3.0), x(5.0, 7.0)
    told: list[Any] = []

    def hook(module: nn.Module, grad_input: Any, grad_output: Any) -> Any:
        told.append((module, grad_input, grad_output))
        return (grad_input[0] * 100, grad_input[1], None)

    layer.register_full_backward_hook(hook)
    first, second = layer(a, b, 4)
    (first.sum() + second.sum() * 10).backward()
    ((module, grad_input, grad_output),) = told
    assert module is layer
    assert [g if g is None else g.tolist() for g in grad_input] == [[5.0, 7.0], [42.0, 43.0], None]
    assert [g.tolist() for g in grad_output] == [[1.0, 1.0], [10.0, 10.0]]
    assert (a.grad.tolist(), b.grad.tolist()) == ([500.0, 700.0], [42.0, 43.0])


def test_backward_hook_changes_nothing_by_itself() -> None:
    def gradients(hooked: bool) -> list[Any]:
        engine.manual_seed(0)
        net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Tanh(), nn.Flatten(), nn.Linear(8, 1))
        for module in net.modules() if hooked else ():
            module.register_full_backward_hook(lambda *_: None)
        images = engine.tensor(np.arange(16.0).reshape(1, 1, 4, 4) / 16, dtype="float32", requires_grad=True)
        out = net(images)
        out.backward(retain_graph=True)
        out.backward()
        return [images.grad.tolist(), *(parameter.grad.tolist() for parameter in net.parameters())]

    assert gradients(True) == gradients(False)


def test_backward_hook_of_a_layer_used_twice() -> None:
    layer, told = nn.Identity(), []
    layer.register_full_backward_hook(lambda m, grad_input, grad_output: told.append(grad_output[0].item()))
    layer(layer(x(1.0)) * 3).backward()
    assert told == [1.0, 3.0]


def test_backward_hook_without_a_gradient_to_give() -> None:
    layer, told = nn.Linear(1, 1), []
    layer.register_full_backward_hook(
        lambda m, grad_input, grad_output: told.append((grad_input, grad_output[0].tolist()))
    )
    layer(engine.tensor([[2.0]])).sum().backward()
    assert told == [((None,), [[1.0]])]
    with engine.no_grad():
        layer(engine.tensor([[2.0]]))
    assert len(told) == 1


def test_bad_backward_hooks() -> None:
    layer = nn.Identity()
    handle = layer.register_full_backward_hook(lambda m, grad_input, grad_output: (grad_input[0].sum(),))
    with pytest.raises(
        ShapeError, match=re.escape("backward hook of Identity: expected None, or gradients of shapes [(2,)]")
    ):
        layer(x(1.0, 2.0)).sum().backward()
    handle.remove()

    class Lists(nn.Module):
        def forward(self, input: Tensor) -> Any:
            return [input]

    lists = Lists()
    lists.register_full_backward_hook(lambda *_: None)
    with pytest.raises(DTypeError, match="Lists with a backward hook: expected forward to return a Tensor or a tuple"):
        lists(x(1.0))


def test_backward_hooks_equal_pytorchs() -> None:
    torch = pytest.importorskip("torch")

    def told(nn: Any, tensor: Any, uses: str) -> Any:
        def forward(self: Any, a: Any, b: Any, c: Any) -> Any:
            return a * b, b * 3

        layer = type("Three", (nn.Module,), {"forward": forward})()
        found: list[Any] = []
        layer.register_full_backward_hook(lambda m, *gradients: found.extend(gradients))
        a, b, c = tensor([1.0, 2.0]), tensor([3.0, 4.0]), tensor([5.0, 6.0])
        first, second = layer(a, b, c)
        {"both": (first * second).sum(), "first": first.sum(), "second": second.sum()}[uses].backward()
        return [[None if g is None else g.tolist() for g in gradients] for gradients in found], a.grad.tolist()

    for uses in ("both", "first", "second"):
        ours = told(nn, lambda values: engine.tensor(values, requires_grad=True), uses)
        assert ours == told(torch.nn, lambda values: torch.tensor(values, requires_grad=True), uses)
