"""CIFAR-10: the MLP, the LeNet listing, and a network with and without skips at equal depth."""

from functools import partial

from engine.data.augment import Compose, RandomCrop, RandomHorizontalFlip
from engine.models import MLP, CifarResNet, LeNet
from engine.optim import SGD
from engine.train.evaluation import mirrored
from engine.train.recipe import Recipe

CROPPED = Compose([RandomHorizontalFlip(), RandomCrop(32, padding=4)])

FAMILY = (
    Recipe(
        name="cifar10-mlp",
        about="3072-800-10 with ReLU",
        data="cifar10",
        model=partial(MLP, (3072, 800, 10)),
        image_size=32,
        batch_size=64,
        epochs=10,
        channels=3,
        optimizer=partial(SGD, lr=0.01, momentum=0.9),
        views=(mirrored,),
        deck="about 50%",
    ),
    Recipe(
        name="cifar10-lenet",
        about="the lecture's LeNet listing, for colour",
        data="cifar10",
        model=LeNet,
        image_size=32,
        batch_size=64,
        epochs=30,
        channels=3,
        optimizer=partial(SGD, lr=0.02, momentum=0.9, weight_decay=5e-4),
        augment=CROPPED,
        views=(mirrored,),
    ),
    *(
        Recipe(
            name=f"cifar10-{kind}20",
            about=f"20 layers of 3x3 convolutions {'with' if shortcuts else 'without'} shortcuts",
            data="cifar10",
            model=partial(CifarResNet, 20, shortcuts=shortcuts),
            image_size=32,
            batch_size=128,
            epochs=20,
            channels=3,
            # The paper's weight decay is 1e-4, for 164 epochs: the fewer there are, the more of it is usual.
            optimizer=partial(SGD, lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True),
            augment=CROPPED,
            views=(mirrored,),
        )
        for kind, shortcuts in (("resnet", True), ("plain", False))
    ),
)
