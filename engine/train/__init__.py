"""Reference training: recipes, the loop and the ``train`` command."""

from engine.train.recipe import Recipe
from engine.train.recipes import RECIPES
from engine.train.trainer import EpochResult, Trainer

__all__ = ["RECIPES", "EpochResult", "Recipe", "Trainer"]
