"""What every set of images looks like once it is in memory."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.errors import DTypeError, ShapeError

DIGITS = tuple("0123456789")

# Images whose pixels are counted at a time: NumPy makes eight bytes of each pixel to count it.
COUNTED = 4096


@dataclass(frozen=True, eq=False)
class ImageData:
    """Images with their labels, in a training and a test part.

    Attributes
    ----------
    train_images : np.ndarray, uint8, (N, H, W) grey or (N, C, H, W) colour
        0 is background or black, 255 full ink or light.
    train_labels : np.ndarray, uint8, (N,)
        The number of each image's class.
    test_images : np.ndarray, uint8, (M, H, W) or (M, C, H, W)
        Images nobody trains on.
    test_labels : np.ndarray, uint8, (M,)
        Their classes.
    name : str
        Where they come from, for reports and error messages.
    classes : tuple of str
        What the classes are called; the ten digits unless said otherwise.

    Raises
    ------
    ShapeError
        If images have other axes than these or there are none, or not as many labels, or a label has no class.
    DTypeError
        If an array is not uint8.

    Examples
    --------
    >>> images, labels = np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8)
    >>> data = ImageData(images, labels, images[:1], labels[:1], "blank")
    >>> data.train_images.shape, data.channels, len(data.classes)
    ((3, 28, 28), 1, 10)
    """

    train_images: npt.NDArray[np.uint8]
    train_labels: npt.NDArray[np.uint8]
    test_images: npt.NDArray[np.uint8]
    test_labels: npt.NDArray[np.uint8]
    name: str
    classes: tuple[str, ...] = DIGITS

    def __post_init__(self) -> None:
        for part in ("train", "test"):
            images, labels = vars(self)[f"{part}_images"], vars(self)[f"{part}_labels"]
            who = f"{self.name}, {part} images"
            if images.dtype != np.uint8 or labels.dtype != np.uint8:
                raise DTypeError(who, "uint8 images and labels", f"{images.dtype.name} and {labels.dtype.name}")
            if images.ndim not in (3, 4) or labels.shape != images.shape[:1] or images.size == 0:
                got = f"images {images.shape}, labels {labels.shape}"
                raise ShapeError(who, "images (N, H, W) or (N, C, H, W) and labels (N,), none of them 0", got)
            if labels.max() >= len(self.classes):
                raise ShapeError(who, f"labels below {len(self.classes)}, the number of classes", str(labels.max()))

    @property
    def channels(self) -> int:
        """Numbers for each pixel: 1 if grey, 3 if colour."""
        return 1 if self.train_images.ndim == 3 else int(self.train_images.shape[1])

    def hold_out(self, count: int) -> "ImageData":
        """Return the training part alone, its last images for testing: to choose settings by.

        Parameters
        ----------
        count : int
            Images to hold out.

        Raises
        ------
        ShapeError
            If no image would be left on one of the sides.

        Examples
        --------
        >>> images, labels = np.zeros((5, 2, 2), np.uint8), np.zeros(5, np.uint8)
        >>> held = ImageData(images, labels, images, labels, "blank").hold_out(2)
        >>> len(held.train_images), len(held.test_images), held.name
        (3, 2, 'blank, the last 2 training images held out')
        """
        if not 0 < count < len(self.train_images):
            raise ShapeError("hold_out", f"from 1 to {len(self.train_images) - 1} images", str(count))
        parts = (self.train_images[:-count], self.train_labels[:-count])
        held = (self.train_images[-count:], self.train_labels[-count:])
        name = f"{self.name}, the last {count:,} training images held out"
        return ImageData(*parts, *held, name, self.classes)

    def mean_std(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return mean and standard deviation of the training pixels divided by 255, for each channel.

        Returns
        -------
        mean, std : tuple of float
            As many as there are channels; what :class:`engine.data.Batches` takes. A channel that is the same
            everywhere has a std of 1, so that it can be divided by.

        Examples
        --------
        >>> images = np.array([[[0, 255], [255, 0]]], np.uint8)
        >>> ImageData(images, np.zeros(1, np.uint8), images, np.zeros(1, np.uint8), "four pixels").mean_std()
        ((0.5,), (0.5,))
        """
        count, height, width = len(self.train_images), *self.train_images.shape[-2:]
        planes = self.train_images.reshape(count, self.channels, height * width)
        levels, means, stds = np.arange(256) / 255, [], []
        for channel in range(self.channels):
            often = np.zeros(256, np.int64)
            for first in range(0, count, COUNTED):
                often += np.bincount(planes[first : first + COUNTED, channel].ravel(), minlength=256)
            share = often / often.sum()
            mean = float(levels @ share)
            means.append(mean)
            stds.append(float(np.sqrt((levels - mean) ** 2 @ share)) or 1.0)
        return tuple(means), tuple(stds)
