"""The training loop on the device: batches by way of pinned memory, a graph for each step, the same results."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

import engine
from engine import nn
from engine.cuda.staging import Staging
from engine.data import Batches, ImageData
from engine.device import CPU, CUDA, Device
from engine.optim import SGD
from engine.train import EpochResult, Recipe, Trainer


def digits(count: int) -> ImageData:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (count, 4, 4)).astype(np.uint8), rng.integers(0, 3, count).astype(np.uint8)
    return ImageData(images, labels, images[:4], labels[:4], "noise")


def trained(device: Device) -> list[EpochResult]:
    recipe = Recipe(
        name="tiny",
        about="for this test",
        data="noise",
        model=lambda: nn.Sequential(nn.Flatten(), nn.Linear(16, 3)),
        image_size=4,
        batch_size=3,
        epochs=2,
        optimizer=partial(SGD, lr=0.1, momentum=0.9),
        averaging=0.9,
    )
    return list(Trainer(recipe, digits(10), device=device).run())


def test_training_on_the_device_equals_that_on_the_host() -> None:
    for got, expected in zip(trained(CUDA), trained(CPU), strict=True):
        assert got.train_loss == pytest.approx(expected.train_loss, rel=1e-5)
        assert got.test_accuracy == expected.test_accuracy


def test_batches_arrive_on_the_device() -> None:
    data = digits(5)
    there, here = (Batches(data.train_images, data.train_labels, 2, device=device) for device in ("cuda", "cpu"))
    for (x, y), (images, labels) in zip(there, here, strict=True):
        assert x.is_cuda
        assert engine.equal(x.cpu(), images)
        assert engine.equal(y.cpu(), labels)


def test_what_was_sent_may_be_changed_at_once() -> None:
    staging, values, sent = Staging(), np.zeros((2, 3), np.float32), []
    for number in range(5):
        values[...] = number
        sent.append(staging.send(values if number < 4 else values[:1]))
    assert [array.host().reshape(-1)[0] for array in sent] == [0, 1, 2, 3, 4]
    assert sent[4].shape == (1, 3)


def test_weights_of_a_device_are_saved(tmp_path: Path) -> None:
    model = nn.Linear(2, 1).to("cuda")
    engine.save_weights(tmp_path / "w.safetensors", model.state_dict())
    assert engine.load_weights(tmp_path / "w.safetensors")["weight"].tolist() == model.weight.tolist()
