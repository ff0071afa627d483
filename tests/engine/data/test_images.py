"""What a set of images must be, and the statistics of its pixels."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from engine.data import images as module
from engine.data.images import ImageData
from engine.errors import DTypeError, ShapeError

Pixels = npt.NDArray[np.uint8]


def labels(count: int) -> Pixels:
    return np.zeros(count, np.uint8)


def test_grey_and_colour() -> None:
    grey, colour = np.zeros((4, 5, 6), np.uint8), np.zeros((4, 3, 5, 6), np.uint8)
    assert ImageData(grey, labels(4), grey, labels(4), "grey").channels == 1
    data = ImageData(colour, labels(4), colour[:1], labels(1), "colour", ("cat",))
    assert data.channels == 3
    assert data.classes == ("cat",)


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize(
    ("images", "numbers", "says"),
    [
        (np.zeros((4, 5), np.uint8), labels(4), r"got images \(4, 5\), labels \(4,\)"),
        (np.zeros((4, 5, 6), np.uint8), labels(3), r"got images \(4, 5, 6\), labels \(3,\)"),
        (np.zeros((0, 5, 6), np.uint8), labels(0), r"got images \(0, 5, 6\), labels \(0,\)"),
        (np.zeros((4, 5, 6), np.uint8), labels(4) + 10, "labels below 10, the number of classes, got 10"),
    ],
)
def test_what_is_no_set_of_images(part: str, images: Pixels, numbers: Pixels, says: str) -> None:
    given: dict[str, Any] = {f"{name}_images": np.zeros((2, 5, 6), np.uint8) for name in ("train", "test")}
    given |= {f"{name}_labels": labels(2) for name in ("train", "test")}
    given |= {f"{part}_images": images, f"{part}_labels": numbers}
    with pytest.raises(ShapeError, match=f"^odd, {part} images: expected .*{says}"):
        ImageData(**given, name="odd")


def test_other_element_types_are_refused() -> None:
    right = np.zeros((2, 5, 6), np.uint8)
    wrong: Any = right.astype(np.float32)
    with pytest.raises(DTypeError, match=r"^odd, test images: expected uint8 .*, got float32 and uint8$"):
        ImageData(right, labels(2), wrong, labels(2), "odd")


def test_mean_and_deviation_of_each_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COUNTED", 4)
    pixels = np.random.default_rng(0).integers(0, 256, (10, 3, 5, 6)).astype(np.uint8)
    pixels[:, 1] //= 2
    mean, std = ImageData(pixels, labels(10), pixels, labels(10), "noise").mean_std()
    np.testing.assert_allclose(mean, pixels.mean(axis=(0, 2, 3)) / 255, rtol=1e-12)
    np.testing.assert_allclose(std, pixels.std(axis=(0, 2, 3)) / 255, rtol=1e-12)


def test_a_channel_without_contrast_can_be_divided_by_its_deviation() -> None:
    flat = np.full((2, 3, 3), 51, np.uint8)
    mean, std = ImageData(flat, labels(2), flat, labels(2), "flat").mean_std()
    assert mean == pytest.approx((0.2,))
    assert std == (1.0,)
