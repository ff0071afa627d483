"""A recipe's settings as texts that are the same in every process, so that a checkpoint can tell a changed recipe."""

from collections.abc import Mapping
from dataclasses import fields
from functools import partial

import numpy as np

from engine.train.recipe import Recipe

# What a recipe is called and said of it, and what only evaluation looks at; epochs may be chosen for each run.
UNRELATED = {"name", "about", "data", "deck", "epochs", "members", "views"}


def settings(recipe: Recipe) -> dict[str, str]:
    """Return all settings that training depends on, each as a text.

    Parameters
    ----------
    recipe : Recipe

    Notes
    -----
    Functions and classes go by their names: that one does something else than it did is not seen.

    Examples
    --------
    >>> from engine.train.recipes import RECIPES
    >>> settings(RECIPES["lenet"])["optimizer"]
    'engine.optim.sgd.SGD(lr=0.05, momentum=0.9)'
    """
    kept = (field.name for field in fields(recipe) if field.name not in UNRELATED)
    return {name: described(getattr(recipe, name)) for name in kept}


def described(value: object) -> str:
    """Return a text of a setting without addresses in memory, unlike repr's.

    Parameters
    ----------
    value : object
        A plain value or array, several of them, a function or class, a partial of one, or an object that its
        attributes describe.

    Examples
    --------
    >>> from engine.data.augment import RandomHorizontalFlip
    >>> described((1, None, described, RandomHorizontalFlip(0.25)))
    '(1, None, engine.train.description.described, engine.data.augment.flip.RandomHorizontalFlip(p=0.25))'
    """
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    if isinstance(value, np.ndarray | np.generic):
        return described(value.tolist())
    if isinstance(value, tuple | list):
        return f"({', '.join(described(part) for part in value)})"
    if isinstance(value, partial):
        return _called(described(value.func), value.args, value.keywords)
    if isinstance(value, Mapping):
        return _called("", (), {str(name): part for name, part in value.items()})
    if hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    return _called(described(type(value)), (), vars(value))


def _called(name: str, positional: tuple[object, ...], named: Mapping[str, object]) -> str:
    given = [described(value) for value in positional]
    given += [f"{key}={described(value)}" for key, value in named.items()]
    return f"{name}({', '.join(given)})"
