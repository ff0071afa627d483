"""LeNet as it is built today."""

from functools import partial

from engine.models import LeNet
from engine.optim import SGD
from engine.train.evaluation import BY_A_PIXEL
from engine.train.recipe import Recipe

FAMILY = (
    Recipe(
        name="lenet",
        about="the lecture's LeNet listing, for grey images: ReLU, max pooling, SGD with momentum",
        data="mnist",
        model=partial(LeNet, in_channels=1),
        image_size=32,
        batch_size=64,
        epochs=5,
        optimizer=partial(SGD, lr=0.05, momentum=0.9),
        views=BY_A_PIXEL,
    ),
)
