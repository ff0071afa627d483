"""The recipes of the ``train`` command, a file for each family of networks."""

from engine.train.recipe import Recipe
from engine.train.recipes import cifar, committee, convnet, lenet, lenet5, mlp, simple_cnn

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for family in (mlp, lenet, lenet5, convnet, simple_cnn, committee, cifar)
    for recipe in family.FAMILY
}

__all__ = ["RECIPES"]
