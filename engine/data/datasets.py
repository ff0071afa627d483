"""The data sets that have a name: one table, from which the command's help and `load` take them."""

import importlib
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from engine.data.cifar import find_cifar10, load_cifar10
from engine.data.formats import load_path
from engine.data.glyphs import load_glyphs
from engine.data.idx_folder import FASHION_MNIST_CLASSES, KMNIST_CLASSES, find_parts, load_idx_folder
from engine.data.images import ImageData
from engine.data.sources import CIFAR10_FILES, FASHION_MNIST_FILES, KMNIST_FILES, MNIST_FILES, RemoteFile


def _cached(
    name: str,
    files: Sequence[RemoteFile],
    find: Callable[[Path], Path | None],
    read: Callable[[Path], ImageData],
) -> ImageData:
    # Imported when it is needed: what shows progress and holds locks is nothing to those who bring their files.
    loaded: ImageData = importlib.import_module("engine.data.cache").load_cached(name, files, find, read)
    return loaded


def _complete_idx(folder: Path) -> Path | None:
    return folder if all(find_parts(folder).values()) else None


# The default: it needs neither files nor a network.
GLYPHS = "glyphs"

DATASETS: dict[str, Callable[[], ImageData]] = {
    GLYPHS: load_glyphs,
    "mnist": partial(_cached, "mnist", MNIST_FILES, _complete_idx, partial(load_idx_folder, name="MNIST")),
    "fashion-mnist": partial(
        _cached,
        "fashion-mnist",
        FASHION_MNIST_FILES,
        _complete_idx,
        partial(load_idx_folder, name="Fashion-MNIST", classes=FASHION_MNIST_CLASSES),
    ),
    "kmnist": partial(
        _cached,
        "kmnist",
        KMNIST_FILES,
        _complete_idx,
        partial(load_idx_folder, name="KMNIST", classes=KMNIST_CLASSES),
    ),
    "cifar10": partial(_cached, "cifar10", CIFAR10_FILES, find_cifar10, load_cifar10),
}


def load(name_or_path: str | os.PathLike[str]) -> ImageData:
    """Load a data set by its name, or the one that a file or folder is.

    Parameters
    ----------
    name_or_path : str or path-like
        A name in ``DATASETS``: "glyphs" are drawn; the others are looked for in the folder that BYHAND_DATA names
        (or in the user's cache) and downloaded into it if they are not there. Or a path: a folder with MNIST's
        four files, ``mnist.pkl.gz``, CIFAR-10 in any version, or a folder of images for each class. A folder that
        is called like a data set is named by ``./mnist``.

    Returns
    -------
    ImageData

    Raises
    ------
    DataError
        If there is no such name or place, or the data can be neither found nor downloaded, or are damaged.

    Examples
    --------
    >>> list(DATASETS)
    ['glyphs', 'mnist', 'fashion-mnist', 'kmnist', 'cifar10']
    >>> load("glyphs").test_images.shape
    (2000, 28, 28)
    """
    name = os.fspath(name_or_path)
    known = DATASETS.get(name)
    return known() if known is not None else load_path(Path(name), f"a name ({', '.join(DATASETS)})")
