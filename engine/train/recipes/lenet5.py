"""LeNet-5 as it was trained in 1998: one image at a time, with a step length for each weight."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import engine.nn.functional as F
from engine.data import Batches
from engine.data.augment import RandomAffine
from engine.models import LeNet5
from engine.nn import Module
from engine.optim import DiagonalLevenbergMarquardt, Optimizer, rbf_loss_root
from engine.tensor import Tensor
from engine.train.evaluation import BY_A_PIXEL
from engine.train.recipe import Recipe

# The paper's first global learning rate. It was 1e-5 from the thirteenth pass on, by curvatures that leave out how the
# uses of a shared weight act together. These here do not, so that steps are shorter, and the rate falls evenly instead;
# weights are averaged over the last ten thousand steps. Of 10,000 held-out training images 1.37% were wrong after 11 of
# 12 passes over 20,000; with the paper's rates, shortened to 12 passes and averaged as well, 1.49%.
RATE, AVERAGING = 5e-4, 0.9999
# The paper has no weight decay. Without it, weights of C1 to C5 grow until their units say only yes or no: steps are
# long where the loss hardly depends on a weight. Of 30,000 held-out images, after 10 passes over the other 30,000,
# 1.41% were wrong without, 1.16% with 1e-3 (of weights, not biases), 1.18% with 3e-3.
DECAY = 1e-3
# Images by which curvatures are estimated before each pass.
EXAMPLES = 500


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


LENET5 = Recipe(
    name="lenet5",
    about="LeNet-5 of 1998: connection table, trainable subsampling, RBF output, stochastic diagonal "
    "Levenberg-Marquardt; weights decay",
    data="mnist",
    model=LeNet5,
    image_size=32,
    batch_size=1,
    epochs=20,
    optimizer=partial(DiagonalLevenbergMarquardt, lr=RATE, weight_decay=DECAY),
    loss=_loss,
    largest=False,
    levels=(-0.1, 1.175),
    averaging=AVERAGING,
    before_epoch=_estimate,
    deck="0.95%",
    views=BY_A_PIXEL,
)
FAMILY = (
    LENET5,
    replace(
        LENET5,
        name="lenet5-distorted",
        about="LeNet-5 of 1998, trained with images that are moved, scaled, squeezed and sheared each time anew",
        augment=RandomAffine(0, translate=(0.07, 0.07), scale=(0.9, 1.1), shear=10, independent=True),
        deck="0.8%",
    ),
)
