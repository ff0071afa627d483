"""Left and right change places: for things, not for digits."""

import numpy as np

from engine.data.augment.batch import Images, checked
from engine.errors import ParameterError


class RandomHorizontalFlip:
    """Mirror each image with a given probability.

    Parameters
    ----------
    p : float
        The probability.

    Raises
    ------
    ParameterError
        If it is not between 0 and 1.

    Examples
    --------
    >>> image = np.arange(3, dtype=np.float32).reshape(1, 1, 1, 3)
    >>> RandomHorizontalFlip(p=1.0)(image, np.random.default_rng(0))
    array([[[[2., 1., 0.]]]], dtype=float32)
    """

    def __init__(self, p: float = 0.5) -> None:
        if not 0 <= p <= 1:
            raise ParameterError("RandomHorizontalFlip", "p from 0 to 1", str(p))
        self.p = p

    def __call__(self, images: Images, rng: np.random.Generator) -> Images:
        """Return the altered images, (n, C, H, W) float32."""
        out = checked("RandomHorizontalFlip", images).copy()
        chosen = rng.random(len(images)) < self.p
        out[chosen] = images[chosen, :, :, ::-1]
        return out

    def __repr__(self) -> str:
        return f"RandomHorizontalFlip(p={self.p})"
