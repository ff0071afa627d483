"""Folders of images: one folder for each class.

Either ``train/`` and ``test/`` with the classes' folders in each, or the classes' folders alone, of which a share
is kept for testing: those that come first by a checksum of seed, class and name. Images that are added later
leave the order of the others as it is.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from engine.data.image_file import COLOUR, GREY, MODES, opened_image
from engine.data.images import ImageData
from engine.errors import DataError, ParameterError

SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"}
PARTS = ("train", "test")
SWAPPED = {5, 6, 7, 8}  # values of EXIF's orientation by which height and width change places
ORIENTATION = 0x0112

LARGEST_SIDE = 256  # unless a size is asked for
MOST_BYTES = 4 << 30  # of all images together, in memory
MOST_CLASSES = 256
TEST_SHARE = 0.2
SHOWN = 5

Pixels = npt.NDArray[np.uint8]
Size = tuple[int, int]


def load_image_folder(
    directory: str | os.PathLike[str],
    size: Size | None = None,
    mode: str | None = None,
    test_share: float = TEST_SHARE,
    seed: int = 0,
) -> ImageData:
    """Load images whose classes are the names of the folders they are in.

    Parameters
    ----------
    directory : str or path-like
        A folder with ``train/`` and ``test/``, which have a folder for each class; or one with a folder for each
        class. Files that are no images by their name's ending are passed over.
    size : (int, int), optional
        Height and width. Images of another size are scaled and cut to it from their middle. Unless given, the
        size that most images have, scaled down to at most 256 pixels on the longer side.
    mode : {"L", "RGB"}, optional
        Grey or colour. Unless given, grey if all images are.
    test_share : float
        Share of each class that is for testing, where there is no ``test/``.
    seed : int
        Another seed chooses other images for testing.

    Returns
    -------
    ImageData
        Images uint8 (N, H, W), or (N, 3, H, W) in colour; its name is the folder's.

    Raises
    ------
    DataError
        If there is no such folder, or ``train/`` without ``test/``, or classes of training and test part differ, or
        a class has no images, or a file is damaged or unreasonably large (the file is named), or all together would
        fill the memory.
    ParameterError
        If a setting has a value that cannot work.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("cat", "dog"):
    ...         Path(folder, name).mkdir()
    ...         for number in range(5):
    ...             Image.new("RGB", (12, 8)).save(Path(folder, name, f"{number}.png"))
    ...     data = load_image_folder(folder)
    >>> data.classes, data.train_images.shape, data.test_labels
    (('cat', 'dog'), (8, 3, 8, 12), array([0, 1], dtype=uint8))
    """
    if mode not in (None, GREY, COLOUR):
        raise ParameterError("load_image_folder", f'mode "{GREY}" or "{COLOUR}"', repr(mode))
    if (size is not None and min(size) < 1) or not 0 < test_share < 1 or seed < 0:
        got = f"size={size}, test_share={test_share}, seed={seed}"
        raise ParameterError("load_image_folder", "a size of at least 1, 0 < test_share < 1, seed >= 0", got)
    folder = Path(directory)
    if not folder.is_dir():
        got = "a file" if folder.exists() else "no such directory"
        raise DataError(str(folder), "a folder with a folder of images for each class", got, "check the path")
    classes, train, test = _found(folder, test_share, seed)
    every = [file for part in (train, test) for files in part for file in files]
    headers = [_header(file) for file in every]
    mode = mode or (GREY if all(kind == GREY for _, kind in headers) else COLOUR)
    if size is None:
        size = _shrunk(Counter(found for found, _ in headers).most_common(1)[0][0])
    needed = len(every) * size[0] * size[1] * (3 if mode == COLOUR else 1)
    if needed > MOST_BYTES:
        got = f"{needed:,} bytes for {len(every):,} images of {size[0]}x{size[1]}"
        raise DataError(str(folder), f"at most {MOST_BYTES:,} bytes of pixels", got, "scale them down or use fewer")
    return ImageData(*_read(train, size, mode), *_read(test, size, mode), folder.resolve().name, classes)


def has_image_folders(path: Path) -> bool:
    """Tell whether there is a folder here with images in folders.

    Parameters
    ----------
    path : Path
    """
    places = [path / "train", path]
    return any(_images(folder) for place in places if place.is_dir() for folder in _folders(place))


def _folders(folder: Path) -> list[Path]:
    return sorted(inner for inner in folder.iterdir() if inner.is_dir() and not inner.name.startswith("."))


def _images(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file()
    )


def _found(folder: Path, test_share: float, seed: int) -> tuple[tuple[str, ...], list[list[Path]], list[list[Path]]]:
    """Return the names of the classes, and each one's files for training and for testing."""
    train, test = (folder / part for part in PARTS)
    parted = train.is_dir() and test.is_dir()
    # A class may be called train: then it has images itself.
    if train.is_dir() and not parted and not _images(train) and any(_images(inner) for inner in _folders(train)):
        fix = "rename the folder to test on to test/, or name train/ itself, of which a share is kept for testing"
        raise DataError(str(folder), "train/ and test/", "train/ and no test/", fix)
    places = [train, test] if parted else [folder]
    named = [{inner.name: _images(inner) for inner in _folders(place)} for place in places]
    for place, files in zip(places, named, strict=True):
        empty = [name for name, images in files.items() if not images]
        if empty or not files:
            got = f"none in {', '.join(empty[:SHOWN])}" if empty else "no folders"
            expected = "a folder for each class with images in it"
            raise DataError(str(place), expected, got, f"images end in {', '.join(sorted(SUFFIXES))}")
    classes = tuple(named[0])
    if len(classes) > MOST_CLASSES:
        raise DataError(str(folder), f"at most {MOST_CLASSES} classes", f"{len(classes)} folders", "use fewer")
    if parted:
        differing = sorted(named[0].keys() ^ named[1].keys())
        if differing:
            got = f"{', '.join(differing[:SHOWN])} in one of them alone"
            raise DataError(str(folder), "the same classes in train/ and test/", got, "rename or remove those folders")
        return classes, list(named[0].values()), list(named[1].values())
    split = [_split(name, files, folder, test_share, seed) for name, files in named[0].items()]
    return classes, [kept for kept, _ in split], [tested for _, tested in split]


def _split(
    name: str, files: Sequence[Path], folder: Path, test_share: float, seed: int
) -> tuple[list[Path], list[Path]]:
    """Part a class's files: those whose names have the smallest checksums with the seed are for testing."""
    if len(files) < 2:
        fix = "add images, or make train/ and test/ yourself"
        raise DataError(str(folder / name), "at least 2 images, one to train on and one to test", "1", fix)
    ranked = sorted(files, key=lambda file: hashlib.sha256(f"{seed}/{name}/{file.name}".encode()).digest())
    count = min(max(1, round(test_share * len(files))), len(files) - 1)
    return sorted(ranked[count:]), sorted(ranked[:count])


def _header(file: Path) -> tuple[Size, str]:
    """Return height and width as they are seen, and whether the image is grey or in colour."""
    with opened_image(file) as image:
        # Asked for its EXIF data without cause, a PNG is read to its end.
        noted = "exif" in image.info or image.format == "TIFF"
        turned = noted and image.getexif().get(ORIENTATION) in SWAPPED
        size = (image.width, image.height) if turned else (image.height, image.width)
        return size, MODES[image.mode]


def _shrunk(size: Size) -> Size:
    longer = max(size)
    if longer <= LARGEST_SIDE:
        return size
    height, width = (max(1, round(side * LARGEST_SIDE / longer)) for side in size)
    return height, width


def _read(classes: Sequence[Sequence[Path]], size: Size, mode: str) -> tuple[Pixels, Pixels]:
    """Read the images of all classes; labels are the classes' numbers."""
    labels = np.repeat(np.arange(len(classes), dtype=np.uint8), [len(files) for files in classes])
    images = np.empty((len(labels), *((3,) if mode == COLOUR else ()), *size), np.uint8)
    for i, file in enumerate(file for files in classes for file in files):
        images[i] = _pixels(file, size, mode)
    return images, labels


def _pixels(file: Path, size: Size, mode: str) -> Pixels:
    """Read one image, turned as its EXIF data say; what is transparent becomes black."""
    height, width = size
    with opened_image(file) as image:
        upright = ImageOps.exif_transpose(image)
        if upright.mode in ("LA", "PA", "RGBA") or "transparency" in upright.info:
            shown = upright.convert("RGBA")
            upright = Image.alpha_composite(Image.new("RGBA", shown.size, (0, 0, 0, 255)), shown)
        fitted = upright.convert(mode)
        if fitted.size != (width, height):
            fitted = ImageOps.fit(fitted, (width, height), Image.Resampling.BILINEAR)
        pixels = np.asarray(fitted)
    return pixels.transpose(2, 0, 1) if mode == COLOUR else pixels
