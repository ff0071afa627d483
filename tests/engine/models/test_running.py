"""All networks run forward and backward, and give what PyTorch gives with the same source and weights."""

import importlib
from typing import Any

import numpy as np
import pytest

import engine
from engine import models
from tests.engine.models.on_pytorch import on_pytorch
from tests.engine.models.small import SMALL


def ours(name: str) -> Any:
    return SMALL[name].make(importlib.import_module(f"engine.models.{SMALL[name].module}"))


@pytest.mark.parametrize("name", SMALL)
def test_runs_forward_and_backward(name: str) -> None:
    engine.manual_seed(0)
    model, small = ours(name), SMALL[name]
    logits = model(engine.randn(*small.images))
    assert logits.shape == (small.images[0], small.classes)
    engine.cross_entropy(logits, engine.arange(small.images[0])).backward()
    idle = [key for key, parameter in model.named_parameters() if not np.abs(parameter.grad.array).max() > 0]
    assert idle == []


@pytest.mark.parametrize("name", SMALL)
def test_equals_pytorch(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is compared with where it is installed (extra 'bench')")
    engine.manual_seed(0)
    small, model = SMALL[name], ours(name).double()
    theirs = small.make(on_pytorch(small.module, monkeypatch)).double()
    theirs.load_state_dict({key: torch.tensor(value.numpy()) for key, value in model.state_dict().items()})
    array = np.random.default_rng(0).standard_normal(small.images)
    x, their_x = engine.tensor(array, requires_grad=True), torch.tensor(array, requires_grad=True)
    logits, their_logits = model(x), theirs(their_x)
    np.testing.assert_allclose(logits.detach().numpy(), their_logits.detach().numpy(), rtol=1e-7, atol=1e-9)
    target = np.arange(small.images[0])
    engine.cross_entropy(logits, engine.tensor(target)).backward()
    torch.nn.functional.cross_entropy(their_logits, torch.tensor(target)).backward()
    expected = {key: parameter.grad.numpy() for key, parameter in theirs.named_parameters()} | {
        "x": their_x.grad.numpy()
    }
    found = {key: parameter.grad.numpy() for key, parameter in model.named_parameters()} | {"x": x.grad.numpy()}
    assert found.keys() == expected.keys()
    for key, gradient in expected.items():
        # Of a bias that batch normalisation takes out again the gradient is 0 but for rounding.
        atol = max(1e-7 * np.abs(gradient).max(), 1e-12)
        np.testing.assert_allclose(found[key], gradient, rtol=0, atol=atol, err_msg=key)
    for key, buffer in theirs.named_buffers():
        np.testing.assert_allclose(model.get_buffer(key).numpy(), buffer.numpy(), rtol=1e-7, err_msg=key)


@pytest.mark.parametrize(
    ("make", "side"), [(models.GoogLeNet, 64), (models.Inception3, 299)], ids=["googlenet", "inception"]
)
def test_auxiliary_heads_answer_in_training_only(make: Any, side: int) -> None:
    engine.manual_seed(0)
    model = make(num_classes=5, aux_logits=True)
    images, target = engine.randn(2, 3, side, side), engine.tensor([1, 4])
    answers = model(images)
    assert [answer.shape for answer in answers] == [(2, 5)] * len(answers)
    total = engine.cross_entropy(answers.logits, target)
    for name in answers._fields[1:]:
        total = total + 0.3 * engine.cross_entropy(getattr(answers, name), target)
    total.backward()
    assert all(np.abs(parameter.grad.array).max() > 0 for parameter in model.parameters())
    with engine.no_grad():
        assert model.eval()(images).shape == (2, 5)
