"""MNIST's own file format, IDX: four bytes of magic, the sizes, then the elements.

The magic is ``0, 0, element type, number of axes``; sizes are 32-bit, everything is big-endian.
A header is a claim, not a fact: nothing is allocated on its word.
"""

import gzip
import math
import os
import stat
import struct
import sys
import zlib
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

from engine.data.images import ImageData
from engine.errors import DataError, DTypeError, ShapeError

ELEMENTS = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
CODES = {np.dtype(name).newbyteorder("="): code for code, name in ELEMENTS.items()}

MAX_AXES = 64  # NumPy's limit; the format's own is 255
DEFLATE_RATIO = 1032  # no deflate stream unpacks to more than this many times its size
CHUNK = 1 << 20

AGAIN = "download it again or copy it anew"
PARTS = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def read_idx(path: str | os.PathLike[str]) -> npt.NDArray[Any]:
    """Read an IDX file, gzip or plain.

    Which of the two it is, its first bytes tell, not its name. Memory grows with what the file
    really holds, and unpacking stops one byte after what the header announces.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    np.ndarray, uint8 | int8 | int16 | int32 | float32 | float64, any shape
        The elements in the machine's own byte order, C-contiguous and writable.

    Raises
    ------
    DataError
        If the file is missing or unreadable, is not IDX, is cut short, goes on after its last
        element, or is a damaged gzip.

    See Also
    --------
    write_idx : the way back.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_idx(Path(folder, "row.gz"), np.array([[1, 2, 3]], np.int16))
    ...     read_idx(Path(folder, "row.gz"))
    array([[1, 2, 3]], dtype=int16)
    """
    path = Path(path)
    try:
        # Asked before opening: opening a named pipe would wait for somebody to write to it.
        if not stat.S_ISREG(path.stat().st_mode):
            kind = "a directory" if path.is_dir() else "neither file nor directory"
            raise DataError(str(path), "an IDX file", kind, "name the file itself")
        with path.open("rb") as stored:
            packed = stored.read(2) == b"\x1f\x8b"
            stored.seek(0)
            size = os.fstat(stored.fileno()).st_size
            if not packed:
                return _read_stream(str(path), stored, size)
            with gzip.GzipFile(fileobj=stored) as stream:
                return _read_stream(str(path), cast(BinaryIO, stream), size * DEFLATE_RATIO)
    except FileNotFoundError:
        raise DataError(str(path), "an IDX file", "no such file", "check the path") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(str(path), "an intact gzip file", f"a damaged one ({error})", AGAIN) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(str(path), "a file that can be read", reason, "check its permissions") from error


def _read_stream(who: str, stream: BinaryIO, most: int) -> npt.NDArray[Any]:
    """Read header and elements from a stream that cannot hold more than `most` bytes."""
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in ELEMENTS:
        codes = ", ".join(f"{code:02x}" for code in ELEMENTS)
        raise DataError(
            who,
            f"IDX magic bytes 00 00, an element type ({codes}), a number of axes",
            magic.hex(" ") or "an empty file",
            "is this an IDX file (like MNIST's train-images-idx3-ubyte)?",
        )
    element, axes = np.dtype(ELEMENTS[magic[2]]), magic[3]
    if axes > MAX_AXES:
        raise DataError(who, f"at most {MAX_AXES} axes", f"{axes} in its header", AGAIN)
    sizes = stream.read(4 * axes)
    if len(sizes) < 4 * axes:
        raise DataError(who, f"{axes} sizes of 4 bytes in its header", f"{len(sizes)} bytes", AGAIN)
    shape = struct.unpack(f">{axes}I", sizes)

    announced = math.prod(shape) * element.itemsize
    claim = f"{announced:,} bytes of elements for shape {shape} {element.name}"
    # An axis of size 0 empties the array, but NumPy still refuses others that overflow its sizes.
    if math.prod(max(axis, 1) for axis in shape) * element.itemsize > sys.maxsize:
        raise DataError(who, "a shape this machine can address", f"{shape} {element.name}", AGAIN)
    if announced > most:
        raise DataError(who, claim, f"a file that holds at most {most:,}", AGAIN)
    body = bytearray()
    while chunk := stream.read(min(CHUNK, announced - len(body))):
        body += chunk
    if len(body) < announced:
        raise DataError(who, claim, f"only {len(body):,}", AGAIN)
    if stream.read(1):  # in a gzip file this also reaches the checksum
        raise DataError(who, claim, "more bytes after them", AGAIN)
    return np.ndarray(shape, element, body).astype(element.newbyteorder("="), copy=False)


def write_idx(path: str | os.PathLike[str], array: npt.NDArray[Any]) -> None:
    """Write an array as an IDX file; with gzip if the name ends in ``.gz``.

    The same array gives the same bytes every time: no name and no clock in the gzip header.

    Parameters
    ----------
    path : str or path-like
        The file; one that exists is replaced.
    array : np.ndarray, uint8 | int8 | int16 | int32 | float32 | float64, any shape
        The elements, in any byte order and memory layout.

    Raises
    ------
    DTypeError
        If the format has no code for the element type.
    ShapeError
        If an axis is longer than 32 bits can say.
    DataError
        If the file cannot be written.

    See Also
    --------
    read_idx : the way back.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_idx(Path(folder, "labels"), np.array([7, 2, 1], np.uint8))
    ...     Path(folder, "labels").read_bytes().hex(" ")
    '00 00 08 01 00 00 00 03 07 02 01'
    """
    path = Path(path)
    native = array.dtype.newbyteorder("=")
    if native not in CODES:
        allowed = " | ".join(dtype.name for dtype in CODES)
        raise DTypeError("write_idx", allowed, array.dtype.name, "convert it with array.astype(...)")
    if any(axis >= 1 << 32 for axis in array.shape):
        raise ShapeError("write_idx", "axes shorter than 2**32", str(array.shape), "write it in several files")
    header = struct.pack(f">4B{array.ndim}I", 0, 0, CODES[native], array.ndim, *array.shape)
    elements = array.astype(native.newbyteorder(">"), copy=False).tobytes()
    try:
        with path.open("wb") as stored:
            if path.suffix != ".gz":
                stored.write(header + elements)
                return
            with gzip.GzipFile(filename="", mode="wb", fileobj=stored, mtime=0) as stream:
                stream.write(header + elements)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(str(path), "a file that can be written", reason, "check folder and permissions") from error


def load_digits_dir(directory: str | os.PathLike[str]) -> ImageData:
    """Load a folder with MNIST's four files, or another set of digits stored the same way.

    Each file may be plain or gzip (``….gz``), and spelled with a dot (``train-images.idx3-ubyte``).

    Parameters
    ----------
    directory : str or path-like
        The folder.

    Returns
    -------
    ImageData
        Images (N, H, W) and labels (N,), uint8; its name is the folder's.

    Raises
    ------
    DataError
        If a file is missing or damaged, holds something other than uint8 images or labels
        0 … 9, or does not go with its neighbour.

    See Also
    --------
    engine.data.glyphs.load_glyphs : digits that need no files.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for part in ("train", "t10k"):
    ...         write_idx(Path(folder, f"{part}-images-idx3-ubyte.gz"), np.zeros((5, 28, 28), np.uint8))
    ...         write_idx(Path(folder, f"{part}-labels-idx1-ubyte.gz"), np.arange(5, dtype=np.uint8))
    ...     load_digits_dir(folder).train_labels
    array([0, 1, 2, 3, 4], dtype=uint8)
    """
    folder = Path(directory)
    found = {part: _find(folder, part) for part in PARTS}
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
    train_images, train_labels = _read_pair(files[0], files[1])
    test_images, test_labels = _read_pair(files[2], files[3])
    if train_images.shape[1:] != test_images.shape[1:]:
        raise DataError(
            f"{files[0]} and {files[2]}",
            "images of one size",
            f"{train_images.shape[1:]} and {test_images.shape[1:]}",
            "take both from the same set",
        )
    return ImageData(train_images, train_labels, test_images, test_labels, folder.resolve().name)


def _find(folder: Path, part: str) -> Path | None:
    names = (stem + suffix for stem in (part, part.replace("-idx", ".idx")) for suffix in ("", ".gz"))
    # is_file, because one well-known archive unpacks to directories of exactly these names
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _read_pair(images_file: Path, labels_file: Path) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
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
    if np.any(labels > 9):
        worst = int(np.argmax(labels > 9))
        raise DataError(
            str(labels_file), "labels 0 to 9", f"{labels[worst]} at index {worst}", "use a set of ten digits"
        )
    return images, labels
