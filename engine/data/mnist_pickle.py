"""MNIST as ``mnist.pkl.gz``: the file of Theano's tutorials and of many books after them.

A pickle that Python 2 wrote: three pairs of images and labels, for training, validation and test. The pixels were
divided by 256.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.images import DIGITS, ImageData
from engine.data.pickles import Stored, read_pickle
from engine.data.streams import AGAIN, opened
from engine.errors import DataError

SIDE = 28
# 70,000 images of 784 float32 and their labels are 220 MB.
MOST_BYTES = 256 << 20
# Other copies of the file have pixels that were divided by 255.
LEVELS = (256, 255)
CHUNK = 1000


def load_mnist_pickle(path: str | os.PathLike[str]) -> ImageData:
    """Load ``mnist.pkl.gz``, without running what a pickle could make Python run.

    Parameters
    ----------
    path : str or path-like
        The file, gzip or unpacked.

    Returns
    -------
    ImageData
        The file's training and validation images, 60,000 of them, are the training part; uint8 (N, 28, 28).

    Raises
    ------
    DataError
        If the file is missing or damaged, or holds something else.

    Examples
    --------
    >>> import pickle, tempfile
    >>> pair = np.full((2, 784), 0.25, np.float32), np.array([3, 1])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "mnist.pkl")
    ...     _ = file.write_bytes(pickle.dumps((pair, pair, pair), protocol=2))
    ...     data = load_mnist_pickle(file)
    >>> data.train_images.shape, data.train_images.max(), data.test_labels
    ((4, 28, 28), np.uint8(64), array([3, 1], dtype=uint8))
    """
    path = Path(path)
    with opened(path, "mnist.pkl.gz") as (stream, _):
        content = read_pickle(stream, str(path), MOST_BYTES)
    try:
        # Counted first: a list may name one pair any number of times.
        if not isinstance(content, tuple | list) or len(content) != 3:
            raise ValueError("not three")
        train, validation, test = [(_pixels(images), _digits(labels)) for images, labels in content]
    except (TypeError, ValueError):
        expected = "three pairs of images (N, 784), float from 0 to 1, and labels (N,), int from 0 to 9"
        raise DataError(str(path), expected, "something else", AGAIN) from None
    counts = [(len(images), len(labels)) for images, labels in (train, validation, test)]
    if any(images != labels for images, labels in counts) or not counts[0][0] + counts[1][0] or not counts[2][0]:
        expected = "as many labels as images in each pair, and some to train on and to test"
        got = ", ".join(f"{images:,} images and {labels:,} labels" for images, labels in counts)
        raise DataError(str(path), expected, got, AGAIN)
    images, labels = (np.concatenate(parts) for parts in zip(train, validation, strict=True))
    return ImageData(images, labels, *test, name="MNIST")


def _pixels(stored: Any) -> npt.NDArray[np.uint8]:
    """Return the pixels as they were before they were divided."""
    images = _array(stored, "f")
    out = np.empty((len(images), SIDE * SIDE), np.uint8)
    if images.shape != out.shape:
        raise ValueError("not 28x28")
    for levels in LEVELS:
        if all(_undivided(out[i : i + CHUNK], images[i : i + CHUNK], levels) for i in range(0, len(images), CHUNK)):
            return out.reshape(-1, SIDE, SIDE)
    raise ValueError("no whole levels of grey")


def _undivided(out: npt.NDArray[np.uint8], images: npt.NDArray[Any], levels: int) -> bool:
    """Write the whole numbers that were divided; tell whether there are such."""
    scaled = images * np.float64(levels)
    whole = np.rint(scaled)
    right = bool(np.all((whole >= 0) & (whole <= 255) & (np.abs(scaled - whole) < 1e-3)))  # False also for NaN
    if right:
        out[...] = whole
    return right


def _digits(stored: Any) -> npt.NDArray[np.uint8]:
    labels = _array(stored, "iu")
    if labels.ndim != 1 or np.any(labels < 0) or np.any(labels >= len(DIGITS)):
        raise ValueError("no digits")
    return labels.astype(np.uint8)


def _array(stored: Any, kinds: str) -> npt.NDArray[Any]:
    if not isinstance(stored, Stored) or stored.array is None or stored.array.dtype.kind not in kinds:
        raise TypeError("no array of these elements")
    return stored.array
