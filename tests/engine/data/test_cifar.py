"""CIFAR-10: both versions, unpacked and in their archives, and what can be wrong with them."""

import io
import os
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import cifar
from engine.data.cifar import TEST, TRAIN, find_cifar10, load_cifar10
from engine.errors import DataError

NAMES = (*TRAIN, TEST)
IMAGES = {name: np.random.default_rng(i).integers(0, 256, (4, 3072)).astype(np.uint8) for i, name in enumerate(NAMES)}
LABELS = {name: [i, i + 1, i + 2, i + 3] for i, name in enumerate(NAMES)}


def binary(name: str) -> bytes:
    return np.concatenate([np.array(LABELS[name], np.uint8)[:, None], IMAGES[name]], axis=1).tobytes()


def python(name: str, **changed: Any) -> bytes:
    entries = {"batch_label": "one of them", "labels": LABELS[name], "data": IMAGES[name], "filenames": ["x.png"] * 4}
    return pickle.dumps(entries | changed, protocol=2)


def bytes_keys(name: str) -> bytes:
    """Pickle as Python 3 does a batch that it unpickled with encoding="bytes"."""
    return pickle.dumps({b"labels": LABELS[name], b"data": IMAGES[name]})


def unpacked(folder: Path, make: Callable[[str], bytes] = binary) -> Path:
    suffix = ".bin" if make is binary else ""
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / f"{name}{suffix}").write_bytes(make(name))
    return folder


def packed(archive: Path, entries: dict[str, bytes]) -> Path:
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in entries.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return archive


def entries_of(folder: str, make: Callable[[str], bytes]) -> dict[str, bytes]:
    suffix = ".bin" if make is binary else ""
    return {f"{folder}/readme.html": b"<html>"} | {f"{folder}/{name}{suffix}": make(name) for name in reversed(NAMES)}


def check(path: Path) -> None:
    data = load_cifar10(path)
    assert data.name == "CIFAR-10"
    assert data.classes[3] == "cat"
    assert np.array_equal(data.train_images.reshape(20, 3072), np.concatenate([IMAGES[name] for name in TRAIN]))
    assert np.array_equal(data.test_images.reshape(4, 3072), IMAGES[TEST])
    assert data.train_images.shape == (20, 3, 32, 32)
    assert data.train_labels.tolist() == [label for name in TRAIN for label in LABELS[name]]
    assert data.test_labels.tolist() == LABELS[TEST]


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        load_cifar10(path)
    return str(caught.value)


@pytest.mark.parametrize("make", [binary, python, bytes_keys])
def test_unpacked(make: Callable[[str], bytes], tmp_path: Path) -> None:
    inner = unpacked(tmp_path / ("cifar-10-batches-bin" if make is binary else "cifar-10-batches-py"), make)
    check(inner)
    check(tmp_path)


@pytest.mark.parametrize(("name", "make"), [("cifar-10-binary.tar.gz", binary), ("cifar-10-python.tar.gz", python)])
def test_archives(name: str, make: Callable[[str], bytes], tmp_path: Path) -> None:
    archive = packed(tmp_path / name, entries_of("cifar-10-batches", make))
    check(archive)
    check(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_nothing_of_an_archive_is_written_or_followed(tmp_path: Path) -> None:
    """Links, devices and names that lead elsewhere are passed over or only names."""
    archive = tmp_path / "inside" / "cifar-10-binary.tar.gz"
    archive.parent.mkdir()
    secret = tmp_path / "secret"
    secret.write_bytes(binary(TEST))
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in entries_of("../../elsewhere", binary).items():
            member = tarfile.TarInfo(name)
            if TEST in name:
                member.type, member.linkname = tarfile.SYMTYPE, str(secret)
                tar.addfile(member)
            else:
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        pipe = tarfile.TarInfo("data_batch_1.bin")
        pipe.type = tarfile.FIFOTYPE
        tar.addfile(pipe)
    before = sorted(tmp_path.rglob("*"))
    assert "expected five batches to train on and one to test, got no test_batch" in refusal(archive)
    assert sorted(tmp_path.rglob("*")) == before


def test_hostile_batch(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "cifar-10-batches-py", python)
    trace = tmp_path / "trace"

    class Hostile:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(trace),)

    (folder / "data_batch_2").write_bytes(python("data_batch_2", labels=Hostile()))
    message = refusal(folder)
    assert message.startswith(f"{folder / 'data_batch_2'}: expected a pickle of arrays")
    assert "mkdir" in message
    assert not trace.exists()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"data": IMAGES[TEST].astype(np.int32)}, "'data', uint8 (N, 3072)"),
        ({"data": IMAGES[TEST][:, 1:]}, "'data', uint8 (N, 3072)"),
        ({"data": [1, 2]}, "'data', uint8 (N, 3072)"),
        ({"labels": [1, 2, 3]}, "'labels', 4 whole numbers"),
        ({"labels": [1, 2, 3, "4"]}, "'labels', 4 whole numbers"),
        ({"labels": [1, 2, 3, 1000]}, "'labels', 4 whole numbers"),
        ({"labels": np.arange(4)}, "'labels', 4 whole numbers"),
        ({"labels": [1, 2, 3, 10]}, "labels 0 to 9, got 10"),
    ],
)
def test_wrong_contents_of_a_python_batch(changed: dict[str, Any], says: str, tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "b", python)
    (folder / TEST).write_bytes(python(TEST, **changed))
    message = refusal(folder)
    assert message.startswith(str(folder / TEST))
    assert says in message


def test_a_python_batch_that_is_no_dictionary(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "b", python)
    (folder / TEST).write_bytes(pickle.dumps([1, 2]))
    assert "'data', uint8" in refusal(folder)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (binary(TEST)[:-1], "records of 3073 bytes, got 12,291 bytes"),
        (b"", "records of 3073 bytes, got 0 bytes"),
        (b"\x0a" + bytes(3072), "labels 0 to 9, got 10"),
    ],
)
def test_wrong_contents_of_a_binary_batch(content: bytes, says: str, tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "b")
    (folder / f"{TEST}.bin").write_bytes(content)
    assert says in refusal(folder)


def test_sizes_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = entries_of("c", binary)
    archive = packed(tmp_path / "cifar-10-binary.tar.gz", entries)
    for name, value, says in (
        ("MOST_BATCH_BYTES", 5000, "at most 5,000 bytes when unpacked, got more"),
        ("MOST_ARCHIVE_BYTES", 20_000, "at most 20,000 bytes when unpacked, got more"),
        ("MOST_MEMBERS", 3, "at most 3 files in it, got more"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(cifar, name, value)
            assert says in refusal(archive)
    check(archive)


def test_damaged_archives(tmp_path: Path) -> None:
    archive = packed(tmp_path / "cifar-10-binary.tar.gz", entries_of("c", binary))
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    assert "damaged" in refusal(archive)
    archive.write_bytes(b"neither gzip nor tar" * 100)
    assert "expected an intact tar archive, got a damaged one" in refusal(archive)


def test_archives_that_python_cannot_follow(tmp_path: Path) -> None:
    """Names of names of names, and numbers that are none, in extensions of the format."""
    archive = tmp_path / "cifar-10-binary.tar.gz"
    name = tarfile.TarInfo("././@LongLink")
    name.type, name.size = tarfile.GNUTYPE_LONGNAME, 5
    archive.write_bytes(3000 * (name.tobuf() + b"name\0".ljust(512, b"\0")))
    assert "expected an intact tar archive, got a damaged one (maximum recursion" in refusal(archive)
    with tarfile.open(archive, "w:gz", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("data_batch_1.bin")
        member.pax_headers = {"GNU.sparse.size": "many", "GNU.sparse.map": "0,5"}
        tar.addfile(member)
    assert "expected an intact tar archive, got a damaged one (invalid literal" in refusal(archive)


def test_nothing_there(tmp_path: Path) -> None:
    assert "got no such file or directory; point --data at it" in refusal(tmp_path / "nowhere")
    assert "expected one of cifar-10-batches-bin, cifar-10-batches-py, cifar-10-binary.tar.gz" in refusal(tmp_path)
    folder = unpacked(tmp_path / "cifar-10-batches-bin")
    (folder / "data_batch_3.bin").unlink()
    assert find_cifar10(tmp_path) is None
    assert "got something else" in refusal(folder)
