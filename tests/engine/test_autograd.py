"""The graph: reuse, depth, accumulation, and clear errors where there is nothing to walk."""

import gc
import re
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

import engine
import engine.errors
from engine.errors import DTypeError, GraphError, ParameterError, PositionError, ShapeError
from engine.versions import _changes


def leaf(*values: float) -> engine.Tensor:
    return engine.tensor(list(values), dtype="float64", requires_grad=True)


def test_a_value_used_twice_gets_both_gradients() -> None:
    x = leaf(3.0)
    (x * x + x).sum().backward()
    assert x.grad.item() == 7.0


def test_a_diamond_is_walked_once_in_order() -> None:
    x = leaf(2.0)
    a = x * 3
    b, c = a * a, a * 5
    (b * c).sum().backward()  # 45 x^3 * ... = (9 x^2)(15 x) = 135 x^3
    assert x.grad.item() == pytest.approx(3 * 135 * 4)


def test_thousands_of_ops_deep() -> None:
    x = leaf(1.0)
    y = x
    for _ in range(20_000):
        y = y + 1
    y.sum().backward()
    assert x.grad.item() == 1.0


def test_gradients_accumulate_over_backward_passes() -> None:
    x = leaf(1.0, 2.0)
    for _ in range(3):
        (x * 2).sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]


def test_a_gradient_shares_memory_with_nothing() -> None:
    """The vjp of reshape hands on the very array it is given; the leaf must keep a copy."""
    x, upstream = leaf(1.0, 2.0), engine.tensor([3.0, 4.0], dtype="float64")
    x.reshape(2, 1).reshape(2).backward(upstream)
    upstream.array += 5
    assert x.grad.tolist() == [3.0, 4.0]


def test_second_backward_needs_retain_graph() -> None:
    x = leaf(3.0)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12.0
    with pytest.raises(GraphError, match=r"'sum' a second time.*retain_graph=True"):
        y.backward()


def test_backward_on_a_leaf() -> None:
    x = leaf(3.0)
    x.backward()
    assert x.grad.item() == 1.0


def test_upstream_gradient() -> None:
    x = leaf(1.0, 2.0)
    y = x * x
    with pytest.raises(GraphError, match=r"a tensor with one element.*got shape \(2,\)"):
        y.backward()
    with pytest.raises(ShapeError, match=r"gradient of shape \(2,\), got \(3,\)"):
        y.backward(engine.tensor([1.0, 1.0, 1.0]))
    y.backward(engine.tensor([1.0, 10.0]))
    assert x.grad.tolist() == [2.0, 40.0]


def test_nothing_recorded() -> None:
    with pytest.raises(GraphError, match="nothing was recorded"):
        engine.tensor([1.0]).backward()


def test_no_grad_as_block_and_decorator() -> None:
    x = leaf(1.0)
    with engine.no_grad():
        assert not engine.is_grad_enabled()
        assert (x * 2).grad_fn is None
    assert engine.is_grad_enabled()

    @engine.no_grad()
    def double(y: engine.Tensor) -> engine.Tensor:
        return y * 2

    assert not double(x).requires_grad
    assert double(double(x)).item() == 4.0


def test_no_grad_ends_with_an_exception() -> None:
    with pytest.raises(ZeroDivisionError), engine.no_grad():
        raise ZeroDivisionError
    assert engine.is_grad_enabled()


def test_backward_runs_on_the_kernels_of_forward() -> None:
    x = leaf(1.0)
    with engine.use_kernels("reference"):
        y = engine.tanh(x)
    assert y.grad_fn is not None
    assert y.grad_fn.kernel_set.__name__ == "engine.kernels.reference"


def test_gradcheck_sees_kinks_and_refuses_to_prove_nothing() -> None:
    report = engine.gradcheck(engine.relu, [leaf(-1.0, 0.0, 1.0)])
    assert (report.checked, report.kinks) == (2, 1)
    with pytest.raises(engine.errors.GradientError, match="3 of 3 at one"):
        engine.gradcheck(engine.relu, [leaf(0.0, 0.0, 0.0)])
    with pytest.raises(DTypeError, match="gradcheck: expected float64 inputs"):
        engine.gradcheck(engine.relu, [engine.tensor([1.0], requires_grad=True)])


def test_gradcheck_names_the_element() -> None:
    def forgetful(x: engine.Tensor) -> engine.Tensor:
        return x * x.detach()

    with pytest.raises(engine.errors.GradientError, match=r"input 0 at \(0,\): expected .* by finite differences"):
        engine.gradcheck(forgetful, [leaf(1.5)])


def test_numbers_of_the_slide() -> None:
    image = np.array([[0, 1, 0, 1], [0, 1, 0, 1], [1, 1, 1, 1], [0, -2, 0, -2]], dtype=np.float64)
    vertical = np.array([[-0.5, 1, -0.5]] * 3)
    for kernel, expected, largest in (
        (vertical, [[2, -2], [-1, 1]], 2),
        (vertical.T, [[-1, -0.5], [3.5, 4]], 4),
    ):
        maps = engine.conv2d(engine.tensor(image[None, None]), engine.tensor(kernel[None, None]))
        assert maps.array[0, 0].tolist() == expected
        assert engine.max_pool2d(maps, 2).item() == largest


def test_grad_returns_gradients_of_leaves_and_of_results_and_touches_no_grad() -> None:
    x, unused = leaf(2.0), leaf(1.0)
    y = x * x
    z = y * x
    dx, dy = engine.grad(z, [x, y], retain_graph=True)
    assert (dx.item(), dy.item(), x.grad) == (12.0, 2.0, None)
    with pytest.raises(GraphError, match="input 1 unused; leave it out, or pass allow_unused=True"):
        engine.grad(z, [x, unused], retain_graph=True)
    assert engine.grad(z, [x, unused], allow_unused=True)[1] is None
    with pytest.raises(GraphError, match="a second time"):
        engine.grad(z, x)


def test_grad_of_several_outputs_sums_them() -> None:
    x = leaf(2.0, 3.0)
    y = x * x
    upstream = engine.tensor([1.0, 10.0])
    (dx,) = engine.grad([y, y * x], x, [upstream, upstream])
    assert dx.tolist() == [4 + 12, 60 + 270]
    assert engine.grad(x, x, upstream)[0].tolist() == [1.0, 10.0]


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: engine.grad(1.0, leaf(1.0)), DTypeError, "grad: expected outputs as tensors, got float"),
        (lambda: engine.grad(leaf(1.0), [None]), DTypeError, "grad: expected inputs as tensors, got NoneType"),
        (
            lambda: engine.grad(leaf(1.0), leaf(1.0), [None, None]),
            ShapeError,
            "a gradient for each of 1 outputs, got 2",
        ),
        (lambda: engine.grad(engine.tensor([1.0]), leaf(1.0)), GraphError, "nothing was recorded"),
        (lambda: engine.tensor([1.0]).register_hook(print), GraphError, "register_hook: expected a tensor with"),
    ],
)
def test_bad_calls(call: Callable[[], object], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        call()


def test_operands_are_found_by_place_and_by_name() -> None:
    """layer_norm's shape comes before its weight, as in PyTorch."""
    x, w, b = leaf(1.0, 2.0, 4.0), leaf(1.0, 2.0, 3.0), leaf(0.5, 0.5, 0.5)
    expected = engine.layer_norm(x, (3,), w, b).tolist()
    assert engine.layer_norm(x, (3,), bias=b, weight=w).tolist() == expected
    assert engine.layer_norm(normalized_shape=(3,), bias=b, weight=w, input=x).tolist() == expected
    unchecked: Any = engine.layer_norm
    for args, kwargs in (
        ((x,), {}),
        ((), {"normalized_shape": (3,)}),
        ((x, (3,), w), {"weight": w}),
        ((x, (3,), w, b, 1e-5, w), {}),
    ):
        with pytest.raises(TypeError):
            unchecked(*args, **kwargs)
    engine.layer_norm(x, (3,), bias=b, weight=w).sum().backward()
    assert b.grad.tolist() == [1.0, 1.0, 1.0]


def test_enable_grad_inside_no_grad() -> None:
    with engine.no_grad(), engine.enable_grad():
        assert (leaf(1.0) * 2).requires_grad


def test_detach_and_clone() -> None:
    x = leaf(3.0)
    (x * x.detach() + x.clone()).sum().backward()
    assert x.grad.item() == 4.0
    assert x.detach().array is x.array
    assert not np.shares_memory(x.clone().array, x.array)


def test_hooks_see_and_replace_gradients() -> None:
    x, seen = leaf(1.0), []
    y = x * 2

    def watch(gradient: engine.Tensor) -> None:
        seen.append(gradient.item())

    first, second = y.register_hook(watch), y.register_hook(lambda gradient: gradient * 10)
    x.register_hook(lambda gradient: gradient + 1)
    (y + y).sum().backward(retain_graph=True)
    assert (seen, x.grad.item()) == ([2.0], 41.0)
    first.remove()
    second.remove()
    x.grad = None
    y.sum().backward()
    assert (seen, x.grad.item()) == ([2.0], 3.0)


def test_retain_grad() -> None:
    x = leaf(1.0)
    y = x * 2
    y.retain_grad()
    for _ in range(2):
        (y * 3).sum().backward(retain_graph=True)
    assert (y.grad.item(), x.grad.item()) == (6.0, 12.0)


def writes() -> list[Callable[[engine.Tensor], object]]:
    return [
        lambda x: x.add_(1),
        lambda x: x.sub_(1),
        lambda x: x.mul_(2),
        lambda x: x.div_(2),
        lambda x: x.zero_(),
        lambda x: x.fill_(7),
        lambda x: x.copy_(engine.tensor([7.0])),
        lambda x: x.clamp_(0, 1),
        lambda x: x.__setitem__(0, 7.0),
        lambda x: x.reshape(1, 1).add_(1),
        lambda x: x.detach().add_(1),
    ]


@pytest.mark.parametrize("write", writes())
def test_a_change_to_a_saved_array_is_detected(write: Callable[[engine.Tensor], object]) -> None:
    x, w = engine.tensor([2.0], dtype="float64"), leaf(3.0)
    y = (x * w).sum()
    before = x.item()
    write(x)
    assert x.item() != before
    with pytest.raises(GraphError, match=r"one of shape \(1,\) changed in place since; change a copy"):
        y.backward()


@pytest.mark.parametrize("write", writes())
def test_a_change_to_an_array_that_is_not_needed_is_allowed(write: Callable[[engine.Tensor], object]) -> None:
    x, w = engine.tensor([2.0], dtype="float64"), leaf(3.0)
    y = (x + w).sum()
    write(x)
    y.backward()
    assert w.grad.item() == 1.0


def test_optimiser_step_between_forward_and_backward_is_detected() -> None:
    w = engine.nn.Parameter(np.array([3.0]))
    y = (w * w).sum()
    y.backward(retain_graph=True)
    engine.optim.SGD([w], lr=0.1).step()
    with pytest.raises(GraphError, match="changed in place since"):
        y.backward()


def test_a_write_through_numpy_is_detected_on_request() -> None:
    w = leaf(3.0)
    for watched in (False, True):
        x = engine.tensor([2.0], dtype="float64")
        with engine.detect_mutation() if watched else nullcontext():
            y = (x * w).sum()
        x.numpy()[0] = 5.0
        if watched:
            with pytest.raises(GraphError, match="changed in place since"):
                y.backward()
        else:
            y.backward()


def test_in_place_on_what_is_recorded_is_refused() -> None:
    x = leaf(1.0)
    with pytest.raises(GraphError, match=r"add_: expected a tensor without gradient.*under engine.no_grad\(\)"):
        x.add_(1)
    with engine.no_grad():
        assert x.add_(1) is x
    assert x.item() == 2.0


def test_in_place_values_must_fit() -> None:
    x = engine.tensor([1, 2])
    with pytest.raises(ShapeError, match=r"add_: expected values that broadcast to \(2,\), got shape \(3,\)"):
        x.add_(engine.tensor([1, 2, 3]))
    with pytest.raises(DTypeError, match="copy_: expected values that fit into int64, got float32"):
        x.copy_(engine.tensor([1.5]))
    with pytest.raises(DTypeError, match="div_: expected float32 or float64, got int64"):
        x.div_(2)
    with pytest.raises(
        PositionError, match="__setitem__: expected positions within -2 … 1 for axis 0 of length 2, got 5"
    ):
        x[5] = 1
    with pytest.raises(ShapeError, match="__setitem__: expected values that fit the places, got could not broadcast"):
        x[:] = [1, 2, 3]
    with pytest.raises(DTypeError, match="clamp_: expected values that fit into int64, got float64"):
        x.clamp_(0.5)
    with pytest.raises(ParameterError, match="clamp_: expected min, max or both, got neither"):
        x.clamp_()
    assert x.tolist() == [1, 2]
    x[engine.tensor([True, False])] = engine.tensor(9)
    assert x.add_(engine.tensor([1, 1]), alpha=2).tolist() == [11, 4]


def test_version_entries_vanish_with_their_arrays() -> None:
    before = len(_changes)
    x = engine.tensor([1.0])
    x.add_(1)
    assert len(_changes) == before + 1
    del x
    gc.collect()
    assert len(_changes) == before


def test_a_write_that_is_refused_leaves_the_graph_usable() -> None:
    x, w = engine.tensor([2.0], dtype="float64"), leaf(3.0)
    y = (x * w).sum()
    for write in (lambda: x.add_(engine.ones(5)), lambda: x.copy_(engine.ones(5)), lambda: x.__setitem__(0, [1, 2])):
        with pytest.raises(ShapeError):
            write()
    y.backward()
    assert w.grad.item() == 2.0


def test_a_gradient_in_nobody_elses_hands_is_not_copied() -> None:
    x = engine.tensor(np.ones(5), requires_grad=True)
    places: list[int] = []
    x.hooks[0] = lambda dy: places.append(dy.__array_interface__["data"][0])
    (x * 6).sum().backward()
    assert x.grad.array.__array_interface__["data"][0] == places[0]
    assert (x.grad.array == 6).all()


def test_gradients_of_leaves_share_no_memory() -> None:
    x, y = (engine.tensor(np.ones(5), requires_grad=True) for _ in range(2))
    upstream = engine.tensor(np.full(5, 2.0))
    kept: list[Any] = []
    total: Any = x + y
    total.grad_fn.hooks[0] = kept.append
    total.backward(upstream)
    arrays = [x.grad.array, y.grad.array, upstream.array, *kept]
    assert not any(np.shares_memory(a, b) for i, a in enumerate(arrays[:2]) for b in arrays[i + 1 :])
