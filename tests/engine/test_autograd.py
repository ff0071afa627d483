"""The graph: reuse, depth, accumulation, and clear errors where there is nothing to walk."""

import numpy as np
import pytest

import engine
import engine.errors
from engine.errors import DTypeError, GraphError, ShapeError


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
