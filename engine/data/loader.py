"""Batches of images, shuffled and altered anew for each pass, without a copy of the data set."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from engine.arrays import Array
from engine.data.compiled import compiled
from engine.data.prefetch import ahead
from engine.device import CPU, Device
from engine.errors import DTypeError, ParameterError, ShapeError
from engine.placement import staging
from engine.random import default_generator
from engine.tensor import Tensor

Images = npt.NDArray[np.float32]
# Alters a batch (n, C, H, W), float32 from 0 to 1; engine/data/augment has many.
Augment = Callable[[Images, np.random.Generator], Images]


class Batches:
    """Iterate over images and labels in batches of tensors.

    Parameters
    ----------
    images : ndarray (N, H, W) grey or (N, C, H, W) colour, uint8
        0 is background.
    labels : ndarray (N,), uint8 or other whole numbers
    batch_size : int
        The last batch may be smaller.
    mean, std : float or sequence of float
        Of the pixels divided by 255, for all channels or for each; they become 0 and 1.
    pad : int
        Background pixels to add on each side.
    shuffle : bool
        Whether each pass has a new order, drawn from the engine's generator.
    augment : callable, optional
        Alters the images of a batch each time anew: it is given them, float32 (n, C, H, W) from 0 to 1, and a
        generator, and returns as many, perhaps of another height and width. See :mod:`engine.data.augment`.
    prefetch : bool
        Whether a thread puts the next batch together while the last one is trained on. Batches are the same.
    device : str or Device
        Where the tensors shall be. For a CUDA device they go through pinned memory: the next batch is put
        together while the last one is copied and computed with.

    Raises
    ------
    ShapeError
        If there are not as many labels as images, or none; or means or stds for another number of channels; or if
        `augment` returns something other than as many images of as many channels.
    DTypeError
        If images are not uint8, or labels no whole numbers.
    ParameterError
        If `batch_size` or `std` is not positive, or `pad` negative.

    Notes
    -----
    Order and alterations are drawn when a pass begins, by the thread that asks for it: whoever puts the engine's
    generator back into the state it had then gets the same pass again, prefetched or not.

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
        mean: float | Sequence[float] = 0.0,
        std: float | Sequence[float] = 1.0,
        pad: int = 0,
        shuffle: bool = False,
        augment: Augment | None = None,
        prefetch: bool = False,
        device: str | Device = CPU,
    ) -> None:
        if images.ndim not in (3, 4) or labels.shape != images.shape[:1] or len(images) == 0:
            got = f"images {images.shape}, labels {labels.shape}"
            raise ShapeError("Batches", "images (N, H, W) or (N, C, H, W) and labels (N,) with N >= 1", got)
        if images.dtype != np.uint8 or not np.issubdtype(labels.dtype, np.integer):
            got = f"{images.dtype.name} images and {labels.dtype.name} labels"
            fix = "give pixels from 0 to 255, which are divided here, and numbers of classes"
            raise DTypeError("Batches", "uint8 images and labels of whole numbers", got, fix)
        channels = 1 if images.ndim == 3 else images.shape[1]
        means, stds = np.atleast_1d(mean).astype(np.float64), np.atleast_1d(std).astype(np.float64)
        if any(numbers.shape not in ((1,), (channels,)) for numbers in (means, stds)):
            got = f"mean={mean}, std={std}"
            raise ShapeError("Batches", f"mean and std as one number or one for each of {channels} channels", got)
        if batch_size < 1 or not np.all(stds > 0) or pad < 0:
            got = f"batch_size={batch_size}, std={std}, pad={pad}"
            raise ParameterError("Batches", "batch_size >= 1, std > 0 and pad >= 0", got)
        self.images = images
        self.labels = labels
        self.batch_size = batch_size
        self.mean = mean
        self.std = std
        self.pad = pad
        self.shuffle = shuffle
        self.augment = augment
        self.prefetch = prefetch
        self.device = Device(device)
        self._scale = np.broadcast_to(1 / stds, channels).astype(np.float32)
        self._offset = np.broadcast_to(means / stds, channels).astype(np.float32)
        # One for the images and one for the labels.
        self._staging = None if self.device == CPU else (staging(), staging())

    def __len__(self) -> int:
        return -(-len(self.images) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        count, generator = len(self.images), default_generator()
        order = generator.permutation(count) if self.shuffle else np.arange(count)
        # Numbers, not a child of the generator: how many children it has had is not part of its saved state.
        entropy = [] if self.augment is None else generator.integers(1 << 32, size=4, dtype=np.uint32).tolist()

        def make(number: int) -> tuple[Array, Array]:
            chosen = order[number * self.batch_size : (number + 1) * self.batch_size]
            return self._assemble(chosen, entropy, number), self.labels[chosen].astype(np.int64)

        return self._tensors(ahead(make, len(self)) if self.prefetch else map(make, range(len(self))))

    def _tensors(self, batches: Iterator[tuple[Array, Array]]) -> Iterator[tuple[Tensor, Tensor]]:
        for images, labels in batches:
            if self._staging is None:
                yield Tensor(images), Tensor(labels)
            else:
                to_images, to_labels = self._staging
                yield Tensor(to_images.send(images)), Tensor(to_labels.send(labels))

    def _assemble(self, chosen: Array, entropy: list[int], number: int) -> Images:
        stored = self.images[:, None] if self.images.ndim == 3 else self.images
        if self.augment is None:
            return self._gather(stored, chosen, self._scale / np.float32(255), self._offset, self.pad)
        channels = stored.shape[1]
        plain = self._gather(
            stored, chosen, np.full(channels, 1 / 255, np.float32), np.zeros(channels, np.float32), pad=0
        )
        # A generator for each batch: what it draws does not depend on the batches before it.
        seed = np.random.SeedSequence(entropy, spawn_key=(number,))
        altered = self.augment(plain, np.random.default_rng(seed))
        if altered.ndim != 4 or altered.shape[:2] != plain.shape[:2] or altered.dtype != np.float32:
            expected = f"augment to return float32 {plain.shape[:2]} images of any height and width"
            raise ShapeError("Batches", expected, f"{altered.dtype.name} {altered.shape}")
        return self._gather(altered, np.arange(len(altered)), self._scale, self._offset, self.pad)

    def _gather(self, images: Array, chosen: Array, scale: Images, offset: Images, pad: int) -> Images:
        height, width = images.shape[2] + 2 * pad, images.shape[3] + 2 * pad
        out = np.empty((len(chosen), images.shape[1], height, width), np.float32)
        compiled("assembly").gather(out, images, chosen, scale, offset, pad)
        return out
