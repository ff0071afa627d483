"""Ten 3x3 convolutions one after the other: what a single network reaches today."""

from functools import partial

from engine.data.augment import RandomAffine
from engine.models import SimpleCNN
from engine.optim import Adam, Optimizer
from engine.optim.lr_scheduler import LambdaLR, LRScheduler
from engine.train.evaluation import BY_A_PIXEL
from engine.train.recipe import Recipe, falling

MOVED = RandomAffine(20, translate=(0.2, 0.2))


def _by_two_percent(optimizer: Optimizer, steps_per_epoch: int, epochs: int) -> LRScheduler:
    return LambdaLR(optimizer, lambda step: 0.98 ** (step // steps_per_epoch))


FAMILY = (
    Recipe(
        name="simple-cnn",
        about="ten 3x3 convolutions, 32 to 176 maps, images turned and moved, weights averaged",
        data="mnist",
        model=SimpleCNN,
        image_size=28,
        batch_size=120,
        epochs=150,
        optimizer=partial(Adam, lr=1e-3),
        schedule=_by_two_percent,
        augment=MOVED,
        averaging=0.999,
        views=BY_A_PIXEL,
    ),
    Recipe(
        name="simple-cnn-small",
        about="the same with half the maps and a quarter of the multiply-adds, for a machine with two processors",
        data="mnist",
        model=partial(SimpleCNN, width=16, growth=8),
        image_size=28,
        batch_size=120,
        epochs=12,
        optimizer=partial(Adam, lr=2e-3),
        schedule=falling,
        augment=RandomAffine(15, translate=(0.1, 0.1)),
        averaging=0.999,
        views=BY_A_PIXEL,
    ),
)
