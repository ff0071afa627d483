"""The training loop: a network, what moves it, and where it stands, which can be kept and taken up again."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.creation import zeros
from engine.data import ImageData
from engine.device import CPU, Device
from engine.errors import DivergenceError
from engine.graph import graph
from engine.nn import Module
from engine.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from engine.placement import on_host
from engine.random import default_generator, manual_seed
from engine.tensor import Tensor
from engine.train.evaluation import Evaluation, evaluate
from engine.train.recipe import Recipe

OnStep = Callable[[int, int], None]


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


class Trainer:
    """Trains a network by a recipe, a pass at a time.

    Parameters
    ----------
    recipe : Recipe
    data : ImageData
    seed : int
        Of the weights, the order and everything else that is drawn.
    epochs : int, optional
        Passes over the training images; the recipe's by default.
    device : Device
        Where to train. On a CUDA device a step is captured as a graph, and losses stay there until the pass is done.

    Attributes
    ----------
    model : Module
        What is trained.
    results : list of EpochResult
        Of the passes done.
    device : Device
        Where it trains.

    Raises
    ------
    ShapeError
        If the images or their classes do not fit the network.

    Examples
    --------
    >>> from engine.data import load_glyphs
    >>> from engine.train import RECIPES
    >>> trainer = Trainer(RECIPES["linear"], load_glyphs(100, 20), epochs=2)
    >>> [result.epoch for result in trainer.run()]
    [1, 2]
    """

    def __init__(
        self, recipe: Recipe, data: ImageData, *, seed: int = 0, epochs: int | None = None, device: Device = CPU
    ) -> None:
        self.recipe = recipe
        self.epochs = recipe.epochs if epochs is None else epochs
        self.training = recipe.batches(data, train=True, device=device)
        self.testing = recipe.batches(data, train=False, device=device)
        manual_seed(seed)
        self.model = recipe.model()
        decay = recipe.averaging
        average = get_ema_multi_avg_fn(decay)
        self._averaged = AveragedModel(self.model, multi_avg_fn=average, use_buffers=True) if decay else None
        for network in (self.model, self._averaged):
            if network is not None:
                network.to(device)
        self.optimizer = recipe.optimizer(list(self.model.parameters()))
        self.schedule = recipe.schedule(self.optimizer, len(self.training), self.epochs)
        self.results: list[EpochResult] = []
        self.device = device
        self._classes = len(data.classes)
        self._rates: list[float] = []

    @property
    def final(self) -> Module:
        """The network that is tested and kept: the averaged one, where the recipe averages."""
        return self.model if self._averaged is None else self._averaged.module

    def evaluate(self) -> Evaluation:
        """Ask the network as it stands for the test images."""
        return evaluate(self.final, self.testing, self.recipe.largest, classes=self._classes)

    def run(self, on_step: OnStep = lambda step, steps: None) -> Iterator[EpochResult]:
        """Do the passes that are left, and yield the result of each.

        Parameters
        ----------
        on_step : callable
            Told (steps done, steps in all) after each step.

        Yields
        ------
        EpochResult

        Raises
        ------
        DivergenceError
            If the loss or a weight is no longer a number: the weights are lost, and what to do is said.
        """
        step = self._learn if self.device == CPU else graph(self._learn)
        for epoch in range(len(self.results) + 1, self.epochs + 1):
            # Summed where the losses are: to look at each would make the host wait for the device.
            start, total = time.perf_counter(), zeros(()).to(self.device)
            if self.recipe.before_epoch is not None:
                self.recipe.before_epoch(self.model, self.optimizer, self.training)
            for number, (x, y) in enumerate(self.training, (epoch - 1) * len(self.training)):
                # Of this step: the schedule goes on after it, at the end to 0.
                self._rates = self.schedule.get_last_lr()
                loss = step(x, y).detach()
                if self.device == CPU:
                    self._check_loss(float(loss), epoch, number)
                total.add_(loss, alpha=len(y))
                self.schedule.step()
                if self._averaged is not None:
                    self._averaged.update_parameters(self.model)
                on_step(number + 1, self.epochs * len(self.training))
            train_loss = float(total) / len(self.training.images)
            self._check_loss(train_loss, epoch, epoch * len(self.training) - 1)
            self._check_weights(epoch)
            seconds = time.perf_counter() - start
            self.results.append(EpochResult(epoch, train_loss, 1 - self.evaluate().error, seconds))
            yield self.results[-1]

    def _learn(self, x: Tensor, y: Tensor) -> Tensor:
        self.optimizer.zero_grad()
        loss = self.recipe.loss(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return loss

    def _check_loss(self, loss: float, epoch: int, step: int) -> None:
        if not math.isfinite(loss):
            raise self._diverged("a loss that is a number", f"{loss} at step {step + 1}, in epoch {epoch}")

    def _check_weights(self, epoch: int) -> None:
        """Look at what the last step left: each loss is of the weights before its step."""
        for network in dict.fromkeys((self.model, self.final)):
            for name, value in network.state_dict().items():
                if not np.isfinite(on_host(value.array)).all():
                    got = f"{name} infinite or not a number at the end of epoch {epoch}"
                    raise self._diverged("weights that are numbers", got)

    def _diverged(self, expected: str, got: str) -> DivergenceError:
        rates = ", ".join(f"{rate:.3g}" for rate in self._rates)
        return DivergenceError(
            self.recipe.name,
            expected,
            got,
            f"the weights have grown without bound: a smaller learning rate than {rates} helps, or smaller images' "
            "values; what the last whole epoch gave is kept",
        )

    def state(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Return where training stands after a whole pass: arrays by name, and what JSON can hold."""
        arrays = {f"model.{name}": on_host(value.array) for name, value in self.model.state_dict().items()}
        numbers: dict[str, Any] = {}
        if self._averaged is not None:
            averages = self._averaged.module.state_dict()
            arrays |= {f"averaged.{name}": on_host(value.array) for name, value in averages.items()}
            numbers["n_averaged"] = self._averaged.n_averaged
        kept = self.optimizer.state_dict()
        for parameter, values in kept["state"].items():
            for name, value in values.items():
                if hasattr(value, "dtype"):
                    arrays[f"optimizer.{parameter}.{name}"] = on_host(value)
                else:
                    numbers[f"optimizer.{parameter}.{name}"] = value
        numbers["groups"] = kept["param_groups"]
        numbers["schedule"] = self.schedule.state_dict()
        numbers["generator"] = default_generator().bit_generator.state
        numbers["results"] = [asdict(result) for result in self.results]
        return arrays, numbers

    def load_state(self, arrays: Mapping[str, Array], numbers: Mapping[str, Any]) -> None:
        """Go on where another trainer of the same recipe, data and seed stood; the rest is then bit-identical."""
        self.model.load_state_dict(_below("model.", arrays))
        if self._averaged is not None:
            self._averaged.module.load_state_dict(_below("averaged.", arrays))
            self._averaged.n_averaged = numbers["n_averaged"]
        state: dict[int, dict[str, Any]] = {}
        for name, value in [*arrays.items(), *numbers.items()]:
            if name.startswith("optimizer."):
                _, parameter, kind = name.split(".", 2)
                state.setdefault(int(parameter), {})[kind] = value
        self.schedule.load_state_dict(numbers["schedule"])
        self.optimizer.load_state_dict({"state": state, "param_groups": numbers["groups"]})
        default_generator().bit_generator.state = numbers["generator"]
        self.results = [EpochResult(**result) for result in numbers["results"]]


def _below(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): Tensor(np.array(value)) for name, value in arrays.items() if name.startswith(prefix)
    }
