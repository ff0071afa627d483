"""Cutout: a square of each image is blotted out (DeVries, Taylor 2017)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.data.augment.batch import Images, checked
from engine.errors import ParameterError, ShapeError


class Cutout:
    """Blot out a square, whose middle may be any pixel; what would lie beyond the edge is left away.

    Parameters
    ----------
    size : int
        Height and width of the square.
    value : float or sequence of float
        What stands there, for all channels or for each: with the mean of the pixels it is 0 once normalised.

    Raises
    ------
    ParameterError
        If `size` is below 1.
    ShapeError
        When called with images of another number of channels than there are values.

    Examples
    --------
    >>> Cutout(2)(np.ones((1, 1, 3, 3), np.float32), np.random.default_rng(0))[0, 0]
    array([[1., 1., 1.],
           [0., 0., 1.],
           [0., 0., 1.]], dtype=float32)
    """

    def __init__(self, size: int, value: float | Sequence[float] = 0.0) -> None:
        if size < 1:
            raise ParameterError("Cutout", "size >= 1", str(size))
        self.size = size
        self.value = value

    def __call__(self, images: Images, rng: np.random.Generator) -> Images:
        """Return the altered images, (n, C, H, W) float32."""
        images = checked("Cutout", images)
        values = np.atleast_1d(np.asarray(self.value, np.float32))
        if values.shape not in ((1,), images.shape[1:2]):
            raise ShapeError("Cutout", f"one value or {images.shape[1]}, one for each channel", f"{values.shape}")
        down, right = (self._covered(length, len(images), rng) for length in images.shape[2:])
        return np.where(down[:, None, :, None] & right[:, None, None, :], values[:, None, None], images)

    def _covered(self, length: int, count: int, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
        """Return (count, length): which rows or columns the squares cover."""
        first = rng.integers(0, length, count)[:, None] - self.size // 2
        at = np.arange(length)
        return (at >= first) & (at < first + self.size)

    def __repr__(self) -> str:
        return f"Cutout(size={self.size}, value={self.value})"
