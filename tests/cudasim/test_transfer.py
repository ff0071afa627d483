"""Tensors, modules and optimisers that move between host and device."""

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from engine import nn, optim
from engine.cuda import driver
from engine.cuda.staging import Staging
from engine.errors import DeviceError


def on_cuda(*numbers: float) -> engine.Tensor:
    return engine.tensor(list(numbers), device="cuda")


def test_there_and_back() -> None:
    x = engine.tensor(np.arange(6, dtype=np.int64).reshape(2, 3))
    there = x.cuda()
    assert (there.device, there.is_cuda, there.shape, there.dtype) == (engine.device("cuda"), True, (2, 3), x.dtype)
    assert engine.equal(there.cpu(), x)
    assert there.to("cuda") is there
    assert x.to(there).is_cuda
    assert not there.to(engine.device("cpu"), "float32").is_cuda


def test_gradient_comes_back() -> None:
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    (x.cuda() * on_cuda(3.0, 4.0)).sum().backward()
    assert x.grad is not None
    assert not x.grad.is_cuda
    assert x.grad.tolist() == [3.0, 4.0]


def test_a_buffer_is_waited_for_before_it_is_filled_or_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    marks, waited = itertools.count(), list[int]()
    monkeypatch.setattr(driver, "event", lambda: next(marks))
    monkeypatch.setattr(driver, "wait_for", waited.append)
    staging = Staging()
    for size in (2, 3):
        staging.send(np.zeros(size))
    waited.clear()
    for size in (2, 100, 4, 50):
        np.testing.assert_array_equal(staging.send(np.arange(size, dtype=float)).host(), np.arange(size))
    assert waited == [0, 1, 0, 1]


def test_repr_says_where() -> None:
    assert repr(on_cuda(1.0, 2.0)) == "tensor([1., 2.], device='cuda:0')"
    assert repr(engine.device("cuda")) == "device(type='cuda', index=0)"


def test_numpy_does_not_see_the_device() -> None:
    with pytest.raises(
        DeviceError, match=r"numpy: expected a tensor on the cpu, got one on cuda:0; use tensor\.cpu\(\)"
    ):
        on_cuda(1.0).numpy()
    with pytest.raises(DeviceError, match="expected an array on the cpu"):
        np.asarray(on_cuda(1.0).array)


def test_what_the_device_cannot_do_says_so() -> None:
    array = on_cuda(1.0).array
    with pytest.raises(DeviceError, match=r"median: expected arrays on the cpu, got one on cuda; move the tensor"):
        np.median(array)
    with pytest.raises(DeviceError, match=r"sin: expected arrays on the cpu, got one on cuda; move the tensor"):
        np.sin(array)


def test_tensors_of_an_op_are_in_one_place() -> None:
    with pytest.raises(
        DeviceError, match=r"add: expected all tensors on one device, got one of shape \(2,\) on the cpu"
    ):
        on_cuda(1.0, 2.0) + engine.tensor([1.0, 2.0])
    assert (on_cuda(1.0, 2.0) + engine.tensor(1.0)).tolist() == [2.0, 3.0]  # a single number goes along


def test_upstream_gradient_is_where_the_tensor_is() -> None:
    x = on_cuda(1.0, 2.0).requires_grad_()
    with pytest.raises(DeviceError, match="backward: expected a gradient where the tensor is"):
        (x * 2).backward(engine.tensor([1.0, 1.0]))


def test_in_place_methods() -> None:
    x = on_cuda(1.0, -2.0, 3.0)
    x.add_(on_cuda(1.0, 1.0, 1.0), alpha=2).mul_(2).sub_(1).div_(2).clamp_(-1, 4)
    np.testing.assert_allclose(x.tolist(), [2.5, -0.5, 4.0])
    x[0], x[1:] = 7.0, on_cuda(8.0, 9.0)
    assert x.tolist() == [7.0, 8.0, 9.0]
    x[[2, 0]] = on_cuda(5.0, 6.0)
    assert x.tolist() == [6.0, 8.0, 5.0]
    assert x.zero_().tolist() == [0.0, 0.0, 0.0]
    x.data = on_cuda(1.0, 2.0, 3.0)
    assert x.copy_(engine.tensor([4.0, 5.0, 6.0])).tolist() == [4.0, 5.0, 6.0]


def test_changes_in_place_are_noticed() -> None:
    x = on_cuda(1.0, 2.0).requires_grad_()
    y = x * x
    with engine.no_grad():
        x.add_(1)
    with pytest.raises(engine.errors.GraphError, match="changed in place"):
        y.sum().backward()


def stepped(device: str, make: Callable[..., optim.Optimizer], moves: bool = False) -> list[list[float]]:
    """Return the weights of a layer after three steps, of which the last may be on another device."""
    engine.manual_seed(0)
    layer = nn.Linear(3, 2).to(device)
    optimizer = make(layer.parameters(), lr=0.1)
    for i in range(3):
        if moves and i == 2:
            device = "cuda"
            layer.to(device)
        optimizer.zero_grad()
        x = engine.tensor([[1.0, 2.0, 3.0 + i]], device=device)
        F.mse_loss(layer(x), engine.tensor([[0.0, 1.0]], device=device)).backward()
        optimizer.step()
    return [parameter.detach().cpu().tolist() for parameter in layer.parameters()]


@pytest.mark.parametrize("make", [optim.SGD, optim.Adam, optim.AdamW, optim.RMSprop, optim.Adagrad])
def test_optimizers_step_on_the_device(make: Callable[..., optim.Optimizer]) -> None:
    for got, expected in zip(stepped("cuda", make), stepped("cpu", make), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
    for got, expected in zip(stepped("cpu", make, moves=True), stepped("cpu", make), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)


def test_a_gradient_left_behind() -> None:
    layer = nn.Linear(2, 1)
    optimizer = optim.SGD(layer.parameters(), lr=0.1)
    layer(engine.tensor([[1.0, 2.0]])).sum().backward()
    layer.weight.array = layer.weight.cuda().array
    with pytest.raises(DeviceError, match=r"SGD\.step: expected gradients where parameters are"):
        optimizer.step()


def test_module_moves_with_gradients_and_buffers() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    before = list(model.parameters())
    model(engine.tensor([[1.0, 2.0], [3.0, 5.0]])).sum().backward()
    assert model.cuda() is model
    assert all(a is b for a, b in zip(before, model.parameters(), strict=True))
    assert all(tensor.is_cuda for tensor in (*model.parameters(), *model.buffers()))
    assert all(parameter.grad is not None and parameter.grad.is_cuda for parameter in model.parameters())
    assert not any(tensor.is_cuda for tensor in model.cpu().parameters())


def test_weights_are_saved_and_loaded(tmp_path: Path) -> None:
    engine.manual_seed(0)
    there, here = nn.Linear(3, 2).to("cuda"), nn.Linear(3, 2)
    engine.save_weights(tmp_path / "weights.safetensors", there.state_dict())
    here.load_state_dict(engine.load_weights(tmp_path / "weights.safetensors"))
    assert here.weight.tolist() == there.weight.tolist()
    there.load_state_dict(nn.Linear(3, 2).state_dict())
    here.load_state_dict(there.state_dict())
    assert here.weight.tolist() == there.weight.tolist()


def test_optimizer_state_is_saved_and_loaded() -> None:
    layer = nn.Linear(2, 1).to("cuda")
    optimizer, other = (optim.Adam(layer.parameters()) for _ in range(2))
    layer(on_cuda(1.0, 2.0)).sum().backward()
    optimizer.step()
    other.load_state_dict(optimizer.state_dict())
    np.testing.assert_array_equal(other.state[0]["exp_avg"], optimizer.state[0]["exp_avg"].host())
    other.step()  # moves it to the device


def test_clipping() -> None:
    x = on_cuda(3.0, 4.0).requires_grad_()
    (x * x).sum().backward()
    assert nn.utils.clip_grad_norm_([x], 1.0).item() == pytest.approx(10.0)
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.tolist(), [0.6, 0.8], rtol=1e-5)


def test_classes_that_do_not_exist_make_the_loss_not_a_number() -> None:
    logits = engine.tensor([[1.0, 2.0], [0.5, 0.1], [3.0, 1.0]], device="cuda", requires_grad=True)
    loss = F.cross_entropy(logits, engine.tensor([0, 1, 2], device="cuda"))
    loss.backward()
    assert np.isnan(loss.item())
    ignoring = F.cross_entropy(logits.detach(), engine.tensor([0, -100, 1], device="cuda"))
    expected = F.cross_entropy(logits.detach().cpu(), engine.tensor([0, -100, 1]))
    np.testing.assert_allclose(ignoring.item(), expected.item(), rtol=1e-6)
