"""Several alterations, one after the other."""

from collections.abc import Sequence

import numpy as np

from engine.data.augment.batch import Images
from engine.data.loader import Augment


class Compose:
    """Alter images by each of several alterations in turn.

    Parameters
    ----------
    transforms : sequence of callable
        Each takes images and a generator.

    Examples
    --------
    >>> from engine.data.augment import RandomCrop, RandomHorizontalFlip
    >>> alter = Compose([RandomHorizontalFlip(), RandomCrop(24)])
    >>> alter(np.zeros((2, 3, 32, 32), np.float32), np.random.default_rng(0)).shape
    (2, 3, 24, 24)
    """

    def __init__(self, transforms: Sequence[Augment]) -> None:
        self.transforms = tuple(transforms)

    def __call__(self, images: Images, rng: np.random.Generator) -> Images:
        """Return the altered images, (n, C, H, W) float32."""
        for transform in self.transforms:
            images = transform(images, rng)
        return images

    def __repr__(self) -> str:
        return f"Compose({', '.join(map(repr, self.transforms))})"
