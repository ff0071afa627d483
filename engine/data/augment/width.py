"""Width normalisation: digits made equally wide, for the committees of Cireşan, Meier and Schmidhuber (2012)."""

import numpy as np

from engine.data.augment.batch import Images, checked
from engine.errors import ParameterError, ShapeError


class NormalizeWidth:
    """Stretch or squeeze what is drawn to a given width, in the middle of the image; its height is left as it is.

    There is no chance in it: use it for test images, too.

    Parameters
    ----------
    width : int
        Pixels from the first column with ink to the last.
    threshold : float
        What is brighter is ink.

    Raises
    ------
    ParameterError
        If `width` is below 1, or `threshold` negative.
    ShapeError
        When called with images that are less wide.

    Examples
    --------
    >>> image = np.array([[[[0, 1, 3, 0, 0]]]], np.float32)
    >>> NormalizeWidth(3)(image, np.random.default_rng(0))
    array([[[[0., 1., 2., 3., 0.]]]], dtype=float32)
    """

    def __init__(self, width: int, threshold: float = 0.0) -> None:
        if width < 1 or threshold < 0:
            got = f"width={width}, threshold={threshold}"
            raise ParameterError("NormalizeWidth", "width >= 1 and threshold >= 0", got)
        self.width = width
        self.threshold = threshold

    def __call__(self, images: Images, rng: np.random.Generator) -> Images:
        """Return the altered images, (n, C, H, W) float32; those without ink as they are."""
        images = checked("NormalizeWidth", images)
        total = images.shape[3]
        if total < self.width:
            raise ShapeError("NormalizeWidth", f"images at least {self.width} wide", str(images.shape))
        inked = images.max(axis=(1, 2)) > self.threshold
        first, last = inked.argmax(axis=1), total - 1 - inked[:, ::-1].argmax(axis=1)
        # Where in the original the new columns lie: the outermost ones with ink on each other.
        at = np.linspace(first, last, self.width, axis=1) if self.width > 1 else (first + last)[:, None] / 2
        # A column between two others is made of both, the more of each the nearer it is: one matrix for each image.
        # Where a drawing is squeezed, of so many as come to lie on one column: else thin strokes fall between two.
        reach = np.maximum(1, (last - first) / max(1, self.width - 1))[:, None, None]
        near = np.maximum(0, 1 - np.abs(np.arange(total)[:, None] - at[:, None, :]) / reach)
        near /= near.sum(axis=1, keepdims=True)
        left = (total - self.width) // 2
        mixing = np.zeros((len(images), total, total), np.float32)
        mixing[:, :, left : left + self.width] = near
        return np.where(inked.any(axis=1)[:, None, None, None], images @ mixing[:, None], images)

    def __repr__(self) -> str:
        return f"NormalizeWidth(width={self.width}, threshold={self.threshold})"
