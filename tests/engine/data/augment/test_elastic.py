"""Elastic distortion: the field against SciPy's Gaussian, its size against the paper's, the look-up against SciPy's."""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from engine.data.augment import ElasticTransform, displace, elastic, elastic_field
from engine.errors import ParameterError, ShapeError


@pytest.mark.parametrize(("sigma", "size"), [(4.0, (28, 28)), (1.3, (9, 14)), (0.3, (4, 4))])
def test_the_field_is_noise_smoothed_by_a_gaussian(sigma: float, size: tuple[int, int]) -> None:
    got = elastic_field(3, size, alpha=10.0, sigma=sigma, rng=np.random.default_rng(0))
    reach = int(elastic.TRUNCATE * sigma + 0.5)
    noise = np.random.default_rng(0).random((6, size[0] + 2 * reach, size[1] + 2 * reach), dtype=np.float32)
    for i in range(6):
        smoothed = ndimage.gaussian_filter(2 * noise[i].astype(np.float64) - 1, sigma, truncate=elastic.TRUNCATE)
        expected = 10 * smoothed[reach : reach + size[0], reach : reach + size[1]]
        np.testing.assert_allclose(got[i // 2, i % 2], expected, atol=1e-5)


def test_displacements_are_those_of_the_paper() -> None:
    """About 1.4 pixels along each axis at sigma 4 and alpha 34; in the middle, at the edge, and in closed form."""
    field = elastic_field(3000, (29, 29), alpha=34.0, sigma=4.0, rng=np.random.default_rng(1))
    theory = 34 / (np.sqrt(3) * 2 * np.sqrt(np.pi) * 4)
    for part in (field, field[:, :, :2], field[..., -2:], field[:, :, 13:16, 13:16], field[:, 0], field[:, 1]):
        assert np.sqrt(np.mean(part.astype(np.float64) ** 2)) == pytest.approx(theory, rel=0.05)
    assert theory == pytest.approx(1.4, abs=0.05)
    assert abs(float(field.mean())) < 0.05
    assert abs(np.corrcoef(field[:, 0, 14, 14], field[:, 1, 14, 14])[0, 1]) < 0.1


@pytest.mark.parametrize("channels", [1, 3])
def test_scipy_looks_up_the_same(channels: int) -> None:
    rng = np.random.default_rng(2)
    images = rng.random((4, channels, 12, 15), dtype=np.float32)
    field = rng.normal(0, 4, (4, 2, 12, 15)).astype(np.float32)
    got = displace(images, field)
    here = np.mgrid[:12, :15]
    for n in range(4):
        for c in range(channels):
            expected = ndimage.map_coordinates(
                images[n, c].astype(np.float64), here + field[n], order=1, mode="grid-constant"
            )
            np.testing.assert_allclose(got[n, c], expected, atol=1e-5)


def test_no_displacement_changes_nothing() -> None:
    images = np.random.default_rng(3).random((2, 3, 8, 8), dtype=np.float32)
    assert np.array_equal(displace(images, np.zeros((2, 2, 8, 8), np.float32)), images)
    assert np.array_equal(ElasticTransform(alpha=0)(images, np.random.default_rng(0)), images)


def test_the_first_part_of_the_field_is_down() -> None:
    image = np.arange(12, dtype=np.float32).reshape(1, 1, 3, 4)
    field = np.zeros((1, 2, 3, 4), np.float32)
    field[:, 0] = 1
    assert displace(image, field)[0, 0].tolist() == [[4, 5, 6, 7], [8, 9, 10, 11], [0, 0, 0, 0]]


def test_same_state_same_images_and_each_its_own() -> None:
    images = np.random.default_rng(4).random((1, 1, 28, 28), dtype=np.float32).repeat(2, axis=0)
    once, again = (ElasticTransform()(images, np.random.default_rng(9)) for _ in range(2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once[0], once[1])


@pytest.mark.parametrize("settings", [{"alpha": -1.0}, {"sigma": 0.0}, {"sigma": float("nan")}])
def test_settings_that_cannot_work(settings: Any) -> None:
    with pytest.raises(ParameterError, match="ElasticTransform: expected alpha >= 0 and sigma > 0"):
        ElasticTransform(**settings)


def test_a_field_of_another_size() -> None:
    with pytest.raises(ShapeError, match=r"displace: expected a field \(2, 2, 5, 6\), got \(2, 2, 6, 5\)"):
        displace(np.zeros((2, 1, 5, 6), np.float32), np.zeros((2, 2, 6, 5), np.float32))
