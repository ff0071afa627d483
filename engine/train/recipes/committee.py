"""The committees of 2012: nets that see digits of different widths, and vote."""

from functools import partial

import numpy as np

from engine.data.augment import Compose, ElasticTransform, NormalizeWidth, RandomAffine
from engine.data.loader import Images
from engine.models import CommitteeNet
from engine.optim import SGD
from engine.train.evaluation import BY_A_PIXEL
from engine.train.recipe import Recipe

# What the members see: digits as they are, and brought to these widths in pixels, in turn. The nets of 2012 were five
# for each of six widths and five for digits as they are. After 8 passes over 30,000 training images, 0.90% of the other
# 30,000 were wrong for digits as they are, and 1.01 to 1.07% for one width; for both together 0.73%, for two nets of
# the first kind 0.74%, and for two of each 0.65%. So few nets gain most if the better kind is the more frequent.
WIDTHS = (18, 14)
# After 16 passes over 40,000 images, of the 20,000 others 0.62% were wrong; with the rate 0.02, 0.72%, and with that
# and no weight decay 0.73% after 12. With 0.1 training breaks down.
RATE, DECAY, AVERAGING = 0.05, 5e-4, 0.999


def _one_larger(images: Images, rng: np.random.Generator) -> Images:
    """Add a column and a row of background: 28x28 become the 29x29 that the net takes."""
    return np.pad(images, ((0, 0), (0, 0), (0, 1), (0, 1)))


FAMILY = (
    Recipe(
        name="committee",
        about="1x29x29-20C4-MP2-40C5-MP3-150N-10N, images deformed; --committee 5 trains five of them, two for digits "
        "of other widths",
        data="mnist",
        model=CommitteeNet,
        image_size=29,
        batch_size=64,
        epochs=30,
        optimizer=partial(SGD, lr=RATE, momentum=0.9, weight_decay=DECAY),
        prepare=_one_larger,
        augment=Compose([ElasticTransform(alpha=36.0, sigma=6.0), RandomAffine(15, scale=(0.85, 1.15))]),
        averaging=AVERAGING,
        members=(None, NormalizeWidth(WIDTHS[0], stretch=1.5), None, NormalizeWidth(WIDTHS[1], stretch=1.5), None),
        deck="0.23% (35 nets)",
        views=BY_A_PIXEL,
    ),
)
