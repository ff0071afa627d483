"""What every set of digits looks like once it is in memory."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class DigitData:
    """Grey images of the digits 0 to 9 with their labels, in a training and a test part.

    Attributes
    ----------
    train_images : np.ndarray, uint8, (N, H, W)
        0 is background, 255 full ink.
    train_labels : np.ndarray, uint8, (N,)
        The digit on each image.
    test_images : np.ndarray, uint8, (M, H, W)
        Images nobody trains on.
    test_labels : np.ndarray, uint8, (M,)
        Their digits.
    name : str
        Where they come from, for reports and error messages.

    Examples
    --------
    >>> images, labels = np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8)
    >>> DigitData(images, labels, images[:1], labels[:1], "blank").train_images.shape
    (3, 28, 28)
    """

    train_images: npt.NDArray[np.uint8]
    train_labels: npt.NDArray[np.uint8]
    test_images: npt.NDArray[np.uint8]
    test_labels: npt.NDArray[np.uint8]
    name: str
