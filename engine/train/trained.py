"""A trained network on disk: weights, the recipe's name, and what its images were normalised by."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.data import ImageData
from engine.data.loader import Batches
from engine.errors import DataError
from engine.nn import Module
from engine.train.evaluation import Evaluation, evaluate
from engine.train.recipe import Recipe
from engine.train.recipes import RECIPES
from engine.weights import load_weights, read_metadata, save_weights

Statistics = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True, eq=False)
class Trained:
    """A network with what is needed to ask it.

    Attributes
    ----------
    recipe : Recipe
        With the preparation of the committee's member, if it is one.
    model : Module
    statistics : (tuple of float, tuple of float)
        Mean and standard deviation, for each channel, of the images it was trained on.
    classes : tuple of str
        What its outputs stand for.
    """

    recipe: Recipe
    model: Module
    statistics: Statistics
    classes: tuple[str, ...]

    def ask(self, data: ImageData, average: bool = False) -> Evaluation:
        """Ask for all test images.

        Parameters
        ----------
        data : ImageData
        average : bool
            Whether over the recipe's views.

        Raises
        ------
        DataError
            If they are of other classes than those the network was trained on.
        ShapeError
            If they do not fit the network.
        """
        if data.classes != self.classes:
            expected = f"the classes that {self.recipe.name} was trained on ({', '.join(self.classes)})"
            raise DataError(data.name, expected, ", ".join(data.classes), "train a network on these data")
        batches: Batches = self.recipe.batches(data, train=False, statistics=self.statistics)
        views = self.recipe.views if average else ()
        return evaluate(self.model, batches, self.recipe.largest, views, len(self.classes))


def save_trained(
    path: Path, recipe: Recipe, member: int, model: Module, statistics: Statistics, classes: Sequence[str]
) -> None:
    """Write a network; a file that was there is replaced only once the new one is complete.

    Parameters
    ----------
    path : Path
    recipe : Recipe
    member : int
        Number in its committee, from 0.
    model : Module
    statistics : (tuple of float, tuple of float)
    classes : sequence of str

    Raises
    ------
    DataError
        If the file cannot be written.
    """
    about = {"recipe": recipe.name, "member": member, "statistics": statistics, "classes": list(classes)}
    save_weights(path, model.state_dict(), {"trained": json.dumps(about)})


def load_trained(path: Path) -> Trained:
    """Read a network that :func:`save_trained` wrote.

    Parameters
    ----------
    path : Path

    Raises
    ------
    DataError
        If there is no such file, or it does not say how it was trained.
    """
    metadata = read_metadata(path)
    try:
        about = json.loads(metadata["trained"])
        recipe = RECIPES[about["recipe"]].member(int(about["member"]))
        mean, std = (tuple(float(value) for value in values) for values in about["statistics"])
        classes = tuple(str(name) for name in about["classes"])
    except (KeyError, ValueError, TypeError) as error:
        raise DataError(str(path), "weights that `train` wrote, by a recipe there is", repr(error)) from error
    model = recipe.model()
    model.load_state_dict(load_weights(path))
    return Trained(recipe, model, (mean, std), classes)
