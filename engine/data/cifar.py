"""CIFAR-10 as its authors give it out: the binary version and the Python version, unpacked or in their archives.

The binary version is records of a label and 3072 pixels, red, green and blue one after the other. The Python
version is pickles that Python 2 wrote; they are read without unpickling (engine/data/pickles.py). Archives are read
as they stream by: nothing in them is written anywhere.
"""

import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

from engine.data.images import ImageData
from engine.data.pickles import Stored, read_pickle
from engine.data.streams import AGAIN, Bounded, opened
from engine.errors import DataError

CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

CHANNELS, SIDE = 3, 32
PIXELS = CHANNELS * SIDE * SIDE
RECORD = 1 + PIXELS

TRAIN, TEST = tuple(f"data_batch_{number}" for number in range(1, 6)), "test_batch"
BINARY = ".bin"
FOLDERS = ("cifar-10-batches-bin", "cifar-10-batches-py")
ARCHIVES = ("cifar-10-binary.tar.gz", "cifar-10-python.tar.gz")

# A batch of 10,000 images has 31 MB; the archives, unpacked, have 185 MB and nine files.
MOST_BATCH_BYTES, MOST_ARCHIVE_BYTES, MOST_MEMBERS = 64 << 20, 512 << 20, 100

Pixels = npt.NDArray[np.uint8]
Batch = tuple[Pixels, Pixels]


def find_cifar10(path: Path) -> Path | None:
    """Find CIFAR-10 at or in a place: the folder with its six batches, or an archive; None if it is not there.

    Parameters
    ----------
    path : Path
    """
    if path.is_file():
        return path if path.name in ARCHIVES else None
    for folder in (path, *(path / name for name in FOLDERS)):
        for suffix in (BINARY, ""):
            if all((folder / f"{name}{suffix}").is_file() for name in (*TRAIN, TEST)):
                return folder
    return next((path / name for name in ARCHIVES if (path / name).is_file()), None)


def load_cifar10(path: str | os.PathLike[str]) -> ImageData:
    """Load CIFAR-10: 50,000 training and 10,000 test images of ten classes of things.

    Parameters
    ----------
    path : str or path-like
        ``cifar-10-batches-bin`` or ``cifar-10-batches-py``, or one of the two archives, ``cifar-10-binary.tar.gz``
        or ``cifar-10-python.tar.gz``; or a folder with one of these in it.

    Returns
    -------
    ImageData
        Images uint8 (N, 3, 32, 32).

    Raises
    ------
    DataError
        If a batch is missing, damaged, or holds something else.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in (*TRAIN, TEST):
    ...         _ = Path(folder, f"{name}.bin").write_bytes(bytes([3]) + bytes(PIXELS))
    ...     data = load_cifar10(folder)
    >>> data.train_images.shape, data.classes[data.test_labels[0]]
    ((5, 3, 32, 32), 'cat')
    """
    path = Path(path)
    found = find_cifar10(path)
    if found is None:
        got = "something else" if path.exists() else "no such file or directory"
        expected = f"one of {', '.join((*FOLDERS, *ARCHIVES))}"
        raise DataError(str(path), expected, got, "point --data at it, or use `--data glyphs`, which needs no files")
    batches = dict(_from_folder(found) if found.is_dir() else _from_archive(found))
    missing = [name for name in (*TRAIN, TEST) if name not in batches]
    if missing:
        raise DataError(str(found), "five batches to train on and one to test", f"no {', no '.join(missing)}", AGAIN)
    images, labels = (np.concatenate(parts) for parts in zip(*(batches[name] for name in TRAIN), strict=True))
    return ImageData(images, labels, *batches[TEST], name="CIFAR-10", classes=CIFAR10_CLASSES)


def _from_folder(folder: Path) -> Iterator[tuple[str, Batch]]:
    suffix = BINARY if (folder / f"{TEST}{BINARY}").is_file() else ""
    for name in (*TRAIN, TEST):
        file = folder / f"{name}{suffix}"
        with opened(file, "a batch of CIFAR-10") as (stream, _):
            yield name, _read_batch(stream, file.name, str(file))


def _from_archive(archive: Path) -> Iterator[tuple[str, Batch]]:
    with _streamed(archive) as members:
        for number, member in enumerate(members):
            if number == MOST_MEMBERS:
                raise DataError(str(archive), f"at most {MOST_MEMBERS} files in it", "more", AGAIN)
            file = Path(member.name)
            stem = file.name.removesuffix(BINARY)
            if member.isfile() and stem in (*TRAIN, TEST):
                stream = members.extractfile(member)
                yield stem, _read_batch(cast(BinaryIO, stream), file.name, f"{archive}, {member.name}")


@contextmanager
def _streamed(archive: Path) -> Iterator[tarfile.TarFile]:
    with opened(archive, "an archive of CIFAR-10") as (stream, _):
        try:
            # "r|": from front to back, once, so that what is skipped is never kept.
            bounded = cast(BinaryIO, Bounded(stream, MOST_ARCHIVE_BYTES, str(archive)))
            with tarfile.open(fileobj=bounded, mode="r|") as members:
                yield members
        except DataError:
            raise
        # A name that belongs to a name is read within the reading of the first; a number may be none.
        except (tarfile.TarError, RecursionError, ValueError) as error:
            raise DataError(str(archive), "an intact tar archive", f"a damaged one ({error})", AGAIN) from error


def _read_batch(stream: BinaryIO, name: str, who: str) -> Batch:
    images, labels = _read_records(stream, who) if name.endswith(BINARY) else _read_python(stream, who)
    if np.any(labels >= len(CIFAR10_CLASSES)):
        raise DataError(who, f"labels 0 to {len(CIFAR10_CLASSES) - 1}", str(labels.max()), AGAIN)
    return images, labels


def _read_records(stream: BinaryIO, who: str) -> Batch:
    """Read a batch of the binary version."""
    content = Bounded(stream, MOST_BATCH_BYTES, who).read()
    count, rest = divmod(len(content), RECORD)
    if rest or not count:
        raise DataError(who, f"records of {RECORD} bytes", f"{len(content):,} bytes", AGAIN)
    records = np.frombuffer(content, np.uint8).reshape(count, RECORD)
    return records[:, 1:].reshape(count, CHANNELS, SIDE, SIDE), records[:, 0].copy()


def _read_python(stream: BinaryIO, who: str) -> Batch:
    """Read a batch of the Python version."""
    content = read_pickle(stream, who, MOST_BATCH_BYTES)
    entries: dict[Any, Any] = content if isinstance(content, dict) else {}
    # Keys are bytes in copies that Python 3 pickled anew.
    data, labels = (entries.get(key, entries.get(key.encode())) for key in ("data", "labels"))
    images = data.array if isinstance(data, Stored) else None
    if images is None or images.dtype != np.uint8 or images.shape != (len(images), PIXELS) or images.size == 0:
        raise DataError(who, f"'data', uint8 (N, {PIXELS})", "something else", AGAIN)
    numbers = labels if isinstance(labels, list) else []
    if len(numbers) != len(images) or not all(type(label) is int and 0 <= label < 256 for label in numbers):
        raise DataError(who, f"'labels', {len(images)} whole numbers", "something else", AGAIN)
    return images.reshape(-1, CHANNELS, SIDE, SIDE), np.array(numbers, np.uint8)
