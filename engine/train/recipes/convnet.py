"""The lecture's ConvNet listing, and a small network that reaches 99% in a single pass."""

from functools import partial

from engine.models import ConvNet, MnistNet
from engine.optim import Adam, Optimizer
from engine.optim.lr_scheduler import LRScheduler, OneCycleLR
from engine.train.evaluation import BY_A_PIXEL
from engine.train.recipe import Recipe


def _one_cycle(optimizer: Optimizer, steps_per_epoch: int, epochs: int) -> LRScheduler:
    return OneCycleLR(optimizer, max_lr=0.01, total_steps=steps_per_epoch * epochs + 1)


FAMILY = (
    Recipe(
        name="convnet",
        about="the lecture's ConvNet listing: two convolutions with batch normalisation, Adam",
        data="mnist",
        model=ConvNet,
        image_size=28,
        batch_size=100,
        epochs=10,
        optimizer=partial(Adam, lr=1e-3),
        views=BY_A_PIXEL,
    ),
    Recipe(
        name="one-pass",
        about="two convolutions and 256 units, one pass with a learning rate that rises and falls",
        data="mnist",
        model=MnistNet,
        image_size=28,
        batch_size=256,
        epochs=1,
        optimizer=partial(Adam, lr=1e-3, betas=(0.7, 0.9)),
        schedule=_one_cycle,
        views=BY_A_PIXEL,
    ),
)
