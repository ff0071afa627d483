"""The committees of 2012: nets that see digits of different widths, and vote."""

from functools import partial

import numpy as np

from engine.data.augment import Compose, ElasticTransform, NormalizeWidth, RandomAffine
from engine.data.loader import Images
from engine.models import CommitteeNet
from engine.optim import SGD
from engine.train.evaluation import BY_A_PIXEL
from engine.train.recipe import Recipe

# What the members see: digits as they are, and brought to two widths. The nets of 2012 were five for each of six widths
# and five for digits as they are. After 8 passes over 30,000 training images, 0.90 and 0.91% of the other 30,000 were
# wrong for digits as they are, and 1.01 to 1.07% for one width (18: 1.07%; stretched by at most half: 1.04%). Of two
# nets 0.73 to 0.79% if they were of both kinds, 0.74% for digits as they are, 0.84 to 0.88% for widths alone; of four
# 0.65 to 0.68% for two of each, 0.78% for widths alone.
MEMBERS = (None, NormalizeWidth(18, stretch=1.5), None, NormalizeWidth(14, stretch=1.5), None)
# After 16 passes over 40,000 images, of the 20,000 others 0.62% were wrong; with the rate 0.02, 0.72%, and with that
# and no weight decay 0.73% after 12. With 0.1, 2.10% after 8 over 30,000.
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
        members=MEMBERS,
        deck="0.23% (35 nets)",
        views=BY_A_PIXEL,
    ),
)
