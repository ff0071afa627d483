"""MNIST's own file format, IDX: four bytes of magic, the sizes, then the elements.

The magic is ``0, 0, element type, number of axes``; sizes are 32-bit, everything is big-endian.
A header is a claim, not a fact: nothing is allocated on its word.
"""

import gzip
import math
import os
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from engine.data.streams import AGAIN, opened
from engine.errors import DataError, DTypeError, ShapeError

ELEMENTS = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
CODES = {np.dtype(name).newbyteorder("="): code for code, name in ELEMENTS.items()}

MAX_AXES = 64  # NumPy's limit; the format's own is 255
CHUNK = 1 << 20


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
    with opened(Path(path), "an IDX file") as (stream, most):
        return _read_stream(str(path), stream, most)


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
