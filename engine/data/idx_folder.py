"""MNIST's four IDX files in a folder, and those of the sets that are stored like it."""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.data.idx import read_idx
from engine.data.images import DIGITS, ImageData
from engine.data.streams import AGAIN
from engine.errors import DataError

FASHION_MNIST_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
KMNIST_CLASSES = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")

PARTS = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def find_parts(folder: Path) -> dict[str, Path | None]:
    """Find each of the four files, None where there is none.

    Parameters
    ----------
    folder : Path
    """
    return {part: _find(folder, part) for part in PARTS}


def load_idx_folder(
    directory: str | os.PathLike[str], name: str | None = None, classes: tuple[str, ...] = DIGITS
) -> ImageData:
    """Load a folder with MNIST's four files, or another set of grey images stored the same way.

    Each file may be plain or gzip (``….gz``), and spelled with a dot (``train-images.idx3-ubyte``).

    Parameters
    ----------
    directory : str or path-like
        The folder.
    name : str, optional
        What to call the set; the folder's name unless given.
    classes : tuple of str
        The files do not name them: the ten digits, or for example ``FASHION_MNIST_CLASSES``.

    Returns
    -------
    ImageData
        Images (N, H, W) and labels (N,), uint8.

    Raises
    ------
    DataError
        If a file is missing or damaged, holds no images, or something other than uint8 images or labels
        of these classes, or does not go with its neighbour.

    See Also
    --------
    engine.data.glyphs.load_glyphs : digits that need no files.

    Examples
    --------
    >>> import tempfile
    >>> from engine.data.idx import write_idx
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for part in ("train", "t10k"):
    ...         write_idx(Path(folder, f"{part}-images-idx3-ubyte.gz"), np.zeros((5, 28, 28), np.uint8))
    ...         write_idx(Path(folder, f"{part}-labels-idx1-ubyte.gz"), np.arange(5, dtype=np.uint8))
    ...     load_idx_folder(folder).train_labels
    array([0, 1, 2, 3, 4], dtype=uint8)
    """
    folder = Path(directory)
    found = find_parts(folder)
    missing = [part for part, file in found.items() if file is None]
    if missing:
        got = "no such directory" if not folder.is_dir() else f"no {', no '.join(missing)}"
        raise DataError(
            str(folder),
            f"a directory with {', '.join(PARTS)} (each also with .gz, or .idx instead of -idx)",
            got,
            "point --data at the directory that holds them, or use `--data glyphs`, which needs no files",
        )
    files = [file for file in found.values() if file is not None]
    train_images, train_labels = _read_pair(files[0], files[1], classes)
    test_images, test_labels = _read_pair(files[2], files[3], classes)
    if train_images.shape[1:] != test_images.shape[1:]:
        raise DataError(
            f"{files[0]} and {files[2]}",
            "images of one size",
            f"{train_images.shape[1:]} and {test_images.shape[1:]}",
            "take both from the same set",
        )
    return ImageData(train_images, train_labels, test_images, test_labels, name or folder.resolve().name, classes)


def _find(folder: Path, part: str) -> Path | None:
    names = (stem + suffix for stem in (part, part.replace("-idx", ".idx")) for suffix in ("", ".gz"))
    # is_file, because one well-known archive unpacks to directories of exactly these names
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _read_pair(
    images_file: Path, labels_file: Path, classes: tuple[str, ...]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Read the images and the labels that belong together, and check that they do."""
    images, labels = read_idx(images_file), read_idx(labels_file)
    for file, array, axes, what in (
        (images_file, images, 3, "images, uint8 (N, H, W)"),
        (labels_file, labels, 1, "labels, uint8 (N,)"),
    ):
        if array.ndim != axes or array.dtype != np.uint8:
            raise DataError(str(file), what, f"{array.dtype.name} {array.shape}", "are two files swapped?")
    if len(images) != len(labels):
        raise DataError(
            f"{images_file} and {labels_file}",
            "as many images as labels",
            f"{len(images):,} images and {len(labels):,} labels",
            "take both from the same set",
        )
    if not images.size:
        raise DataError(str(images_file), "images, N, H and W at least 1", str(images.shape), AGAIN)
    beyond = labels >= len(classes)
    if np.any(beyond):
        worst = int(np.argmax(beyond))
        got, fix = f"{labels[worst]} at index {worst}", f"use a set of {len(classes)} classes"
        raise DataError(str(labels_file), f"labels 0 to {len(classes) - 1}", got, fix)
    return images, labels
