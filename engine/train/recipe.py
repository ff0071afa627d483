"""What a recipe is: a network with all that it is trained by."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

import engine.nn.functional as F
from engine.data import ImageData
from engine.data.augment import Compose
from engine.data.loader import Augment, Batches, Images
from engine.device import CPU, Device
from engine.errors import ShapeError
from engine.nn import Module
from engine.optim import Optimizer
from engine.optim.lr_scheduler import LambdaLR, LRScheduler
from engine.tensor import Tensor

EVALUATION_BATCH = 500


def falling(optimizer: Optimizer, steps_per_epoch: int, epochs: int) -> LRScheduler:
    """Return the schedule by which the learning rate falls in a straight line to 0 over all steps."""
    return LambdaLR(optimizer, lambda step: 1 - step / (steps_per_epoch * epochs))


def cross_entropy(outputs: Tensor, labels: Tensor) -> Tensor:
    """Return softmax cross-entropy, the mean over the batch."""
    loss: Tensor = F.cross_entropy(outputs, labels)
    return loss


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Attributes
    ----------
    name : str
        As the ``train`` command knows it.
    about : str
        What it is, in a line.
    data : str
        The data set that it is measured on.
    model : callable
        Makes the network.
    image_size : int
        Height and width it takes; smaller images get a border of background.
    batch_size : int
    epochs : int
        Passes over the training images, unless the user says otherwise.
    optimizer : callable
        Told the parameters.
    channels : int
        Of the images it takes: 1 for grey, 3 for colour.
    outputs : int
        Of the network: the classes that it can tell apart; with fewer, the last outputs are not asked.
    schedule : callable
        Told the optimiser, the steps of an epoch and the epochs; stepped after each batch.
    loss : callable
        Told outputs (N, K) and labels (N,).
    largest : bool
        Whether the answer is the class with the largest output; else that with the smallest.
    levels : (float, float) or None
        What background and ink become; None for mean 0 and standard deviation 1 over the training pixels.
    prepare : callable or None
        Changes every image, those for testing too; without chance.
    augment : callable or None
        Changes training images each time anew.
    averaging : float
        Above 0, weights are averaged over the steps with this decay, and the averages are what is tested and kept.
    before_epoch : callable or None
        Told the network, the optimiser and the training batches, before each pass.
    members : tuple of callable or None
        What a committee's members prepare images by, one after the other; by default they differ by their seed alone.
    views : tuple of callable
        Changes of test images over which answers may be averaged (``train --evaluate --average``).
    deck : str
        The error rate that the lecture quotes; empty if none.
    """

    name: str
    about: str
    data: str
    model: Callable[[], Module]
    image_size: int
    batch_size: int
    epochs: int
    optimizer: Callable[[Iterable[Tensor]], Optimizer]
    channels: int = 1
    outputs: int = 10
    schedule: Callable[[Optimizer, int, int], LRScheduler] = falling
    loss: Callable[[Tensor, Tensor], Tensor] = cross_entropy
    largest: bool = True
    levels: tuple[float, float] | None = None
    prepare: Augment | None = None
    augment: Augment | None = None
    averaging: float = 0.0
    before_epoch: Callable[[Module, Optimizer, Batches], None] | None = None
    members: tuple[Augment | None, ...] = (None,)
    views: tuple[Callable[[Tensor], Tensor], ...] = ()
    deck: str = ""

    def member(self, number: int) -> "Recipe":
        """Return the recipe of a committee's member, from 0."""
        own = self.members[number % len(self.members)]
        return self if own is None else replace(self, prepare=together(own, self.prepare))

    def statistics(self, data: ImageData) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return what becomes 0, and what 1 after that, for each channel; see :class:`engine.data.Batches`."""
        if self.levels is None:
            return data.mean_std()
        background, ink = self.levels
        return (-background / (ink - background),), (1 / (ink - background),)

    def batches(
        self,
        data: ImageData,
        train: bool,
        device: Device = CPU,
        statistics: tuple[tuple[float, ...], tuple[float, ...]] | None = None,
    ) -> Batches:
        """Return the batches that it is trained on or tested on.

        Parameters
        ----------
        data : ImageData
        train : bool
        device : Device
        statistics : (tuple of float, tuple of float), optional
            Mean and standard deviation of the images that a network was trained on; by default those of `data`.

        Raises
        ------
        ShapeError
            If the images are larger than what the network takes, not square, grey where they should be of colour or
            the other way round, or of more classes than it has outputs.
        """
        self._check_kind(data)
        images, labels = (data.train_images, data.train_labels) if train else (data.test_images, data.test_labels)
        prepared = self._prepared_size(data)
        pad, odd = divmod(self.image_size - prepared[0], 2)
        if prepared[0] != prepared[1] or pad < 0 or odd:
            expected = f"square images of at most {self.image_size} pixels, of the same parity"
            raise ShapeError(self.name, expected, f"{prepared[0]}x{prepared[1]} in {data.name}")
        mean, std = self.statistics(data) if statistics is None else statistics
        return Batches(
            images,
            labels,
            self.batch_size if train else EVALUATION_BATCH,
            mean=mean,
            std=std,
            pad=pad,
            shuffle=train,
            augment=together(self.prepare, self.augment if train else None),
            prefetch=train and self.augment is not None,
            device=device,
        )

    def _check_kind(self, data: ImageData) -> None:
        kinds = {1: "grey", 3: "colour"}
        if data.channels != self.channels:
            got = f"{kinds.get(data.channels, f'{data.channels} channels in')} images of {data.name}"
            raise ShapeError(self.name, f"{kinds[self.channels]} images", got, f"--data {self.data} has such")
        if len(data.classes) > self.outputs:
            got = f"{len(data.classes)} classes in {data.name}"
            raise ShapeError(self.name, f"at most {self.outputs} classes, the network's outputs", got)

    def _prepared_size(self, data: ImageData) -> tuple[int, int]:
        height, width = data.train_images.shape[-2:]
        blank: Images = np.zeros((1, data.channels, height, width), np.float32)
        prepared = blank if self.prepare is None else self.prepare(blank, np.random.default_rng(0))
        return prepared.shape[2], prepared.shape[3]


def together(*alterations: Augment | None) -> Augment | None:
    """Return one alteration that does all of these, one after the other; None if there is none."""
    given = [alteration for alteration in alterations if alteration is not None]
    return None if not given else given[0] if len(given) == 1 else Compose(given)
