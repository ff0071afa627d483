"""The JPEG copy of CIFAR-10: its name says so, and damage is reported with the image's number."""

import contextlib
import io
import pickle
import random
import struct
import tracemalloc
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from engine.data import cifar_jpeg
from engine.data.cifar_jpeg import load_cifar10_jpeg
from engine.errors import DataError
from tests.conftest import shared


def jpegs(count: int, size: tuple[int, int] = (32, 32), mode: str = "RGB") -> dict[str, npt.NDArray[Any]]:
    files = []
    for i in range(count):
        stream = io.BytesIO()
        Image.new(mode, size, (20 * i, 100, 200 - 20 * i) if mode == "RGB" else 20 * i).save(stream, "JPEG", quality=95)
        files.append(stream.getvalue())
    return {
        "jpeg": np.frombuffer(b"".join(files), np.uint8),
        "offsets": np.cumsum([0, *(len(file) for file in files)]),
        "labels": np.arange(count, dtype=np.uint8),
    }


def written(folder: Path, **changed: Any) -> Path:
    for name, arrays in (("train.npz", jpegs(4)), ("test.npz", jpegs(2) | changed)):
        given: dict[str, Any] = arrays
        np.savez(folder / name, **given)
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        load_cifar10_jpeg(folder)
    return str(caught.value)


def test_images_and_name(tmp_path: Path) -> None:
    data = load_cifar10_jpeg(written(tmp_path))
    assert data.name == "CIFAR-10 (JPEG copy)"
    assert data.train_images.shape == (4, 3, 32, 32)
    assert data.test_labels.tolist() == [0, 1]
    for i in range(4):
        colour = data.train_images[i].reshape(3, -1).mean(axis=1)
        np.testing.assert_allclose(colour, (20 * i, 100, 200 - 20 * i), atol=3)


def test_grey_files_among_them(tmp_path: Path) -> None:
    images = load_cifar10_jpeg(written(tmp_path, **jpegs(2, mode="L"))).test_images
    np.testing.assert_allclose(images[1], 20, atol=3)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"offsets": np.array([0, 10])}, "as many offsets as labels and one more"),
        ({"offsets": np.array([0, 20, 10])}, "rising"),
        ({"offsets": np.array([-1, 10, 20])}, "within jpeg"),
        ({"offsets": np.array([0, 10, 10**9])}, "within jpeg"),
        ({"offsets": np.array([0]), "labels": np.zeros(0, np.uint8)}, "as many offsets"),
        ({"labels": np.array([1, 10], np.uint8)}, "labels 0 to 9, got 10"),
        ({"labels": np.array([1, 2])}, "labels uint8 of one axis"),
        ({"jpeg": np.zeros((5, 5), np.uint8)}, "jpeg uint8 of one axis"),
        ({"offsets": np.array([0, 10, 20])}, "image 0: expected an intact JPEG file, got a damaged one"),
        (jpegs(2, size=(32, 31)), "image 0: expected a JPEG file of 32x32 pixels, got one of 32x31"),
        ({"labels": np.array([1, "a"], dtype=object)}, "labels uint8 of one axis, got object (2,)"),
    ],
)
def test_wrong_contents(changed: dict[str, Any], says: str, tmp_path: Path) -> None:
    message = refusal(written(tmp_path, **changed))
    assert message.startswith(str(tmp_path / "test.npz"))
    assert says in message


def test_a_format_that_is_no_jpeg(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (32, 32)).save(stream, "PNG")
    content = np.frombuffer(stream.getvalue(), np.uint8)
    message = refusal(
        written(tmp_path, jpeg=content, offsets=np.array([0, len(content)]), labels=np.zeros(1, np.uint8))
    )
    assert "an intact JPEG file" in message


def test_files_that_are_none(tmp_path: Path) -> None:
    assert "a folder with train.npz and test.npz, got no such file" in refusal(tmp_path)
    written(tmp_path)
    for content in (b"", b"PK\x03\x04", pickle.dumps([1])):
        (tmp_path / "test.npz").write_bytes(content)
        assert "another or a damaged one" in refusal(tmp_path)
    np.savez(tmp_path / "test.npz", x=np.zeros(3))
    assert "an .npz file with jpeg, offsets, labels" in refusal(tmp_path)


def archived(file: Path, **entries: bytes) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(f"{name}.npy", content)


def header_for(count: int, descr: str = "|u1") -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": descr, "fortran_order": False, "shape": (count,)})
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        header_for(10**15) + bytes(10),
        header_for(10**9) + bytes(10),
        header_for(9) + bytes(10),
        header_for(-1) + bytes(10),
        b"\x93NUMPY\x01\x00\x08\x00" + b"(" * 8,
        b"\x93NUMPY\x01\x00\xff\xff" + b"[" * 65535,
        b"\x93NUMPY\x04\x00" + bytes(10),
        b"",
    ],
)
def test_arrays_that_are_not_what_their_headers_say(content: bytes, tmp_path: Path) -> None:
    """Nothing is set aside for what is only claimed."""
    archived(written(tmp_path) / "test.npz", jpeg=content)
    tracemalloc.start()
    message = refusal(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "an .npz file with jpeg, offsets, labels, got another or a damaged one (" in message
    assert peak < 1 << 24


def test_whatever_the_damage_the_answer_is_images_or_a_data_error(tmp_path: Path) -> None:
    arrays: dict[str, Any] = jpegs(2)
    np.savez_compressed(written(tmp_path) / "test.npz", **arrays)
    whole, draw = (tmp_path / "test.npz").read_bytes(), random.Random(0)
    for _ in range(200):
        content = bytearray(whole)
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        (tmp_path / "test.npz").write_bytes(content)
        with contextlib.suppress(DataError):
            load_cifar10_jpeg(tmp_path)


def test_an_archive_that_asks_for_a_password(tmp_path: Path) -> None:
    content = bytearray((written(tmp_path) / "test.npz").read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "test.npz").write_bytes(content)
    assert "another or a damaged one (File 'jpeg.npy' is encrypted" in refusal(tmp_path)


@pytest.mark.parametrize("side", [10_000, 65_000])
def test_a_jpeg_file_that_says_it_is_huge(side: int, tmp_path: Path) -> None:
    arrays = jpegs(1)
    content = arrays["jpeg"].tobytes()
    size = content.index(b"\xff\xc0") + 5
    arrays["jpeg"] = np.frombuffer(content[:size] + struct.pack(">HH", side, side) + content[size + 4 :], np.uint8)
    assert "image 0: expected " in refusal(written(tmp_path, **arrays))


def test_a_bomb_is_refused_by_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar_jpeg, "MOST_BYTES", 100_000)
    np.savez_compressed(written(tmp_path) / "test.npz", jpeg=np.zeros(1 << 20, np.uint8))
    assert "at most 100,000 bytes when unpacked" in refusal(tmp_path)


def test_the_copy_beside_the_checkout() -> None:
    folder = shared("data/cifar10_jpeg")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = load_cifar10_jpeg(folder)
    assert data.train_images.shape == (50_000, 3, 32, 32)
    assert np.bincount(data.train_labels).tolist() == [5000] * 10
    assert np.bincount(data.test_labels).tolist() == [1000] * 10
    mean, std = data.mean_std()
    np.testing.assert_allclose(mean, (0.4914, 0.4822, 0.4465), atol=0.002)  # of the original files
    np.testing.assert_allclose(std, (0.2470, 0.2435, 0.2616), atol=0.005)
