"""The ``train`` command: arguments, exit codes."""

import argparse
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from engine.data import DATASETS, GLYPHS, load
from engine.device import CPU, Device, available_threads, set_num_threads
from engine.errors import EngineError, ParameterError
from engine.train import commands
from engine.train.baselines import BASELINES
from engine.train.recipes import RECIPES
from engine.train.run import Settings
from engine.train.usage import refuse_what_means_nothing

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code: 0 done, 2 wrong usage or data, 130 interrupted.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line without the program's name.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    # What is printed are names of files and classes, which may look like markup.
    console = Console(highlight=False, markup=False, emoji=False)
    try:
        set_num_threads(options.threads)
        return _run(parser, options, console)
    except KeyboardInterrupt:
        sys.stderr.write("train: interrupted\n")
        return INTERRUPTED
    except (EngineError, OSError) as error:
        sys.stderr.write(f"train: {error}\n")
        return 2


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace, console: Console) -> int:
    if options.recipe is not None and options.recipe not in RECIPES and options.recipe not in BASELINES:
        near = get_close_matches(options.recipe, [*RECIPES, *BASELINES], 1)
        meant = f" (did you mean '{near[0]}'?)" if near else ""
        parser.error(f"argument recipe: invalid choice: '{options.recipe}'{meant}; train --list shows them")
    refuse_what_means_nothing(parser, options)
    if options.list:
        _print_recipes(console)
        return 0
    if options.table is not None:
        commands.write_table(options.table, options.records, console)
        return 0
    if options.predict is not None:
        commands.predict(options.predict, _weights(options), console)
        return 0
    if options.recipe is None and not options.evaluate:
        parser.error("the following arguments are required: recipe; train --list shows them")
    data = load(options.data)
    if options.holdout:
        data = data.hold_out(options.holdout)
    if options.evaluate:
        commands.evaluate_files(_weights(options), data, options.average, options.out, console)
        return 0
    record = options.records if options.record else None
    if options.recipe in BASELINES:
        commands.fit(BASELINES[options.recipe], data, options.seed, record, console)
        return 0
    recipe = RECIPES[options.recipe]
    settings = Settings(options.epochs, options.seed, options.device, options.resume)
    out = Path("runs") / recipe.name if options.out is None else options.out
    try:
        commands.train(recipe, data, settings, out, options.committee, record, console)
    except KeyboardInterrupt:
        sys.stderr.write("train: interrupted; after each epoch all was kept: --resume goes on from there\n")
        return INTERRUPTED
    return 0


def _weights(options: argparse.Namespace) -> list[Path]:
    """Return the files named, or the newest that a run has left: of the recipe, if one is named."""
    if options.weights:
        return list(options.weights)
    recipes = set(RECIPES) if options.recipe is None else {options.recipe}
    found = [path for path in Path("runs").rglob("*.safetensors") if path.stem in recipes]
    if not found:
        network = "network" if options.recipe is None else options.recipe
        raise ParameterError("runs/", f"a trained {network}", "none", "train one first, or name it by --weights")
    return [max(found, key=lambda path: path.stat().st_mtime)]


def _print_recipes(console: Console) -> None:
    # Few columns and no lines between them: 80 characters are enough for the longest words, the networks' layers.
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("recipe", "what it is, and what the lecture quotes", "data", "epochs"):
        table.add_column(name, overflow="fold")
    table.columns[0].no_wrap = True
    for recipe in RECIPES.values():
        table.add_row(recipe.name, _with_quote(recipe.about, recipe.deck), recipe.data, str(recipe.epochs))
    for baseline in BASELINES.values():
        about = _with_quote(f"{baseline.about} (scikit-learn)", baseline.deck)
        table.add_row(baseline.name, about, "mnist", "")
    console.print(table)


def _with_quote(about: str, quoted: str) -> str:
    return f"{about}: {quoted}" if quoted else about


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="train", usage="train [--help] [options] [recipe]", description="Train a network by a reference recipe."
    )
    parser.add_argument(
        "recipe", nargs="?", help="what to train, or whose newest weights to ask; --list shows the recipes"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="show the recipes")
    what.add_argument("--evaluate", action="store_true", help="test a trained network, or several that vote")
    what.add_argument("--predict", type=Path, metavar="PICTURE", help="ask a trained network what digit it is")
    what.add_argument("--committee", type=_at_least(1), metavar="N", default=1, help="train N networks that vote")
    what.add_argument("--table", type=Path, metavar="FILE", help="put the table of records into a Markdown file")
    parser.add_argument(
        "--data",
        default=GLYPHS,
        metavar="NAME|PATH",
        help=f"{', '.join(DATASETS)}; or a folder or file with images; default {GLYPHS}, digits drawn here, while "
        "others are downloaded once",
    )
    parser.add_argument("--epochs", type=_at_least(1), metavar="N", help="passes over the training images")
    parser.add_argument("--seed", type=_at_least(0), default=0, metavar="S", help="of weights and order (default 0)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where results go (default runs/RECIPE)")
    parser.add_argument("--resume", action="store_true", help="go on where a run in the same folder stopped")
    parser.add_argument(
        "--holdout", type=_at_least(1), metavar="N", help="test on the last N training images, to choose settings by"
    )
    parser.add_argument(
        "--weights", type=Path, metavar="FILE", nargs="+", help="for --evaluate, --predict (default: the newest)"
    )
    parser.add_argument("--average", action="store_true", help="for --evaluate: average over views of each image")
    parser.add_argument("--record", action="store_true", help="add a line to the records")
    parser.add_argument(
        "--records", type=Path, metavar="FILE", default=commands.RECORDS, help="the records (default: the package's)"
    )
    parser.add_argument(
        "--threads",
        type=_at_least(1),
        default=available_threads(),
        metavar="T",
        help="the same seed and threads give identical weights (default: all processors)",
    )
    parser.add_argument(
        "--device",
        type=_device,
        default=CPU,
        metavar="cpu|cuda",
        help="where to train (default cpu); python -m engine says whether there is a CUDA device",
    )
    return parser


def _device(text: str) -> Device:
    try:
        return Device(text)
    except EngineError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _at_least(least: int) -> Callable[[str], int]:
    def whole_number(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{value} is below {least}")
        return value

    return whole_number
