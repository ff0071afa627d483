"""Folders with the four files of a set of digits: MNIST itself, and everything that can be wrong."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from engine.data.idx import write_idx
from engine.data.idx_folder import PARTS, load_idx_folder
from engine.data.streams import AGAIN
from engine.errors import DataError


def write_set(folder: Path, suffix: str = ".gz", dot: bool = False) -> Path:
    """Write a set of 12 training and 5 test images whose pixels tell which is which."""
    folder.mkdir()
    for part, count in (("train", 12), ("t10k", 5)):
        images = np.full((count, 4, 3), count, np.uint8)
        labels = (np.arange(count) % 10).astype(np.uint8)
        images_file, labels_file = (name for name in PARTS if name.startswith(part))
        for name, array in ((images_file, images), (labels_file, labels)):
            write_idx(folder / ((name.replace("-idx", ".idx") if dot else name) + suffix), array)
    return folder


def refusal(folder: Path) -> str:
    """Load a folder that must be refused, and return why."""
    with pytest.raises(DataError) as caught:
        load_idx_folder(folder)
    return str(caught.value)


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("dot", [False, True])
def test_every_spelling_of_the_four_files(suffix: str, dot: bool, tmp_path: Path) -> None:
    """Plain or gzip, hyphen or dot: each file lands in its place."""
    data = load_idx_folder(write_set(tmp_path / "tiny", suffix, dot))
    assert data.name == "tiny"
    assert data.train_images.shape == (12, 4, 3)
    assert data.test_images.shape == (5, 4, 3)
    assert np.all(data.train_images == 12)
    assert np.all(data.test_images == 5)
    assert data.train_labels.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert data.test_labels.tolist() == [0, 1, 2, 3, 4]


def test_folders_named_like_the_files_are_passed_over(tmp_path: Path) -> None:
    """One well-known archive unpacks to folders with the very names of the files."""
    folder = write_set(tmp_path / "archive", "", dot=True)
    for name in PARTS:
        (folder / name).mkdir()
    assert len(load_idx_folder(folder).train_labels) == 12


def test_missing_files_are_listed(tmp_path: Path) -> None:
    """What was looked for, what is missing, and the way without files."""
    folder = write_set(tmp_path / "half")
    (folder / "train-labels-idx1-ubyte.gz").unlink()
    (folder / "t10k-images-idx3-ubyte.gz").unlink()
    message = refusal(folder)
    assert message.startswith(f"{folder}: expected a directory with train-images-idx3-ubyte, train-labels-")
    assert "(each also with .gz, or .idx instead of -idx)" in message
    assert ", got no train-labels-idx1-ubyte, no t10k-images-idx3-ubyte; " in message
    assert message.endswith("or use `--data glyphs`, which needs no files")


def test_missing_directory(tmp_path: Path) -> None:
    """The same for a folder that is not there at all."""
    message = refusal(tmp_path / "nowhere")
    assert ", got no such directory; " in message
    assert "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels" in message
    assert "`--data glyphs`" in message


@pytest.mark.parametrize(
    ("part", "array", "what"),
    [
        (0, np.zeros((12, 12), np.uint8), "images, uint8 (N, H, W), got uint8 (12, 12)"),
        (0, np.zeros((12, 4, 3), np.float32), "images, uint8 (N, H, W), got float32 (12, 4, 3)"),
        (3, np.zeros((5, 1), np.uint8), "labels, uint8 (N,), got uint8 (5, 1)"),
        (3, np.zeros(5, np.int32), "labels, uint8 (N,), got int32 (5,)"),
    ],
)
def test_wrong_contents(part: int, array: npt.NDArray[Any], what: str, tmp_path: Path) -> None:
    """Images are 3-d uint8, labels 1-d uint8."""
    folder = write_set(tmp_path / "wrong")
    file = folder / f"{PARTS[part]}.gz"
    write_idx(file, array)
    assert refusal(folder) == f"{file}: expected {what}; are two files swapped?"


def test_damage_is_reported_for_the_file_that_has_it(tmp_path: Path) -> None:
    """The damaged file is named, not just the folder."""
    folder = write_set(tmp_path / "damaged", "")
    (folder / PARTS[2]).write_bytes(b"<html>")
    assert refusal(folder).startswith(f"{folder / PARTS[2]}: expected IDX magic")


def test_counts_that_differ(tmp_path: Path) -> None:
    """Both files and both counts are named."""
    folder = write_set(tmp_path / "uneven", "")
    write_idx(folder / PARTS[1], np.zeros(11, np.uint8))
    message = refusal(folder)
    assert message.startswith(f"{folder / PARTS[0]} and {folder / PARTS[1]}: expected as many images as labels")
    assert "got 12 images and 11 labels" in message


@pytest.mark.parametrize("shape", [(0, 4, 3), (5, 0, 3), (5, 4, 0)])
def test_no_images(shape: tuple[int, ...], tmp_path: Path) -> None:
    """Files that are empty but for their headers."""
    folder = write_set(tmp_path / "empty", "")
    write_idx(folder / PARTS[2], np.zeros(shape, np.uint8))
    write_idx(folder / PARTS[3], np.zeros(shape[0], np.uint8))
    assert refusal(folder) == f"{folder / PARTS[2]}: expected images, N, H and W at least 1, got {shape}; {AGAIN}"


@pytest.mark.parametrize("last", [2, 26])
def test_label_that_is_no_digit(last: int, tmp_path: Path) -> None:
    """The first label above 9 is shown with its index."""
    folder = write_set(tmp_path / "letters", "")
    write_idx(folder / PARTS[3], np.array([0, 9, 3, 10, last], np.uint8))
    assert f"{folder / PARTS[3]}: expected labels 0 to 9, got 10 at index 3;" in refusal(folder)


def test_sizes_that_differ(tmp_path: Path) -> None:
    """Training and test images must be of one size."""
    folder = write_set(tmp_path / "sizes", "")
    write_idx(folder / PARTS[2], np.zeros((5, 8, 8), np.uint8))
    message = refusal(folder)
    assert message.startswith(f"{folder / PARTS[0]} and {folder / PARTS[2]}: expected images of one size")
    assert "got (4, 3) and (8, 8)" in message


def test_the_real_mnist(mnist: Path) -> None:
    """The published counts, checksum, mean and standard deviation."""
    data = load_idx_folder(mnist)
    assert data.train_images.shape == (60_000, 28, 28)
    assert data.test_images.shape == (10_000, 28, 28)
    assert np.bincount(data.test_labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    magic = bytes.fromhex("00 00 08 03 00 00 ea 60 00 00 00 1c 00 00 00 1c")
    unpacked = hashlib.md5(magic + data.train_images.tobytes(), usedforsecurity=False)
    assert unpacked.hexdigest() == "6bbc9ace898e44ae57da46a324031adb"  # of the unpacked file, header included
    levels = np.arange(256) / 255
    counts = [np.bincount(images.ravel(), minlength=256) for images in np.array_split(data.train_images, 60)]
    share = np.sum(counts, axis=0) / data.train_images.size
    mean = (levels * share).sum()
    assert round(mean, 4) == 0.1307
    assert round(((levels - mean) ** 2 * share).sum() ** 0.5, 4) == 0.3081
