"""Reference training: recipes, the loop and the ``train`` command."""

from engine.train.recipes import RECIPES, Recipe
from engine.train.trainer import EpochResult, accuracy, train

__all__ = ["RECIPES", "EpochResult", "Recipe", "accuracy", "train"]
