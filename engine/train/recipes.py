"""Recipes: a network with the settings it is trained with."""

from collections.abc import Callable
from dataclasses import dataclass

from engine.models import LeNet
from engine.nn import Module


@dataclass(frozen=True)
class Recipe:
    """How a network is trained on digits.

    Attributes
    ----------
    name : str
        As the ``train`` command knows it.
    model : callable
        Makes the network.
    image_size : int
        Height and width it takes; smaller images get a border of background.
    batch_size : int
    lr : float
        Learning rate at the start; it falls in a straight line to 0 over all steps.
    momentum : float
    epochs : int
        Passes over the training images, unless the user says otherwise.
    """

    name: str
    model: Callable[[], Module]
    image_size: int
    batch_size: int
    lr: float
    momentum: float
    epochs: int


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "lenet",
            lambda: LeNet(in_channels=1),
            image_size=32,
            batch_size=64,
            lr=0.05,
            momentum=0.9,
            epochs=5,
        ),
    )
}
