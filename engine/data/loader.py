"""Batches of images, shuffled anew for each pass, without a copy of the data set."""

from collections.abc import Iterator

import numpy as np

from engine.arrays import Array
from engine.device import CPU, Device
from engine.errors import ParameterError, ShapeError
from engine.placement import staging
from engine.random import default_generator
from engine.tensor import Tensor


class Batches:
    """Iterate over images and labels in batches of tensors.

    Parameters
    ----------
    images : ndarray (N, H, W), uint8
        0 is background.
    labels : ndarray (N,), uint8
    batch_size : int
        The last batch may be smaller.
    mean, std : float
        Of the pixels divided by 255; they become 0 and 1.
    pad : int
        Background pixels to add on each side.
    shuffle : bool
        Whether each pass has a new order, drawn from the engine's generator.
    device : str or Device
        Where the tensors shall be. For a CUDA device they go through pinned memory: the next batch is put
        together while the last one is copied and computed with.

    Raises
    ------
    ShapeError
        If there are not as many labels as images, or none.
    ParameterError
        If `batch_size` or `std` is not positive, or `pad` negative.

    Examples
    --------
    >>> batches = Batches(np.zeros((5, 28, 28), np.uint8), np.zeros(5, np.uint8), batch_size=2, pad=2)
    >>> [x.shape for x, y in batches]
    [(2, 1, 32, 32), (2, 1, 32, 32), (1, 1, 32, 32)]
    """

    def __init__(
        self,
        images: Array,
        labels: Array,
        batch_size: int,
        *,
        mean: float = 0.0,
        std: float = 1.0,
        pad: int = 0,
        shuffle: bool = False,
        device: str | Device = CPU,
    ) -> None:
        if images.ndim != 3 or labels.shape != images.shape[:1] or len(images) == 0:
            got = f"images {images.shape}, labels {labels.shape}"
            raise ShapeError("Batches", "images (N, H, W) and labels (N,) with N >= 1", got)
        if batch_size < 1 or not std > 0 or pad < 0:
            got = f"batch_size={batch_size}, std={std}, pad={pad}"
            raise ParameterError("Batches", "batch_size >= 1, std > 0 and pad >= 0", got)
        self.images = images
        self.labels = labels
        self.batch_size = batch_size
        self.mean = mean
        self.std = std
        self.pad = pad
        self.shuffle = shuffle
        self.device = Device(device)
        # One for the images and one for the labels.
        self._staging = None if self.device == CPU else (staging(), staging())

    def __len__(self) -> int:
        return -(-len(self.images) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        count = len(self.images)
        order = default_generator().permutation(count) if self.shuffle else np.arange(count)
        for start in range(0, count, self.batch_size):
            chosen = order[start : start + self.batch_size]
            images, labels = self._images(self.images[chosen]), self.labels[chosen].astype(np.int64)
            if self._staging is not None:
                images, labels = (stage.send(part) for stage, part in zip(self._staging, (images, labels), strict=True))
            yield Tensor(images), Tensor(labels)

    def _images(self, chosen: Array) -> Array:
        count, height, width = chosen.shape
        out = np.zeros((count, 1, height + 2 * self.pad, width + 2 * self.pad), np.float32)
        out[:, 0, self.pad : self.pad + height, self.pad : self.pad + width] = chosen
        out *= np.float32(1 / (255 * self.std))
        out -= np.float32(self.mean / self.std)
        return out
