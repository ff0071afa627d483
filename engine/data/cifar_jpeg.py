"""CIFAR-10 from a copy whose images went through JPEG: small enough to be handed around, slightly lossy.

``train.npz`` and ``test.npz`` hold all JPEG files end to end (``jpeg``), where each begins (``offsets``, one more
than there are images) and the labels (``labels``).
"""

import io
import os
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.data.cifar import CHANNELS, CIFAR10_CLASSES, SIDE
from engine.data.images import ImageData
from engine.data.streams import AGAIN
from engine.errors import DataError

PARTS = ("train.npz", "test.npz")
ARRAYS = {"jpeg": "uint8", "offsets": "int64", "labels": "uint8"}
# 50,000 images are some 60 MB.
MOST_BYTES = 256 << 20

Pixels = npt.NDArray[np.uint8]


def load_cifar10_jpeg(directory: str | os.PathLike[str]) -> ImageData:
    """Load the JPEG copy of CIFAR-10; its name says so, and reports with it.

    Parameters
    ----------
    directory : str or path-like
        The folder with ``train.npz`` and ``test.npz``.

    Returns
    -------
    ImageData
        Images uint8 (N, 3, 32, 32), named "CIFAR-10 (JPEG copy)".

    Raises
    ------
    DataError
        If a file is missing, damaged, or holds something else.

    Examples
    --------
    >>> import tempfile
    >>> file = io.BytesIO()
    >>> Image.new("RGB", (SIDE, SIDE), "red").save(file, "JPEG")
    >>> one = {"jpeg": np.frombuffer(file.getvalue(), np.uint8), "labels": np.array([1], np.uint8)}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in PARTS:
    ...         np.savez(Path(folder, name), offsets=[0, len(one["jpeg"])], **one)
    ...     data = load_cifar10_jpeg(folder)
    >>> data.name, data.train_images.shape
    ('CIFAR-10 (JPEG copy)', (1, 3, 32, 32))
    """
    train, test = (_read_part(Path(directory, name)) for name in PARTS)
    return ImageData(*train, *test, name="CIFAR-10 (JPEG copy)", classes=CIFAR10_CLASSES)


def _read_part(path: Path) -> tuple[Pixels, Pixels]:
    arrays = _arrays(path)
    jpeg, offsets, labels = (arrays[name] for name in ARRAYS)
    in_order = offsets.shape == (len(labels) + 1,) and len(labels) > 0 and bool(np.all(np.diff(offsets) >= 0))
    if not in_order or offsets[0] < 0 or offsets[-1] > len(jpeg):
        raise DataError(str(path), "as many offsets as labels and one more, rising, within jpeg", "others", AGAIN)
    if labels.max() >= len(CIFAR10_CLASSES):
        raise DataError(str(path), f"labels 0 to {len(CIFAR10_CLASSES) - 1}", str(labels.max()), AGAIN)
    images = np.empty((len(labels), CHANNELS, SIDE, SIDE), np.uint8)
    for i in range(len(labels)):
        images[i] = _decoded(jpeg[offsets[i] : offsets[i + 1]].tobytes(), f"{path}, image {i}")
    return images, labels


def _decoded(content: bytes, who: str) -> Pixels:
    """Return the pixels of a JPEG file, (3, 32, 32)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # any other size is refused below
            opened = Image.open(io.BytesIO(content), formats=("JPEG",))
        with opened as image:
            if image.size != (SIDE, SIDE):
                got = f"one of {image.width}x{image.height}"
                raise DataError(who, f"a JPEG file of {SIDE}x{SIDE} pixels", got, AGAIN)
            return np.asarray(image.convert("RGB")).transpose(2, 0, 1)
    except DataError:
        raise
    # Pillow raises whatever the damage leads to (engine/data/image_file.py).
    except Exception as error:
        raise DataError(who, "an intact JPEG file", "a damaged one", AGAIN) from error


def _arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Read the arrays, which must have one axis each; no pickles, and nothing larger than what is there."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            if size > MOST_BYTES:
                raise DataError(str(path), f"at most {MOST_BYTES:,} bytes when unpacked", f"{size:,}", AGAIN)
            return {name: _array(archive, name, path) for name in ARRAYS}
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError(str(path), f"a folder with {' and '.join(PARTS)}", "no such file", "check the path") from None
    # Damage reaches zlib, Python's parser, which reads headers, and zipfile, for which a flipped bit is a password.
    except Exception as error:
        expected = f"an .npz file with {', '.join(ARRAYS)}"
        raise DataError(str(path), expected, f"another or a damaged one ({error})", AGAIN) from error


def _array(archive: zipfile.ZipFile, name: str, path: Path) -> npt.NDArray[Any]:
    """Read one array. NumPy's own reader sets memory aside for as many elements as a header claims."""
    size = archive.getinfo(f"{name}.npy").file_size
    with archive.open(f"{name}.npy") as stream:
        version = np.lib.format.read_magic(stream)
        if version != (1, 0):
            raise ValueError(f"version {version} of NumPy's format")
        shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
        if dtype.name != ARRAYS[name] or len(shape) != 1:
            got = f"{dtype.name} {shape}"
            raise DataError(str(path), f"{name} {ARRAYS[name]} of one axis", got, AGAIN)
        held = size - stream.tell()
        if shape[0] * dtype.itemsize != held:
            raise ValueError(f"{name}: {held:,} bytes for {shape[0]:,} elements {dtype.name}")
        return np.frombuffer(stream.read(), dtype)
