"""`load` by name and by what is in a place; no network: what is missing is never downloaded here."""

import gzip
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import DATASETS, cache, load, load_glyphs, sources
from engine.data.idx import write_idx
from engine.data.idx_folder import FASHION_MNIST_CLASSES, KMNIST_CLASSES, PARTS
from engine.data.images import ImageData
from engine.errors import DataError
from tests.engine.data import test_cifar, test_cifar_jpeg, test_image_folder
from tests.engine.data.test_mnist_pickle import pair


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, Path]]:
    """Note what would be downloaded, and give an empty folder for it."""
    asked: list[tuple[str, Path]] = []

    def note(name: str, files: Sequence[sources.RemoteFile], folder: Path) -> None:
        asked.append((name, folder))

    monkeypatch.setattr(cache, "fetch", note)
    monkeypatch.setenv("BYHAND_DATA", str(tmp_path / "data"))
    return asked


def idx_set(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for i, part in enumerate(PARTS):
        write_idx(
            folder / f"{part}.gz", np.full((3, 4, 5), i, np.uint8) if i % 2 == 0 else np.arange(3, dtype=np.uint8)
        )
    return folder


@pytest.mark.parametrize(
    ("name", "title", "third"),
    [("mnist", "MNIST", "2"), ("fashion-mnist", "Fashion-MNIST", "Pullover"), ("kmnist", "KMNIST", "su")],
)
def test_sets_by_name_are_used_where_they_are(
    name: str, title: str, third: str, tmp_path: Path, no_network: list[Any]
) -> None:
    idx_set(tmp_path / "data" / name)
    data = load(name)
    assert (data.name, data.classes[2]) == (title, third)
    assert data.train_images.shape == (3, 4, 5)
    assert no_network == []


def test_cifar_by_name(tmp_path: Path) -> None:
    test_cifar.unpacked(tmp_path / "data" / "cifar10" / "cifar-10-batches-bin")
    assert load("cifar10").name == "CIFAR-10"


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "glyphs"])
def test_what_is_missing_is_asked_for(name: str, tmp_path: Path, no_network: list[Any]) -> None:
    with pytest.raises(DataError, match=rf"^{name}: expected the data set in .*{name}, got not all of it"):
        load(name)
    assert no_network == [(name, tmp_path / "data" / name)]


def test_a_set_that_is_not_complete_is_completed(tmp_path: Path, no_network: list[Any]) -> None:
    (idx_set(tmp_path / "data" / "mnist") / f"{PARTS[3]}.gz").unlink()
    with pytest.raises(DataError, match="not all of it"):
        load("mnist")
    assert len(no_network) == 1


def test_glyphs() -> None:
    assert np.array_equal(load("glyphs").test_images[:20], load_glyphs(1, 20).test_images)


@pytest.mark.parametrize(
    ("folder", "title", "classes"),
    [
        ("mine", "mine", tuple("0123456789")),
        ("MNIST", "MNIST", tuple("0123456789")),
        ("FashionMNIST/raw", "Fashion-MNIST", FASHION_MNIST_CLASSES),
        ("kmnist", "KMNIST", KMNIST_CLASSES),
    ],
)
def test_folders_of_idx_files(folder: str, title: str, classes: tuple[str, ...], tmp_path: Path) -> None:
    place = idx_set(tmp_path / folder)
    for path in (place, place.parent) if place.name == "raw" else (place,):
        data = load(path)
        assert (data.name, data.classes) == (title, classes)


def test_a_folder_that_lacks_one_of_the_four_says_which(tmp_path: Path) -> None:
    (idx_set(tmp_path / "mine") / f"{PARTS[0]}.gz").unlink()
    with pytest.raises(DataError, match="got no train-images-idx3-ubyte;"):
        load(tmp_path / "mine")


def test_every_other_kind(tmp_path: Path) -> None:
    (tmp_path / "theano").mkdir()
    file = tmp_path / "theano" / "mnist.pkl.gz"
    file.write_bytes(gzip.compress(pickle.dumps((pair(0, 3), pair(3, 6), pair(6, 9)), protocol=2)))
    archive = test_cifar.packed(tmp_path / "cifar-10-binary.tar.gz", test_cifar.entries_of("c", test_cifar.binary))
    (tmp_path / "jpeg").mkdir()
    found: list[ImageData] = [
        load(file),
        load(file.parent),
        load(str(archive)),
        load(test_cifar_jpeg.written(tmp_path / "jpeg")),
        load(test_image_folder.animals(tmp_path / "pets", 3)),
        load(test_image_folder.animals(tmp_path / "parted" / "train", 2).parent / "train"),
    ]
    assert [data.name for data in found] == ["MNIST", "MNIST", "CIFAR-10", "CIFAR-10 (JPEG copy)", "pets", "train"]


@pytest.mark.parametrize("place", ["nowhere", "", "file"])
def test_nothing_known(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(DataError) as caught:
        load(tmp_path / place)
    message = str(caught.value)
    assert message.startswith(
        f"{tmp_path / place}: expected a name (glyphs, mnist, fashion-mnist, kmnist, cifar10), or"
    )
    assert "MNIST's four IDX files, mnist.pkl.gz, CIFAR-10's batches or archive, a JPEG copy" in message
    assert ("got no such file or directory" if place == "nowhere" else "got nothing of that") in message
    assert message.endswith("or use `--data glyphs`, which needs no files")


def test_every_file_to_download_is_known_by_size_and_checksum() -> None:
    for files in (sources.MNIST_FILES, sources.FASHION_MNIST_FILES, sources.KMNIST_FILES):
        assert [file.name for file in files] == [f"{part}.gz" for part in PARTS]
    for file in (*sources.MNIST_FILES, *sources.FASHION_MNIST_FILES, *sources.KMNIST_FILES, *sources.CIFAR10_FILES):
        assert len(bytes.fromhex(file.sha256)) == 32
        assert file.size > 1000
        assert len(file.urls) >= 2
        assert all(url.startswith("http") and url.endswith(f"/{file.name}") for url in file.urls)
        assert file.urls[0].startswith("https://")


def test_where_data_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache.data_folder() == tmp_path / "data"
    monkeypatch.delenv("BYHAND_DATA")
    assert "byhand" in cache.data_folder().parts


def test_a_folder_of_somebody_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_DATA", "~nobody-of-this-name/data")
    with pytest.raises(DataError, match=r"^BYHAND_DATA: expected a folder, got ~nobody-of-this-name/data \(") as caught:
        load("mnist")
    assert str(caught.value).endswith("write its path without ~")
