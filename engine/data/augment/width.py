"""Width normalisation: digits made equally wide, for the committees of Cireşan, Meier and Schmidhuber (2012)."""

import math

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
    stretch : float
        So many times as wide as it was a drawing becomes at most, however narrow it is, >= 1: else the stroke of a 1
        becomes a bar.

    Raises
    ------
    ParameterError
        If `width` or `stretch` is below 1, or `threshold` negative.
    ShapeError
        When called with images that are less wide.

    Examples
    --------
    >>> image = np.array([[[[0, 1, 3, 0, 0]]]], np.float32)
    >>> NormalizeWidth(3)(image, np.random.default_rng(0))
    array([[[[0., 1., 2., 3., 0.]]]], dtype=float32)
    """

    def __init__(self, width: int, threshold: float = 0.0, stretch: float = math.inf) -> None:
        if width < 1 or threshold < 0 or not stretch >= 1:
            got = f"width={width}, threshold={threshold}, stretch={stretch}"
            raise ParameterError("NormalizeWidth", "width >= 1, threshold >= 0 and stretch >= 1", got)
        self.width = width
        self.threshold = threshold
        self.stretch = stretch

    def __call__(self, images: Images, rng: np.random.Generator) -> Images:
        """Return the altered images, (n, C, H, W) float32; those without ink as they are."""
        images = checked("NormalizeWidth", images)
        total = images.shape[3]
        if total < self.width:
            raise ShapeError("NormalizeWidth", f"images at least {self.width} wide", str(images.shape))
        inked = images.max(axis=(1, 2)) > self.threshold
        first, last = inked.argmax(axis=1), total - 1 - inked[:, ::-1].argmax(axis=1)
        width = np.minimum(self.width, np.floor(self.stretch * (last - first + 1)))
        # Where in the original the new columns lie: the outermost ones with ink on each other.
        column = np.arange(total) - ((total - width) // 2)[:, None]
        step = (last - first) / np.maximum(1, width - 1)
        at = (np.where(width > 1, first, (first + last) / 2)[:, None] + column * step[:, None]).astype(np.float32)
        # A column between two others is made of both, the more of each the nearer it is: one matrix for each image.
        # Where a drawing is squeezed, of so many as come to lie on one column: else thin strokes fall between two.
        reach = np.maximum(1, step).astype(np.float32)[:, None, None]
        mixing = np.maximum(0, 1 - np.abs(np.arange(total, dtype=np.float32)[:, None] - at[:, None, :]) / reach)
        inside = (column >= 0) & (column < width[:, None])
        mixing *= np.divide(inside, mixing.sum(axis=1), out=np.zeros_like(at), where=inside)[:, None, :]
        return np.where(inked.any(axis=1)[:, None, None, None], images @ mixing[:, None], images)

    def __repr__(self) -> str:
        return f"NormalizeWidth(width={self.width}, threshold={self.threshold}, stretch={self.stretch})"
