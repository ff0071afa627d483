"""Which options of the ``train`` command go together: one that would change nothing is refused, not passed over."""

import argparse

from engine.train.baselines import BASELINES

LIST, TABLE, PREDICT, EVALUATE = "--list", "--table", "--predict", "--evaluate"
TRAIN, FIT = "training a network", "a classifier of scikit-learn's"

# What each option is for; --threads goes with everything.
USES = {
    "recipe": (TRAIN, FIT, EVALUATE, PREDICT),
    "data": (TRAIN, FIT, EVALUATE),
    "holdout": (TRAIN, FIT, EVALUATE),
    "seed": (TRAIN, FIT),
    "record": (TRAIN, FIT),
    "records": (TRAIN, FIT, TABLE),
    "out": (TRAIN, EVALUATE),
    "committee": (TRAIN,),
    "epochs": (TRAIN,),
    "resume": (TRAIN,),
    "device": (TRAIN,),
    "weights": (EVALUATE, PREDICT),
    "average": (EVALUATE,),
}
# What excludes each other though both have a use, and why.
PAIRS = {
    ("record", "holdout"): "--record is of the test images, and --holdout tests on training images",
    ("recipe", "weights"): "argument --weights: not allowed with a recipe: the files say which theirs is",
}


def task(options: argparse.Namespace) -> str:
    """Return what the command is asked to do, one of the names above.

    Parameters
    ----------
    options : Namespace
        Of the command's parser.
    """
    if options.list:
        return LIST
    if options.table is not None:
        return TABLE
    if options.predict is not None:
        return PREDICT
    if options.evaluate:
        return EVALUATE
    return FIT if options.recipe in BASELINES else TRAIN


def refuse_what_means_nothing(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """End the program with exit code 2 if an option was given that would change nothing.

    Parameters
    ----------
    parser : ArgumentParser
        Knows the defaults: what equals them was not given.
    options : Namespace
    """
    asked = task(options)
    given = {name for name in USES if getattr(options, name) != parser.get_default(name)}
    for name, uses in USES.items():
        if name in given and asked not in uses:
            shown = name if name == "recipe" else f"--{name}"
            parser.error(f"argument {shown}: not allowed with {asked}; it goes with {' and '.join(uses)}")
    for pair, why in PAIRS.items():
        if given.issuperset(pair):
            parser.error(why)
    if "records" in given and asked != TABLE and not options.record:
        parser.error("argument --records: means nothing without --record")
    if options.recipe in BASELINES and asked != FIT:
        parser.error(f"argument recipe: {options.recipe} not allowed with {asked}: it leaves no weights")
