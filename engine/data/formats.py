"""Which kind of data set a file or folder is, by what is in it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.data.cifar import find_cifar10, load_cifar10
from engine.data.cifar_jpeg import PARTS as JPEG_PARTS
from engine.data.cifar_jpeg import load_cifar10_jpeg
from engine.data.idx_folder import FASHION_MNIST_CLASSES, KMNIST_CLASSES, find_parts, load_idx_folder
from engine.data.image_folder import has_image_folders, load_image_folder
from engine.data.images import ImageData
from engine.data.mnist_pickle import load_mnist_pickle
from engine.errors import DataError

PICKLE = "mnist.pkl.gz"
# IDX files say nothing of their classes; the folders that these sets usually lie in are called so.
FOLDERS_OF_IDX = {
    "mnist": ("MNIST", None),
    "fashionmnist": ("Fashion-MNIST", FASHION_MNIST_CLASSES),
    "kmnist": ("KMNIST", KMNIST_CLASSES),
}


@dataclass(frozen=True)
class Format:
    """A way in which a data set can be stored.

    Attributes
    ----------
    what : str
        What to look for, for people.
    find : callable
        Given a file or folder, returns what to load, or None if it is not of this kind.
    load : callable
        Loads what was found.
    """

    what: str
    find: Callable[[Path], Path | None]
    load: Callable[[Path], ImageData]


def _find_idx(path: Path) -> Path | None:
    # PyTorch puts them into a folder "raw".
    return next((place for place in (path, path / "raw") if any(find_parts(place).values())), None)


def _load_idx(folder: Path) -> ImageData:
    whole = folder.resolve()
    for name in (whole.name, whole.parent.name if whole.name == "raw" else ""):
        known = FOLDERS_OF_IDX.get("".join(filter(str.isalpha, name.lower())))
        if known is not None:
            title, classes = known
            return load_idx_folder(folder, title, classes) if classes else load_idx_folder(folder, title)
    return load_idx_folder(folder)


def _find_pickle(path: Path) -> Path | None:
    if path.is_file():
        return path if path.name.endswith((".pkl", ".pkl.gz")) else None
    return path / PICKLE if (path / PICKLE).is_file() else None


def _find_jpeg(path: Path) -> Path | None:
    return path if all((path / name).is_file() for name in JPEG_PARTS) else None


def _find_images(path: Path) -> Path | None:
    return path if path.is_dir() and has_image_folders(path) else None


FORMATS = (
    Format("MNIST's four IDX files", _find_idx, _load_idx),
    Format(PICKLE, _find_pickle, load_mnist_pickle),
    Format("CIFAR-10's batches or archive", find_cifar10, load_cifar10),
    Format(f"a JPEG copy of CIFAR-10 ({' and '.join(JPEG_PARTS)})", _find_jpeg, load_cifar10_jpeg),
    Format("a folder of images for each class", _find_images, load_image_folder),
)


def load_path(path: Path, names: str) -> ImageData:
    """Load the data set that a file or folder is.

    Parameters
    ----------
    path : Path
    names : str
        What else could have been meant, for the error: the names of data sets.

    Returns
    -------
    ImageData

    Raises
    ------
    DataError
        If there is nothing, or nothing known; or what is there is damaged.
    """
    for form in FORMATS:
        found = form.find(path)
        if found is not None:
            return form.load(found)
    got = "nothing of that" if path.exists() else "no such file or directory"
    expected = f"{names}, or a place with {', '.join(form.what for form in FORMATS)}"
    raise DataError(str(path), expected, got, "check the spelling, or use `--data glyphs`, which needs no files")
