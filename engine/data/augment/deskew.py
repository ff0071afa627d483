"""Deskewing: a digit that leans is sheared until it stands upright."""

import numpy as np

from engine.data.augment.affine import affine
from engine.data.augment.batch import Images, Numbers, checked


def lean(images: Images) -> tuple[Numbers, Numbers]:
    """Return by how many columns ink moves right with each row down, and the row of its middle.

    These are the moments of the ink: mu_xy / mu_yy and the mean of y.

    Parameters
    ----------
    images : ndarray (n, C, H, W), float32

    Returns
    -------
    slope, middle : ndarray (n,), float64
        An image without ink, or with ink in one row only, has no slope: 0.

    Examples
    --------
    >>> lean(np.eye(5, dtype=np.float32).reshape(1, 1, 5, 5))
    (array([1.]), array([2.]))
    """
    ink = images.sum(axis=1, dtype=np.float64)
    rows, columns = np.arange(ink.shape[1])[:, None], np.arange(ink.shape[2])
    mass = ink.sum(axis=(1, 2))
    share = ink / np.where(mass > 0, mass, 1)[:, None, None]
    y, x = (share * rows).sum(axis=(1, 2)), (share * columns).sum(axis=(1, 2))
    down = rows - y[:, None, None]
    across, along = (share * down * (columns - x[:, None, None])).sum(axis=(1, 2)), (share * down**2).sum(axis=(1, 2))
    # A variance that is 0 may come out as some 1e-30.
    flat = along < 1e-9
    return np.where(flat, 0.0, across / np.where(flat, 1.0, along)), y


class Deskew:
    """Shear each image about the middle of its ink until rows further down are no further right or left.

    There is no chance in it: use it for test images, too.

    Examples
    --------
    >>> leaning = np.eye(5, dtype=np.float32).reshape(1, 1, 5, 5)
    >>> Deskew()(leaning, np.random.default_rng(0))[0, 0, :, 2]
    array([1., 1., 1., 1., 1.], dtype=float32)
    """

    def __call__(self, images: Images, rng: np.random.Generator) -> Images:
        """Return the altered images, (n, C, H, W) float32."""
        images = checked("Deskew", images)
        slope, middle = lean(images)
        matrices = np.zeros((len(images), 2, 3))
        matrices[:, 0, 0] = matrices[:, 1, 1] = 1
        matrices[:, 1, 0], matrices[:, 1, 2] = slope, -slope * middle
        return affine(images, matrices)

    def __repr__(self) -> str:
        return "Deskew()"
