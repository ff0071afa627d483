"""Crops at random places of images with a border around them: shifts by whole pixels."""

import numpy as np
import numpy.typing as npt

from engine.data.augment.batch import Images, checked
from engine.data.compiled import compiled
from engine.errors import ParameterError, ShapeError

MODES = ("constant", "reflect")


class RandomCrop:
    """Cut a piece out of each image, at a random place.

    Parameters
    ----------
    size : int or (int, int)
        Height and width of the piece.
    padding : int
        Pixels added on each side before.
    padding_mode : {"reflect", "constant"}
        Whether the border mirrors the image, the edge itself not repeated, or is 0.

    Raises
    ------
    ParameterError
        If a setting cannot work.
    ShapeError
        When called with images that are smaller than the piece, or than what is to be mirrored.

    Examples
    --------
    >>> RandomCrop(32, padding=4)(np.zeros((2, 3, 32, 32), np.float32), np.random.default_rng(0)).shape
    (2, 3, 32, 32)
    """

    def __init__(self, size: int | tuple[int, int], padding: int = 0, padding_mode: str = "reflect") -> None:
        self.size = size if isinstance(size, tuple) else (size, size)
        self.padding = padding
        self.padding_mode = padding_mode
        if min(self.size) < 1 or padding < 0 or padding_mode not in MODES:
            raise ParameterError("RandomCrop", f"size >= 1, padding >= 0, padding_mode in {MODES}", repr(self))

    def __call__(self, images: Images, rng: np.random.Generator) -> Images:
        """Return the pieces, (n, C, height, width) float32."""
        images = checked("RandomCrop", images)
        mirrored = self.padding if self.padding_mode == "reflect" else 0
        least = [max(side - 2 * self.padding, mirrored + 1) for side in self.size]
        if images.shape[2] < least[0] or images.shape[3] < least[1]:
            raise ShapeError("RandomCrop", f"images of at least {least[0]}x{least[1]}", str(images.shape))
        rows, columns = (
            self._positions(length, side, len(images), rng)
            for length, side in zip(images.shape[2:], self.size, strict=True)
        )
        out = np.empty((*images.shape[:2], *self.size), np.float32)
        compiled("augment.cropping").crop(out, images, rows, columns)
        return out

    def _positions(self, length: int, side: int, count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
        """Return (count, side): where in the image pixels come from; -1 for 0."""
        first = rng.integers(-self.padding, length + self.padding - side, count, endpoint=True)
        at = first[:, None] + np.arange(side)
        if self.padding_mode == "reflect":
            at = np.abs(at)
            at = np.where(at < length, at, 2 * (length - 1) - at)
        else:
            at = np.where((at >= 0) & (at < length), at, -1)
        return at.astype(np.int64, copy=False)

    def __repr__(self) -> str:
        return f"RandomCrop(size={self.size}, padding={self.padding}, padding_mode={self.padding_mode!r})"
