"""The drawn digits: the same on every machine, balanced, whole, and hard enough to be worth a CNN."""

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import ImageDraw

from engine.data import glyphs
from engine.data.glyphs import Pixels, draw_digit, load_glyphs
from engine.data.images import ImageData
from engine.errors import ParameterError

# Means of 7x7 blocks, 4x4 to an image, of the first training image of each digit (rows: 0 to 9), seed 0.
GOLDEN = """
  0   0  48   0   0  97 113  83   0 117  35  87   0  52 104   7
  0   0  10   5   4  76  62   5   6 140  13   0   0   5   3   0
  0  31  82   2   0  59  79  31   0  34 109   3   0  89  92   0
  0  18   2   0   4  68  77   0   5  49  94   0   0  18  12   0
  0  29  28   0   1 113  86   0  10 112 128  10   0  46  16   0
  0   0   0   0   0  82  51   0   0  41  97   0   0  18   8   9
  0  63  22   0  26 167  66   0   1 169 163   0   0  14  17   0
  0  17  13   0   0  64 158   0   0  41  82   0   0  52   1   0
  1  86  60   0  26 134 125   0  61  38 104   0  12  96  51   0
  0 109  76   0   0 117 148  14   0  10 106  15   0  39  60   9
"""
GOLDEN_PATHS = 0xC0930447


@pytest.fixture(scope="module")
def data() -> ImageData:
    """Draw one set for all tests here."""
    return load_glyphs(train=2000, test=1000)


def same(a: ImageData, b: ImageData) -> bool:
    """Tell whether two sets hold the same images and labels."""
    return (
        np.array_equal(a.train_images, b.train_images)
        and np.array_equal(a.train_labels, b.train_labels)
        and np.array_equal(a.test_images, b.test_images)
        and np.array_equal(a.test_labels, b.test_labels)
    )


def distinct(images: Pixels) -> set[bytes]:
    """Return the images as a set."""
    return {image.tobytes() for image in images}


def test_shapes_and_types(data: ImageData) -> None:
    """A set looks like MNIST."""
    assert data.name == "glyphs"
    assert data.train_images.shape == (2000, 28, 28)
    assert data.test_images.shape == (1000, 28, 28)
    assert data.train_labels.shape == (2000,)
    assert data.test_labels.shape == (1000,)
    for array in (data.train_images, data.train_labels, data.test_images, data.test_labels):
        assert array.dtype == np.uint8


def test_the_default_is_ten_thousand_and_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without arguments: 10,000 and 2,000 images of seed 0."""
    asked = []

    def record(count: int, seed: int, part: int) -> tuple[Pixels, Pixels]:
        asked.append((count, seed, part))
        return np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8)

    monkeypatch.setattr(glyphs, "_draw_set", record)
    load_glyphs()
    assert asked == [(10_000, 0, 0), (2_000, 0, 1)]


def test_a_seed_is_a_set() -> None:
    """The same seed draws the same set, another seed another."""
    assert same(load_glyphs(40, 20, seed=3), load_glyphs(40, 20, seed=3))
    assert not distinct(load_glyphs(40, 20, seed=3).train_images) & distinct(load_glyphs(40, 20).train_images)


@pytest.mark.parametrize(("train", "test"), [(1, 1), (37, 200), (200, 11)])
def test_images_do_not_depend_on_how_many_are_drawn(data: ImageData, train: int, test: int) -> None:
    """A smaller set is the beginning of a larger one, whatever the size of the other part."""
    few = load_glyphs(train, test)
    beginning = ImageData(
        data.train_images[:train],
        data.train_labels[:train],
        data.test_images[:test],
        data.test_labels[:test],
        "beginning",
    )
    assert same(few, beginning)


def test_training_and_test_share_no_image(data: ImageData) -> None:
    """No image occurs twice, neither within a part nor across."""
    train, test = distinct(data.train_images), distinct(data.test_images)
    assert len(train) == 2000
    assert len(test) == 1000
    assert not train & test


def test_training_and_test_labels_are_ordered_differently(data: ImageData) -> None:
    """The two parts come from separate streams, labels included."""
    assert np.mean(data.train_labels[:1000] == data.test_labels) < 0.2


def test_classes_are_balanced(data: ImageData) -> None:
    """Every ten images hold each digit once, in an order that changes."""
    for labels in (data.train_labels, data.test_labels):
        tens = labels.reshape(-1, 10)
        assert np.array_equal(np.sort(tens), np.broadcast_to(np.arange(10), tens.shape))
        assert len({ten.tobytes() for ten in tens}) == len(tens)


def test_dark_background_bright_ink(data: ImageData) -> None:
    """Most pixels are exactly 0 and every digit has full ink somewhere, as in MNIST."""
    images = data.train_images.reshape(2000, -1)
    assert 0.6 < np.mean(images == 0) < 0.9
    assert images.max(axis=1).min() > 190
    assert 0.1 < images.mean() / 255 < 0.2


def test_no_digit_is_cut_off(data: ImageData) -> None:
    """Nothing but dust (at most 128) touches the outermost pixels."""
    edge = np.ones((28, 28), bool)
    edge[1:-1, 1:-1] = False
    assert data.train_images[:, edge].max() <= 128
    assert data.test_images[:, edge].max() <= 128


def test_written_and_printed_half_and_half(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sources are used about equally often for every digit."""
    written: list[int] = []
    write: Callable[[int, np.random.Generator], Pixels] = glyphs._write

    def record(digit: int, rng: np.random.Generator) -> Pixels:
        written.append(digit)
        return write(digit, rng)

    monkeypatch.setattr(glyphs, "_write", record)
    load_glyphs(1000, 1)
    assert all(30 <= count <= 70 for count in np.bincount(written, minlength=10))


def test_two_or_three_ways_to_write_each_digit() -> None:
    """Every way is strokes of at least two points."""
    for digit in range(10):
        ways = glyphs._styles(digit)
        assert len(ways) in (2, 3)
        assert all(len(stroke) >= 2 and stroke.shape[1] == 2 for way in ways for stroke in way)


def test_a_linear_classifier_is_not_enough(data: ImageData) -> None:
    """Least squares on pixels gets most digits right, but stays far from what a CNN reaches (98 of 100)."""

    def design(images: Pixels) -> npt.NDArray[np.float64]:
        return np.column_stack([images.reshape(len(images), -1) / 255, np.ones(len(images))])

    x, targets = design(data.train_images), np.eye(10)[data.train_labels]
    weights = np.linalg.solve(x.T @ x + 10 * np.eye(785), x.T @ targets)
    right = np.mean((design(data.test_images) @ weights).argmax(axis=1) == data.test_labels)
    assert 0.6 < right < 0.8


def test_draw_digit_draws_what_the_generator_says() -> None:
    """One generator state is one drawing; the next is another."""
    rng = np.random.default_rng(1)
    first, second = draw_digit(5, rng), draw_digit(5, rng)
    assert first.shape == (28, 28)
    assert first.dtype == np.uint8
    assert np.array_equal(first, draw_digit(5, np.random.default_rng(1)))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("digit", [-1, 10])
def test_draw_digit_refuses_what_is_none(digit: int) -> None:
    """Only 0 to 9 can be drawn."""
    with pytest.raises(ParameterError, match=rf"^draw_digit: expected a digit from 0 to 9, got {digit}$"):
        draw_digit(digit, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("train", "test", "seed", "message"),
    [
        (0, 1, 0, "train >= 1, got 0"),
        (1, -5, 0, "test >= 1, got -5"),
        (1, 1, -1, "seed >= 0, got -1"),
    ],
)
def test_load_glyphs_refuses(train: int, test: int, seed: int, message: str) -> None:
    """Counts start at 1, seeds at 0."""
    with pytest.raises(ParameterError, match=f"^load_glyphs: expected {message}$"):
        load_glyphs(train, test, seed)


# Golden values. Coordinates are our own arithmetic and must agree to the last bit; pixels may move by the
# rounding of another Pillow, but a line, a font or a filter that differs shows in the mean of its block.


def test_golden_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pen is led along the same grid points on every machine and with every NumPy."""
    paths = bytearray()

    def record(self: ImageDraw.ImageDraw, xy: Sequence[float], **settings: Any) -> None:
        paths.extend(np.array(xy, "<i4").tobytes())

    monkeypatch.setattr(ImageDraw.ImageDraw, "line", record)
    load_glyphs(1000, 1)
    assert zlib.crc32(paths) == GOLDEN_PATHS


def test_golden_pixels(data: ImageData) -> None:
    """The drawings are the same on every machine, but for rounding."""
    first = [data.train_images[data.train_labels == digit][0] for digit in range(10)]
    means = np.array(first).reshape(10, 4, 7, 4, 7).mean(axis=(2, 4)).reshape(10, 16)
    golden = np.array([row.split() for row in GOLDEN.split("\n") if row], float)
    np.testing.assert_allclose(means, golden, atol=2)
