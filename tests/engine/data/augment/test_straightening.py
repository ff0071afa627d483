"""Deskewing and width normalisation, by what they promise: no lean is left, and so many columns have ink."""

import numpy as np
import pytest
from scipy import ndimage

from engine.data import load_glyphs
from engine.data.augment import Deskew, NormalizeWidth
from engine.data.augment.batch import Images
from engine.data.augment.deskew import lean
from engine.errors import ParameterError, ShapeError

UNUSED = np.random.default_rng(0)


def digits(count: int = 60) -> Images:
    """Draw digits without grain and dust, with room around them for being sheared."""
    images = load_glyphs(count, 1).train_images[:, None].astype(np.float32) / 255
    images[images < 0.55] = 0
    return np.pad(images, ((0, 0), (0, 0), (0, 0), (10, 10)))


def moments(image: Images) -> tuple[float, float, float]:
    """Return the mean row and column and the mixed moment, by definition."""
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]]
    mass = image.sum(dtype=np.float64)
    y, x = (image * rows).sum() / mass, (image * columns).sum() / mass
    return y, x, float((image * (rows - y) * (columns - x)).sum() / mass)


def test_no_lean_is_left_and_the_middle_stays() -> None:
    images = digits()
    got = Deskew()(images, UNUSED)
    assert max(abs(moments(image[0])[2]) for image in images) > 3
    for before, after in zip(images[:, 0], got[:, 0], strict=True):
        assert moments(after)[2] == pytest.approx(0, abs=1e-3)
        assert moments(after)[:2] == pytest.approx(moments(before)[:2], abs=1e-3)
        np.testing.assert_allclose(after.sum(axis=1), before.sum(axis=1), rtol=1e-4, atol=1e-5)  # rows only shift


def test_what_was_sheared_is_put_back() -> None:
    upright = np.zeros((1, 1, 20, 40), np.float32)
    upright[0, 0, 4:16, 18:22] = 1
    leaning = ndimage.affine_transform(upright[0, 0], [[1, 0], [-0.7, 1]], [0, 0.7 * 9.5], order=1)[None, None]
    assert lean(leaning)[0] == pytest.approx(0.7, abs=0.01)
    np.testing.assert_allclose(Deskew()(leaning, UNUSED).sum(axis=2), upright.sum(axis=2), atol=3)
    assert lean(Deskew()(leaning, UNUSED))[0] == pytest.approx(0, abs=1e-4)


def test_all_channels_are_sheared_alike() -> None:
    image = digits(1)
    colour = np.concatenate([image, 0.5 * image, 0 * image], axis=1)
    got = Deskew()(colour, UNUSED)
    np.testing.assert_allclose(got[:, 0], Deskew()(image, UNUSED)[:, 0], atol=1e-6)
    np.testing.assert_allclose(got[:, 1], 0.5 * got[:, 0], atol=1e-6)


@pytest.mark.parametrize("rows", [[], [3]])
def test_without_ink_or_with_a_single_row_nothing_changes(rows: list[int]) -> None:
    image = np.zeros((1, 1, 8, 8), np.float32)
    image[0, 0, rows, 2:5] = 1
    assert np.array_equal(Deskew()(image, UNUSED), image)


@pytest.mark.parametrize("width", [1, 2, 10, 16, 20, 28, 48])
def test_every_digit_has_that_width(width: int) -> None:
    images = digits()
    got = NormalizeWidth(width)(images, UNUSED)
    left = (48 - width) // 2
    for before, after in zip(images[:, 0], got[:, 0], strict=True):
        inked = np.flatnonzero(after.max(axis=0) > 0)
        assert len(inked) > 0
        assert inked[0] >= left
        assert inked[-1] < left + width
        if width > 1:
            assert (inked[0], inked[-1]) == (left, left + width - 1)
        columns = np.flatnonzero(before.max(axis=0) > 0)
        if width > columns[-1] - columns[0]:
            np.testing.assert_allclose(after[:, left], before[:, columns[0]], atol=1e-6)
            np.testing.assert_allclose(after[:, left + width - 1], before[:, columns[-1]], atol=1e-6)
            at = np.linspace(columns[0], columns[-1], width)
            expected = ndimage.map_coordinates(
                before.astype(np.float64), np.meshgrid(range(28), at, indexing="ij"), order=1
            )
            np.testing.assert_allclose(after[:, left : left + width], expected, atol=1e-5)


def test_a_narrow_drawing_is_stretched_no_further_than_is_said() -> None:
    images = digits()
    wide = np.array([np.ptp(np.flatnonzero(image[0].max(axis=0) > 0)) + 1 for image in images])
    most = np.floor(1.5 * wide).astype(int)
    assert 0 < (most < 16).sum() < len(images)
    got = NormalizeWidth(16, stretch=1.5)(images, UNUSED)
    for width in np.unique(np.minimum(16, most)):
        chosen = np.minimum(16, most) == width
        assert np.array_equal(got[chosen], NormalizeWidth(int(width))(images[chosen], UNUSED))


def test_a_thin_stroke_is_not_lost_where_it_is_squeezed() -> None:
    """Wherever it stands: each place would be as good as another for sampling one column in three."""
    for place in range(6, 26):
        image = np.zeros((1, 1, 1, 32), np.float32)
        image[..., [0, place, 31]] = 1
        squeezed = NormalizeWidth(12)(image, UNUSED)[0, 0, 0, 10:22]
        assert squeezed[1:-1].sum() == pytest.approx(11 / 31, rel=0.05)


def test_a_threshold_leaves_grain_out() -> None:
    image = np.zeros((1, 1, 4, 10), np.float32)
    image[..., 3:5], image[..., 9] = 1, 0.1
    inked = np.flatnonzero(NormalizeWidth(4, threshold=0.2)(image, UNUSED)[0, 0, 0])
    assert inked.tolist() == [3, 4, 5, 6]


def test_images_without_ink_stay_empty() -> None:
    assert not NormalizeWidth(5)(np.zeros((2, 1, 8, 8), np.float32), UNUSED).any()


def test_they_say_what_they_are() -> None:
    said = "NormalizeWidth(width=12, threshold=0.0, stretch=inf)"
    assert [repr(Deskew()), repr(NormalizeWidth(12))] == ["Deskew()", said]


def test_settings_that_cannot_work() -> None:
    for settings in ((0, 0.0, 1.0), (5, -0.1, 1.0), (5, 0.0, 0.9), (5, 0.0, float("nan"))):
        said = "NormalizeWidth: expected .*, got width={}, threshold={}, stretch={}".format(*settings)
        with pytest.raises(ParameterError, match=said):
            NormalizeWidth(*settings)
    with pytest.raises(ShapeError, match=r"NormalizeWidth: expected images at least 9 wide, got \(1, 1, 8, 8\)"):
        NormalizeWidth(9)(np.zeros((1, 1, 8, 8), np.float32), UNUSED)
