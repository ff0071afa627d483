"""MNIST as Theano's tutorials have it: a pickle of three pairs."""

import gzip
import pickle
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import mnist_pickle
from engine.data.mnist_pickle import load_mnist_pickle
from engine.errors import DataError

PIXELS = np.random.default_rng(0).integers(0, 256, (9, 784))


def pair(first: int, end: int, levels: int = 256) -> tuple[Any, Any]:
    return (PIXELS[first:end] / levels).astype(np.float32), np.arange(first, end)


def written(folder: Path, value: Any, name: str = "mnist.pkl.gz", protocol: int = 2) -> Path:
    file, content = folder / name, pickle.dumps(value, protocol)
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return file


@pytest.mark.parametrize("levels", [255, 256])
@pytest.mark.parametrize("name", ["mnist.pkl.gz", "mnist.pkl"])
def test_pixels_as_they_were(levels: int, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist_pickle, "CHUNK", 2)
    value = tuple(pair(first, first + 3, levels) for first in (0, 3, 6))
    data = load_mnist_pickle(written(tmp_path, value, name))
    assert data.name == "MNIST"
    assert np.array_equal(data.train_images.reshape(6, 784), PIXELS[:6])
    assert np.array_equal(data.test_images.reshape(3, 784), PIXELS[6:])
    assert data.train_labels.tolist() == [0, 1, 2, 3, 4, 5]
    assert data.test_labels.tolist() == [6, 7, 8]
    assert data.test_labels.dtype == np.uint8


def odd(images: Any = None, labels: Any = None) -> Any:
    right = pair(0, 3)
    return (right, right, (right[0] if images is None else images, right[1] if labels is None else labels))


@pytest.mark.parametrize(
    "value",
    [
        5,
        (pair(0, 3), pair(3, 6)),
        (pair(0, 3), pair(3, 6), (1, 2, 3)),
        odd(images=[1.0]),
        odd(images=np.zeros((3, 783), np.float32)),
        odd(images=np.zeros(784, np.float32)),
        odd(images=np.zeros((3, 784), np.int32)),
        odd(images=np.full((3, 784), 0.3333, np.float32)),
        odd(images=np.full((3, 784), np.nan, np.float32)),
        odd(images=np.full((3, 784), -1 / 256, np.float32)),
        odd(images=np.full((3, 784), 2, np.float32)),
        odd(labels=np.array([1, 2, 10])),
        odd(labels=np.array([1, 2, -1])),
        odd(labels=np.array([[1, 2, 3]])),
        odd(labels=np.array([1.0, 2.0, 3.0])),
    ],
)
def test_other_contents(value: Any, tmp_path: Path) -> None:
    file = written(tmp_path, value)
    with pytest.raises(DataError) as caught:
        load_mnist_pickle(file)
    assert str(caught.value).startswith(f"{file}: expected three pairs of images (N, 784)")


@pytest.mark.parametrize(
    "value",
    [
        odd(labels=np.array([1, 2])),
        (pair(0, 3), pair(3, 6), pair(6, 6)),
        (pair(0, 0), pair(0, 0), pair(0, 3)),
        # Together as many labels as images; whose they are, nobody knows.
        ((pair(0, 3)[0], pair(0, 2)[1]), (pair(3, 5)[0], pair(3, 6)[1]), pair(6, 9)),
    ],
)
def test_counts_that_differ_or_are_none(value: Any, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"mnist\.pkl\.gz: expected as many labels as images in each pair, and some"):
        load_mnist_pickle(written(tmp_path, value, protocol=4))
    none_to_validate = (pair(0, 3), pair(3, 3), pair(3, 6))
    assert len(load_mnist_pickle(written(tmp_path, none_to_validate, protocol=4)).train_labels) == 3


def test_one_pair_very_often(tmp_path: Path) -> None:
    """A few bytes each: were all made into images before they are counted, they would fill the memory."""
    right = pair(0, 3)
    file = written(tmp_path, [right] * 3000)
    tracemalloc.start()
    with pytest.raises(DataError, match="expected three pairs"):
        load_mnist_pickle(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_a_gzip_bomb_stays_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist_pickle, "MOST_BYTES", 1 << 16)
    bomb = tmp_path / "mnist.pkl.gz"
    with gzip.open(bomb, "wb") as stream:
        stream.write(b"\x80\x02B\xff\xff\xff\x7f")
        stream.write(bytes(1 << 26))
    tracemalloc.start()
    with pytest.raises(DataError, match="expected at most 65,536 bytes when unpacked, got more"):
        load_mnist_pickle(bomb)
    assert tracemalloc.get_traced_memory()[1] < 1 << 22
    tracemalloc.stop()


def test_damaged_and_missing(tmp_path: Path) -> None:
    file = written(tmp_path, odd())
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(DataError, match="damaged"):
        load_mnist_pickle(file)
    with pytest.raises(DataError, match=r"expected mnist\.pkl\.gz, got no such file"):
        load_mnist_pickle(tmp_path / "nowhere")
