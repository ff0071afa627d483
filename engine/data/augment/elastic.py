"""Elastic distortion: pixels are moved by a smooth random field (Simard, Steinkraus, Platt 2003)."""

import numpy as np

from engine.data.augment.batch import Images, checked
from engine.data.compiled import compiled
from engine.errors import ParameterError, ShapeError

# So many standard deviations from its middle the Gaussian ends: beyond is 0.3% of it.
TRUNCATE = 3.0


def elastic_field(count: int, size: tuple[int, int], alpha: float, sigma: float, rng: np.random.Generator) -> Images:
    """Draw fields of displacements: uniform from -1 to 1, smoothed by a Gaussian, times alpha.

    The noise reaches beyond the image as far as the Gaussian, so that displacements are as large at the edge as in
    the middle.

    Parameters
    ----------
    count : int
    size : (int, int)
        Height and width.
    alpha : float
    sigma : float
        Standard deviation of the Gaussian, in pixels.
    rng : np.random.Generator

    Returns
    -------
    ndarray (count, 2, H, W), float32
        Pixels down, then to the right.

    Examples
    --------
    >>> field = elastic_field(100, (28, 28), alpha=34.0, sigma=4.0, rng=np.random.default_rng(0))
    >>> round(float(field.std()), 1)
    1.4
    """
    reach = int(TRUNCATE * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    height, width = size
    noise = rng.random((2 * count, height + 2 * reach, width + 2 * reach), dtype=np.float32)
    field = np.empty((2 * count, height, width), np.float32)
    # Smoothing keeps a constant, so that noise from 0 to 1 may be moved to -1 to 1 afterwards.
    scale, offset = np.float32(2 * alpha), np.float32(-alpha)
    compiled("augment.smoothing").smooth(field, noise, np.float32(weights / weights.sum()), scale, offset)
    return field.reshape(count, 2, height, width)


def displace(images: Images, field: Images) -> Images:
    """Put at each pixel the one that lies so far down and to the right of it, bilinear; beyond the edge is 0.

    Parameters
    ----------
    images : ndarray (n, C, H, W), float32
    field : ndarray (n, 2, H, W), float32
        Pixels down, then to the right.

    Returns
    -------
    ndarray (n, C, H, W), float32

    Raises
    ------
    ShapeError, DTypeError
        If images or field are not of these shapes and types.

    Examples
    --------
    >>> image = np.arange(4, dtype=np.float32).reshape(1, 1, 2, 2)
    >>> displace(image, np.full((1, 2, 2, 2), [[[0]], [[0.5]]], np.float32))[0, 0]
    array([[0.5, 0.5],
           [2.5, 1.5]], dtype=float32)
    """
    images = checked("displace", images)
    expected = (len(images), 2, *images.shape[2:])
    if field.shape != expected:
        raise ShapeError("displace", f"a field {expected}", str(field.shape))
    out = np.empty_like(images)
    compiled("augment.resampling").displaced(out, images, np.ascontiguousarray(field, np.float32))
    return out


class ElasticTransform:
    """Distort each image by a smooth random field of its own.

    Parameters
    ----------
    alpha : float
        By this the smoothed noise is multiplied. As in the paper; not PyTorch's alpha, which depends on the size.
    sigma : float
        Pixels over which the noise is smoothed. Displacements have a root mean square of about
        ``alpha / (6.14 sigma)`` along each axis: 1.4 pixels with the paper's settings, the defaults here.

    Raises
    ------
    ParameterError
        If `alpha` is negative or `sigma` not positive.

    Examples
    --------
    >>> alter = ElasticTransform()
    >>> alter(np.zeros((2, 1, 28, 28), np.float32), np.random.default_rng(0)).shape
    (2, 1, 28, 28)
    """

    def __init__(self, alpha: float = 34.0, sigma: float = 4.0) -> None:
        if alpha < 0 or not sigma > 0:
            raise ParameterError("ElasticTransform", "alpha >= 0 and sigma > 0", f"alpha={alpha}, sigma={sigma}")
        self.alpha = alpha
        self.sigma = sigma

    def __call__(self, images: Images, rng: np.random.Generator) -> Images:
        """Return the altered images, (n, C, H, W) float32."""
        images = checked("ElasticTransform", images)
        height, width = images.shape[2:]
        return displace(images, elastic_field(len(images), (height, width), self.alpha, self.sigma, rng))

    def __repr__(self) -> str:
        return f"ElasticTransform(alpha={self.alpha}, sigma={self.sigma})"
