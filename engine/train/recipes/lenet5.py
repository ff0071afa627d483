"""LeNet-5 as it was trained in 1998: one image at a time, with a step length for each weight."""

from collections.abc import Iterator
from functools import partial

import engine.nn.functional as F
from engine.data import Batches
from engine.data.augment import RandomAffine
from engine.models import LeNet5
from engine.nn import Module
from engine.optim import DiagonalLevenbergMarquardt, Optimizer, rbf_loss_root
from engine.optim.lr_scheduler import LambdaLR, LRScheduler
from engine.tensor import Tensor
from engine.train.evaluation import BY_A_PIXEL
from engine.train.recipe import Recipe

# The global learning rates of the 20 passes.
RATES = (5e-4,) * 2 + (2e-4,) * 3 + (1e-4,) * 3 + (5e-5,) * 4 + (1e-5,) * 8
# Images by which curvatures are estimated before each pass.
EXAMPLES = 500


def _by_pass(optimizer: Optimizer, steps_per_epoch: int, epochs: int) -> LRScheduler:
    last = len(RATES) - 1
    return LambdaLR(optimizer, lambda step: RATES[min(step // steps_per_epoch, last)] / RATES[0])


def _loss(penalties: Tensor, labels: Tensor) -> Tensor:
    loss: Tensor = F.rbf_loss(penalties, labels)
    return loss


def _estimate(model: Module, optimizer: Optimizer, training: Batches) -> None:
    if not isinstance(optimizer, DiagonalLevenbergMarquardt) or not isinstance(model, LeNet5):
        raise TypeError("the recipe is for LeNet5, trained by DiagonalLevenbergMarquardt")
    root = partial(rbf_loss_root, codes=model.output.weight.numpy())
    optimizer.estimate_curvature(model.features, _some(training, EXAMPLES), root)


def _some(training: Batches, count: int) -> Iterator[Tensor]:
    for x, _ in training:
        yield x[:count]
        count -= len(x)
        if count <= 0:
            return


FAMILY = (
    Recipe(
        name="lenet5",
        about="LeNet-5 of 1998: connection table, trainable subsampling, RBF output, stochastic diagonal "
        "Levenberg-Marquardt",
        data="mnist",
        model=LeNet5,
        image_size=32,
        batch_size=1,
        epochs=len(RATES),
        optimizer=partial(DiagonalLevenbergMarquardt, lr=RATES[0]),
        schedule=_by_pass,
        loss=_loss,
        largest=False,
        levels=(-0.1, 1.175),
        before_epoch=_estimate,
        deck="0.95%",
        views=BY_A_PIXEL,
    ),
    Recipe(
        name="lenet5-distorted",
        about="LeNet-5 of 1998, trained with images that are moved, scaled, squeezed and sheared each time anew",
        data="mnist",
        model=LeNet5,
        image_size=32,
        batch_size=1,
        epochs=len(RATES),
        optimizer=partial(DiagonalLevenbergMarquardt, lr=RATES[0]),
        schedule=_by_pass,
        loss=_loss,
        largest=False,
        levels=(-0.1, 1.175),
        augment=RandomAffine(0, translate=(0.07, 0.07), scale=(0.9, 1.1), shear=10, independent=True),
        before_epoch=_estimate,
        deck="0.8%",
        views=BY_A_PIXEL,
    ),
)
