"""IDX files that are damaged, lying or no files: always a DataError that says what to do."""

import gzip
import os
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.data.idx import read_idx
from engine.errors import DataError


def header(code: int, *shape: int) -> bytes:
    """Build the magic bytes and sizes."""
    return struct.pack(f">4B{len(shape)}I", 0, 0, code, len(shape), *shape)


def plain(content: bytes) -> bytes:
    """Leave the bytes as they are."""
    return content


def packed(content: bytes) -> bytes:
    """Compress the bytes as gzip does."""
    return gzip.compress(content, mtime=0)


both = pytest.mark.parametrize("pack", [plain, packed])
Pack = Callable[[bytes], bytes]


def complaint(file: Path) -> str:
    """Read a file that must be refused; its name must be in the message that comes back."""
    with pytest.raises(DataError) as caught:
        read_idx(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: expected ")
    assert ", got " in message
    assert "; " in message, "says nothing about what to do"
    return message


SMALL = header(0x0B, 2, 3) + bytes(range(12))


@both
def test_cut_at_every_byte(pack: Pack, tmp_path: Path) -> None:
    """However short a file is cut, the answer is a DataError."""
    file, whole = tmp_path / "cut", pack(SMALL)
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        complaint(file)
    file.write_bytes(whole)
    assert read_idx(file).shape == (2, 3)


def test_any_byte_of_a_gzip_changed(tmp_path: Path) -> None:
    """No changed byte brings another exception, or other elements."""
    file, whole = tmp_path / "changed.gz", packed(SMALL)
    for position in range(2, len(whole)):
        for flip in (0x01, 0x10, 0xFF):
            damaged = bytearray(whole)
            damaged[position] ^= flip
            file.write_bytes(damaged)
            try:
                back = read_idx(file)
            except DataError:
                continue
            assert position < 10, "only gzip's own header has bytes that do not matter"
            assert back.astype(">i2").tobytes() == bytes(range(12))


@settings(max_examples=60, database=None, deadline=None, derandomize=True)
@given(body=st.binary(max_size=40), start=st.sampled_from([b"", b"\0\0", b"\x1f\x8b", b"\0\0\x08\2\0\0\0"]))
@example(body=bytes(8), start=b"\0\0\x08\2")
def test_nothing_but_data_errors(body: bytes, start: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Noise is refused, or is an array no larger than the noise."""
    file = tmp_path_factory.getbasetemp() / "noise"
    file.write_bytes(start + body)
    try:
        array = read_idx(file)
    except DataError:
        return
    assert array.nbytes <= len(body) + len(start)


def test_bad_checksum(tmp_path: Path) -> None:
    """A gzip whose elements do not match their checksum is refused."""
    file, damaged = tmp_path / "crc.gz", bytearray(packed(SMALL))
    damaged[-8] ^= 1
    file.write_bytes(damaged)
    assert "an intact gzip file, got a damaged one (CRC check failed" in complaint(file)


def test_cut_gzip(tmp_path: Path) -> None:
    """A gzip that lacks its last byte is refused, with what to do."""
    file = tmp_path / "cut.gz"
    file.write_bytes(packed(SMALL)[:-1])
    assert "a damaged one (Compressed file ended before" in complaint(file)
    assert complaint(file).endswith("; download it again or copy it anew")


@both
def test_elements_missing(pack: Pack, tmp_path: Path) -> None:
    """The message tells how many bytes were announced and how many came."""
    file = tmp_path / "short"
    file.write_bytes(pack(SMALL[:-1]))
    message = complaint(file)
    assert "expected 12 bytes of elements for shape (2, 3) int16, got" in message
    assert "only 11" in message


@both
def test_bytes_left_over(pack: Pack, tmp_path: Path) -> None:
    """One byte too many is refused."""
    file = tmp_path / "long"
    file.write_bytes(pack(SMALL + b"\0"))
    assert "12 bytes of elements for shape (2, 3) int16, got more bytes after them" in complaint(file)


def test_bytes_left_over_after_a_gzip(tmp_path: Path) -> None:
    """So is a second gzip behind the first, or a stray byte."""
    file = tmp_path / "long.gz"
    file.write_bytes(packed(SMALL) + packed(b"x"))
    assert "got more bytes after them" in complaint(file)
    file.write_bytes(packed(SMALL) + b"x")
    assert "damaged" in complaint(file)


@both
@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"", "an empty file"),
        (b"\0\0\x08", "00 00 08"),
        (b"\x89PNG\r\n", "89 50 4e 47"),
        (b"\0\1\x08\1", "00 01 08 01"),
        (b"\0\0\x0a\1", "00 00 0a 01"),
    ],
)
def test_wrong_magic(pack: Pack, content: bytes, got: str, tmp_path: Path) -> None:
    """The message shows the bytes that are no magic."""
    file = tmp_path / "magic"
    file.write_bytes(pack(content))
    expected = "IDX magic bytes 00 00, an element type (08, 09, 0b, 0c, 0d, 0e), a number of axes"
    assert f"expected {expected}, got {got}; is this an IDX file" in complaint(file)


@both
def test_header_cut(pack: Pack, tmp_path: Path) -> None:
    """A header that ends within its sizes is told from one without magic."""
    file = tmp_path / "header"
    file.write_bytes(pack(header(0x08, 5, 6)[:-1]))
    assert "expected 2 sizes of 4 bytes in its header, got 7 bytes" in complaint(file)


@pytest.mark.parametrize("axes", [65, 255])
def test_too_many_axes(axes: int, tmp_path: Path) -> None:
    """One axis more than NumPy has is refused; as many as it has are read."""
    file = tmp_path / "axes"
    file.write_bytes(header(0x08, *[1] * axes) + b"\0")
    assert f"expected at most 64 axes, got {axes} in its header" in complaint(file)
    file.write_bytes(header(0x08, *[1] * 64) + b"\7")
    assert read_idx(file).item() == 7


def test_empty_array_of_impossible_shape(tmp_path: Path) -> None:
    """Zero elements do not excuse sizes that overflow."""
    file = tmp_path / "empty"
    file.write_bytes(header(0x08, 0, 2**32 - 1, 2**32 - 1, 2**32 - 1))
    assert "expected a shape this machine can address, got (0, 4294967295" in complaint(file)


# Memory: a header is only a claim


def peak_of_refusing(file: Path) -> tuple[str, int]:
    """Return the complaint about a file and the most memory it took to make."""
    tracemalloc.start()
    try:
        message = complaint(file)
        return message, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@both
def test_72_tebibytes_announced(pack: Pack, tmp_path: Path) -> None:
    """A header larger than its file could hold is refused before any allocation."""
    file = tmp_path / "claim"
    file.write_bytes(pack(header(0x0E, 2**20, 9 * 2**20) + bytes(1000)))
    message, peak = peak_of_refusing(file)
    assert "expected 79,164,837,199,872 bytes of elements for shape (1048576, 9437184) float64" in message
    assert "got a file that holds at most " in message
    assert peak < 2**20


def test_gzip_that_could_hold_what_it_announces_but_does_not(tmp_path: Path) -> None:
    """Memory follows what a gzip holds even where the header is plausible."""
    file = tmp_path / "claim.gz"
    noise = np.random.default_rng(0).bytes(2**16)
    file.write_bytes(packed(header(0x08, 2**26) + noise))
    message, peak = peak_of_refusing(file)
    assert "expected 67,108,864 bytes of elements for shape (67108864,) uint8, got only 65,536" in message
    assert peak < 2**22


def test_gzip_bomb_stays_packed(tmp_path: Path) -> None:
    """Unpacking ends right after the announced size, whatever follows."""
    file = tmp_path / "bomb.gz"
    file.write_bytes(packed(header(0x08, 10) + bytes(2**26)))
    message, peak = peak_of_refusing(file)
    assert "10 bytes of elements for shape (10,) uint8, got more bytes after them" in message
    assert peak < 2**22


# Things that are no file


def test_missing_file(tmp_path: Path) -> None:
    """No file: the path is named."""
    assert "expected an IDX file, got no such file; check the path" in complaint(tmp_path / "nowhere")


def test_directory(tmp_path: Path) -> None:
    """A directory is not read as a file."""
    assert "expected an IDX file, got a directory; name the file itself" in complaint(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A named pipe is refused without opening it."""
    os.mkfifo(tmp_path / "pipe")
    writer = os.open(tmp_path / "pipe", os.O_RDWR)  # so that a reader who does open it fails, not hangs
    try:
        os.write(writer, SMALL)
        assert "got neither file nor directory" in complaint(tmp_path / "pipe")
    finally:
        os.close(writer)


def test_unreadable(tmp_path: Path) -> None:
    """The system's own reason is passed on."""
    (tmp_path / "file").touch()
    assert "expected a file that can be read, got Not a directory" in complaint(tmp_path / "file" / "inside")
