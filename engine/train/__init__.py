"""Reference training: recipes, the loop, checkpoints and the ``train`` command."""

from engine.train.checkpoint import load_checkpoint, save_checkpoint
from engine.train.recipes import RECIPES, Recipe
from engine.train.trainer import EpochResult, accuracy, train

__all__ = ["RECIPES", "EpochResult", "Recipe", "accuracy", "load_checkpoint", "save_checkpoint", "train"]
