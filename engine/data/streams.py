"""Files as they come: gzip or plain, damaged, lying about their size, or no files at all."""

import gzip
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from engine.errors import DataError

AGAIN = "download it again or copy it anew"
DEFLATE_RATIO = 1032  # no deflate stream unpacks to more than this many times its size


@contextmanager
def opened(path: Path, what: str) -> Iterator[tuple[BinaryIO, int]]:
    """Open a file, unpacking it if it is gzip, and put what can go wrong in reading it into words.

    Which of the two it is, its first bytes tell, not its name.

    Parameters
    ----------
    path : Path
    what : str
        What it should be, with its article.

    Yields
    ------
    stream : binary file
    most : int
        The number of bytes it cannot hold more of.

    Raises
    ------
    DataError
        If the file is missing or unreadable, or a damaged gzip; also while it is read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     packed = Path(folder, "seven.gz")
    ...     _ = packed.write_bytes(gzip.compress(b"seven"))
    ...     with opened(packed, "a word") as (stream, most):
    ...         stream.read()
    b'seven'
    """
    try:
        # Asked before opening: opening a named pipe would wait for somebody to write to it.
        if not stat.S_ISREG(path.stat().st_mode):
            kind = "a directory" if path.is_dir() else "neither file nor directory"
            raise DataError(str(path), what, kind, "name the file itself")
        with path.open("rb") as stored:
            packed = stored.read(2) == b"\x1f\x8b"
            stored.seek(0)
            size = os.fstat(stored.fileno()).st_size
            if not packed:
                yield stored, size
                return
            with gzip.GzipFile(fileobj=stored) as stream:
                yield cast(BinaryIO, stream), size * DEFLATE_RATIO
    except FileNotFoundError:
        raise DataError(str(path), what, "no such file", "check the path") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(str(path), "an intact gzip file", f"a damaged one ({error})", AGAIN) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(str(path), "a file that can be read", reason, "check its permissions") from error


class Bounded:
    """A stream of which no more than so many bytes are read, however many a few packed ones unpack to.

    Parameters
    ----------
    stream : binary file
    most : int
    who : str
        The file, for the error.

    Raises
    ------
    DataError
        By whatever reads beyond.

    Examples
    --------
    >>> import io
    >>> Bounded(io.BytesIO(b"twelve bytes"), 20, "words").read(6)
    b'twelve'
    """

    def __init__(self, stream: BinaryIO, most: int, who: str) -> None:
        self._stream = stream
        self._most = self._left = most
        self._who = who

    @property
    def done(self) -> int:
        """How many bytes were read."""
        return self._most - self._left

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes, or all there are."""
        return self._counted(self._stream.read(self._left + 1 if size < 0 else min(size, self._left + 1)))

    def readline(self) -> bytes:
        """Read up to the end of a line."""
        return self._counted(self._stream.readline(self._left + 1))

    def _counted(self, got: bytes) -> bytes:
        self._left -= len(got)
        if self._left < 0:
            raise DataError(self._who, f"at most {self._most:,} bytes when unpacked", "more", AGAIN)
        return got
