"""The training loop."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import engine.nn.functional as F
from engine.autograd import no_grad
from engine.creation import zeros
from engine.data import Batches, ImageData
from engine.device import CPU, Device
from engine.errors import ShapeError
from engine.graph import graph
from engine.nn import Module
from engine.ops import argmax
from engine.optim import SGD, lr_scheduler
from engine.tensor import Tensor
from engine.train.recipes import Recipe

EVALUATION_BATCH = 500


@dataclass(frozen=True)
class EpochResult:
    """What one pass over the training images gave.

    Attributes
    ----------
    epoch : int
        From 1.
    train_loss : float
        Mean over the pass, while the weights moved.
    test_accuracy : float
        Share of the test images classified rightly after the pass.
    seconds : float
        Wall time of the pass without the evaluation.
    """

    epoch: int
    train_loss: float
    test_accuracy: float
    seconds: float


def accuracy(model: Module, batches: Batches) -> float:
    """Return the share of images whose largest logit is that of their label.

    Parameters
    ----------
    model : Module
        Maps images (N, 1, H, W) to logits (N, K).
    batches : Batches

    Returns
    -------
    float
        From 0 to 1.
    """
    right = 0
    model.eval()
    with no_grad():
        for x, y in batches:
            right += int((argmax(model(x), 1) == y).sum())
    model.train()
    return right / len(batches.images)


def train(
    model: Module,
    recipe: Recipe,
    data: ImageData,
    epochs: int,
    on_step: Callable[[int, int], None] = lambda step, steps: None,
    device: Device = CPU,
) -> Iterator[EpochResult]:
    """Train a network and yield the result of each epoch.

    Parameters
    ----------
    model : Module
    recipe : Recipe
    data : ImageData
        Normalised by the mean and the standard deviation of its training images.
    epochs : int
        At least 1.
    on_step : callable
        Told (steps done, steps in all) after each step.
    device : Device
        Where to train. On a CUDA device a step is captured as a graph, and losses stay there until the pass
        is done.

    Yields
    ------
    EpochResult

    Raises
    ------
    ShapeError
        If the images are larger than what the recipe takes, or not square.
    """
    _, height, width = data.train_images.shape
    pad, odd = divmod(recipe.image_size - height, 2)
    if height != width or pad < 0 or odd:
        expected = f"square images of at most {recipe.image_size} pixels, of the same parity"
        raise ShapeError(recipe.name, expected, f"{height}x{width} in {data.name}")
    mean = float(data.train_images.mean(dtype=np.float64)) / 255
    std = float(data.train_images.std(dtype=np.float64)) / 255
    given: dict[str, Any] = {"mean": mean, "std": std, "pad": pad, "device": device}
    training = Batches(data.train_images, data.train_labels, recipe.batch_size, shuffle=True, **given)
    testing = Batches(data.test_images, data.test_labels, EVALUATION_BATCH, **given)
    model.to(device)
    optimizer = SGD(model.parameters(), lr=recipe.lr, momentum=recipe.momentum)
    steps = epochs * len(training)
    schedule = lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)

    def learn(x: Tensor, y: Tensor) -> Tensor:
        optimizer.zero_grad()
        loss: Tensor = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    step = learn if device == CPU else graph(learn)
    for epoch in range(1, epochs + 1):
        # Summed where the losses are: to look at each would make the host wait for the device.
        start, total = time.perf_counter(), zeros(()).to(device)
        for x, y in training:
            total.add_(step(x, y).detach(), alpha=len(y))
            schedule.step()
            on_step(schedule.last_epoch, steps)
        train_loss = float(total) / len(training.images)
        seconds = time.perf_counter() - start
        yield EpochResult(epoch, train_loss, accuracy(model, testing), seconds)
