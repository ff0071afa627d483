"""The committees of 2012: nets that see digits of different widths, and vote."""

from functools import partial

import numpy as np

from engine.data.augment import Compose, ElasticTransform, NormalizeWidth, RandomAffine
from engine.data.loader import Images
from engine.models import CommitteeNet
from engine.optim import SGD
from engine.train.evaluation import BY_A_PIXEL
from engine.train.recipe import Recipe

# Widths in pixels that digits are brought to; and once as they are.
WIDTHS = (10, 12, 14, 16, 18, 20)


def _one_larger(images: Images, rng: np.random.Generator) -> Images:
    """Add a column and a row of background: 28x28 become the 29x29 that the net takes."""
    return np.pad(images, ((0, 0), (0, 0), (0, 1), (0, 1)))


FAMILY = (
    Recipe(
        name="committee",
        about="1x29x29-20C4-MP2-40C5-MP3-150N-10N, images deformed; --committee N trains N of them, for digits of "
        "other widths",
        data="mnist",
        model=CommitteeNet,
        image_size=29,
        batch_size=64,
        epochs=30,
        optimizer=partial(SGD, lr=0.02, momentum=0.9),
        prepare=_one_larger,
        augment=Compose([ElasticTransform(alpha=36.0, sigma=6.0), RandomAffine(15, scale=(0.85, 1.15))]),
        members=(None, *(NormalizeWidth(width) for width in WIDTHS)),
        deck="0.23% (35 nets)",
        views=BY_A_PIXEL,
    ),
)
