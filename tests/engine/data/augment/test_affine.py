"""Affine resampling against SciPy, and against what has a closed form: shifts, quarter turns, doubling."""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from engine.data.augment import RandomAffine, affine, affine_matrices
from engine.errors import DTypeError, ParameterError, ShapeError

RNG = np.random.default_rng(0)
GREY = RNG.random((5, 1, 28, 28), dtype=np.float32)
COLOUR = RNG.random((4, 3, 9, 12), dtype=np.float32)


def test_identity_changes_nothing() -> None:
    assert np.array_equal(affine(COLOUR, affine_matrices((9, 12))), COLOUR)


@pytest.mark.parametrize(("right", "down"), [(3, 0), (0, 2), (-4, 1), (11, 8), (12, 0), (-50, 50)])
def test_shifts_by_whole_pixels(right: int, down: int) -> None:
    got = affine(COLOUR, affine_matrices((9, 12), translate=(float(right), float(down))))
    expected = np.zeros_like(COLOUR)
    for i in range(9):
        for j in range(12):
            if 0 <= i - down < 9 and 0 <= j - right < 12:
                expected[:, :, i, j] = COLOUR[:, :, i - down, j - right]
    np.testing.assert_allclose(got, expected, atol=1e-6)


@pytest.mark.parametrize(("degrees", "quarters"), [(90, -1), (-90, 1), (180, 2), (270, -3), (360, 0)])
def test_quarter_turns_are_clockwise(degrees: float, quarters: int) -> None:
    got = affine(GREY, affine_matrices((28, 28), degrees=degrees))
    np.testing.assert_allclose(got, np.rot90(GREY, quarters, axes=(2, 3)), atol=1e-5)


def test_twice_as_large() -> None:
    """The middle of an image that is linear in its columns stays linear, with half the slope."""
    ramp = np.broadcast_to(np.arange(11, dtype=np.float32), (1, 1, 11, 11))
    got = affine(ramp, affine_matrices((11, 11), scale=(2.0, 1.0)))
    np.testing.assert_allclose(got[0, 0, 4], np.arange(11) / 2 + 2.5, atol=1e-5)
    tall = affine(ramp.swapaxes(2, 3), affine_matrices((11, 11), scale=(1.0, 0.5)))
    np.testing.assert_allclose(tall[0, 0, 3:8, 5], [1, 3, 5, 7, 9], atol=1e-5)


def test_shear_moves_rows() -> None:
    upright = np.zeros((1, 1, 5, 9), np.float32)
    upright[..., 4] = 1
    got = affine(upright, affine_matrices((5, 9), shear=45.0))
    assert [int(np.argmax(row)) for row in got[0, 0]] == [6, 5, 4, 3, 2]


def random_matrices(size: tuple[int, int], count: int) -> Any:
    return affine_matrices(
        size,
        RNG.uniform(-60, 60, count),
        (RNG.uniform(-4, 4, count), RNG.uniform(-4, 4, count)),
        (RNG.uniform(0.5, 2, count), RNG.uniform(0.5, 2, count)),
        RNG.uniform(-30, 30, count),
    )


@pytest.mark.parametrize("images", [GREY, COLOUR], ids=["grey", "colour"])
def test_scipy_agrees(images: Any) -> None:
    matrices = random_matrices(images.shape[2:], len(images))
    got = affine(images, matrices)
    for n, matrix in enumerate(matrices):
        for c in range(images.shape[1]):
            expected = ndimage.affine_transform(
                images[n, c].astype(np.float64), matrix[:, :2], matrix[:, 2], order=1, mode="grid-constant"
            )
            np.testing.assert_allclose(got[n, c], expected, atol=2e-5)


def test_settings_are_those_of_the_map_they_name() -> None:
    """Worked out the long way: out = middle + shift + R S H (in - middle)."""
    turn, lean = np.radians(25), np.radians(10)
    forward = (
        np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        @ np.diag([0.7, 1.3])
        @ np.array([[1, 0], [-np.tan(lean), 1]])
    )
    (matrix,) = affine_matrices((20, 30), 25.0, (3.0, -2.0), (1.3, 0.7), 10.0)
    middle, point = np.array([9.5, 14.5]), np.array([3.0, 8.0])
    out = middle + [-2.0, 3.0] + forward @ (point - middle)
    np.testing.assert_allclose(matrix[:, :2] @ out + matrix[:, 2], point, atol=1e-12)


def test_the_same_generator_state_gives_the_same_images_and_each_its_own() -> None:
    alter = RandomAffine(20, (0.1, 0.1), (0.8, 1.2), 5)
    once, again = (alter(GREY[:1].repeat(3, axis=0), np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once[0], once[1])
    assert once.dtype == np.float32


class Noted:
    """Stands for a generator, and notes the ranges that are drawn from."""

    def __init__(self) -> None:
        self.ranges: list[tuple[float, float]] = []

    def uniform(self, low: float, high: float, count: int) -> Any:
        """Draw the largest number of the range."""
        self.ranges.append((low, high))
        return np.full(count, high)


def test_ranges() -> None:
    noted: Any = Noted()
    dot = np.zeros((1, 1, 21, 11), np.float32)
    dot[..., 10, 5] = 1
    got = RandomAffine(0, (0.2, 0.1))(dot, noted)
    assert np.argwhere(got[0, 0] == got.max()).tolist() == [[12, 7]]
    noted.ranges.clear()
    RandomAffine((1, 2), (0.1, 0.2), (0.5, 3), 7, independent=True)(dot, noted)
    assert noted.ranges == [(1, 2), (-7, 7), (-1, 1), (-1, 1), (0.5, 3), (0.5, 3)]
    noted.ranges.clear()
    RandomAffine(9)(dot, noted)
    assert noted.ranges == [(-9, 9), (0.0, 0.0), (-1, 1), (-1, 1), (1.0, 1.0)]


@pytest.mark.parametrize(
    "settings",
    [{"degrees": (2, 1)}, {"degrees": 1, "translate": (0, 1.5)}, {"degrees": 1, "scale": (0, 1)}, {"degrees": -1}],
)
def test_settings_that_cannot_work(settings: Any) -> None:
    with pytest.raises(ParameterError, match="RandomAffine: expected ranges from low to high"):
        RandomAffine(**settings)


def test_what_is_no_batch_of_images() -> None:
    with pytest.raises(DTypeError, match=r"affine: expected images float32 .*, got uint8; divide uint8 images by 255"):
        affine(GREY.astype(np.uint8), affine_matrices((28, 28)))
    for shape in ((3, 28, 28), (0, 1, 28, 28)):
        with pytest.raises(ShapeError, match=r"affine: expected images \(n, C, H, W\), none of them 0"):
            affine(np.zeros(shape, np.float32), affine_matrices((28, 28)))
    with pytest.raises(ShapeError, match=r"expected matrices \(5, 2, 3\) or \(1, 2, 3\), got \(4, 2, 3\)"):
        affine(GREY, np.zeros((4, 2, 3)))


def test_what_is_not_a_number_is_background() -> None:
    assert np.all(affine(GREY, np.full((1, 2, 3), np.nan)) == 0)
    assert np.all(affine(GREY, np.full((1, 2, 3), 1e30)) == 0)
