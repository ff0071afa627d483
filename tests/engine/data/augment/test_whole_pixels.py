"""Alterations that move or blot out whole pixels: flips, crops, cutout; and several in a row."""

from typing import Any

import numpy as np
import pytest

from engine.data import Batches
from engine.data.augment import Compose, Cutout, ElasticTransform, RandomAffine, RandomCrop, RandomHorizontalFlip
from engine.data.loader import Augment
from engine.errors import ParameterError, ShapeError

IMAGES = np.random.default_rng(0).random((400, 3, 7, 9), dtype=np.float32)


def drawn(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_half_of_the_images_are_mirrored() -> None:
    before = IMAGES.copy()
    got = RandomHorizontalFlip()(IMAGES, drawn())
    mirrored = [np.array_equal(a, b[:, :, ::-1]) for a, b in zip(got, IMAGES, strict=True)]
    same = [np.array_equal(a, b) for a, b in zip(got, IMAGES, strict=True)]
    assert all(a != b for a, b in zip(mirrored, same, strict=True))
    assert 150 < sum(mirrored) < 250
    assert np.array_equal(IMAGES, before)
    assert np.array_equal(RandomHorizontalFlip(0)(IMAGES, drawn()), IMAGES)
    assert np.array_equal(RandomHorizontalFlip(1)(IMAGES, drawn()), IMAGES[:, :, :, ::-1])


@pytest.mark.parametrize("mode", ["reflect", "constant"])
@pytest.mark.parametrize(("size", "padding"), [((7, 9), 3), (5, 0), ((6, 4), 2), ((7, 9), 0), (11, 4)])
def test_crops_are_windows_of_the_padded_image(size: Any, padding: int, mode: Any) -> None:
    got = RandomCrop(size, padding, mode)(IMAGES, drawn())
    height, width = size if isinstance(size, tuple) else (size, size)
    padded = np.pad(IMAGES, ((0, 0), (0, 0), (padding, padding), (padding, padding)), mode=mode)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(2, 3))
    places = set()
    for n in range(len(IMAGES)):
        found = np.argwhere((windows[n] == got[n][:, None, None]).all(axis=(0, 3, 4)))
        assert len(found) >= 1
        places.add(tuple(found[0]))
    assert len(places) == windows.shape[2] * windows.shape[3]  # every place occurs


def test_cutout_is_a_square_around_any_pixel() -> None:
    ones = np.ones((3000, 2, 6, 8), np.float32)
    got = Cutout(3, value=(0.25, 0.5))(ones, drawn())
    assert np.array_equal(got[:, 0] == 0.25, got[:, 1] == 0.5)
    holes = got[:, 0] == 0.25
    assert np.array_equal(holes, got[:, 0] != 1)
    rows, columns = holes.any(axis=2), holes.any(axis=1)
    assert np.array_equal(holes, rows[:, :, None] & columns[:, None, :])  # rectangles
    middles = set()
    for down, right in zip(rows, columns, strict=True):
        assert down.sum() in (2, 3)
        assert right.sum() in (2, 3)
        middles.add((int(down.argmax()), int(down.sum()), int(right.argmax()), int(right.sum())))
    assert len(middles) == 6 * 8


def test_cutout_of_even_size_and_larger_than_the_image() -> None:
    assert np.all(Cutout(99)(IMAGES, drawn()) == 0)
    assert set(np.unique((Cutout(4)(np.ones((500, 1, 20, 20), np.float32), drawn()) == 0).sum(axis=(1, 2, 3)))) >= {16}


def test_one_after_the_other_from_one_generator() -> None:
    parts: list[Augment] = [RandomAffine(10), RandomHorizontalFlip(), RandomCrop(6, 1), Cutout(2)]
    rng, expected = drawn(3), IMAGES
    for part in parts:
        expected = part(expected, rng)
    assert np.array_equal(Compose(parts)(IMAGES, drawn(3)), expected)
    assert expected.shape == (400, 3, 6, 6)


def test_they_say_what_they_are() -> None:
    """Reports and recipes print them."""
    shown = repr(Compose([RandomCrop(32, 4), RandomHorizontalFlip(), ElasticTransform(), Cutout(8), RandomAffine(5)]))
    assert shown == (
        "Compose(RandomCrop(size=(32, 32), padding=4, padding_mode='reflect'), RandomHorizontalFlip(p=0.5), "
        "ElasticTransform(alpha=34.0, sigma=4.0), Cutout(size=8, value=0.0), "
        "RandomAffine(degrees=(-5, 5), translate=(0.0, 0.0), scale=(1.0, 1.0), shear=(0.0, 0.0), independent=False))"
    )


def test_batches_are_altered() -> None:
    images = (IMAGES * 255).astype(np.uint8)
    alter = Compose([RandomCrop(6, 1), RandomHorizontalFlip()])
    labels = np.arange(400).astype(np.uint8)
    shapes = [x.shape for x, _ in Batches(images, labels, 150, shuffle=True, augment=alter, prefetch=True)]
    assert shapes == [(150, 3, 6, 6), (150, 3, 6, 6), (100, 3, 6, 6)]


@pytest.mark.parametrize(
    ("make", "who"),
    [
        (lambda: RandomHorizontalFlip(1.5), "RandomHorizontalFlip: expected p from 0 to 1, got 1.5"),
        (lambda: RandomCrop(0), "RandomCrop: expected size >= 1"),
        (lambda: RandomCrop(3, -1), "RandomCrop: expected size >= 1, padding >= 0"),
        (lambda: RandomCrop(3, 1, "edge"), "RandomCrop: expected .*padding_mode"),
        (lambda: Cutout(0), "Cutout: expected size >= 1, got 0"),
    ],
)
def test_settings_that_cannot_work(make: Any, who: str) -> None:
    with pytest.raises(ParameterError, match=who):
        make()


@pytest.mark.parametrize(
    ("alter", "says"),
    [
        (RandomCrop(10, 1), r"RandomCrop: expected images of at least 8x8, got \(400, 3, 7, 9\)"),
        (RandomCrop(5, 7), r"RandomCrop: expected images of at least 8x8, got"),
        (Cutout(2, (0.1, 0.2)), r"Cutout: expected one value or 3, one for each channel, got \(2,\)"),
    ],
)
def test_images_that_do_not_fit(alter: Any, says: str) -> None:
    with pytest.raises(ShapeError, match=says):
        alter(IMAGES, drawn())
