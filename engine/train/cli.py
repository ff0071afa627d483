"""The ``train`` command."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.data import DATASETS, GLYPHS, ImageData, load
from engine.device import CPU, Device, available_threads, set_num_threads
from engine.errors import EngineError
from engine.random import manual_seed
from engine.train.metrics import write_metrics
from engine.train.recipes import RECIPES, Recipe
from engine.train.trainer import EpochResult, train
from engine.weights import save_weights

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code: 0 done, 2 wrong usage or data, 130 interrupted.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line without the program's name.
    """
    options = _parser().parse_args(arguments)
    recipe = RECIPES[options.recipe]
    out = Path("runs") / recipe.name if options.out is None else options.out
    try:
        set_num_threads(options.threads)
        data = load(options.data)
        out.mkdir(parents=True, exist_ok=True)
        _train(recipe, data, options.epochs or recipe.epochs, options.seed, out, options.device)
    except KeyboardInterrupt:
        sys.stderr.write(f"train: interrupted; what the last whole epoch gave is in {out}\n")
        return INTERRUPTED
    except (EngineError, OSError) as error:
        sys.stderr.write(f"train: {error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="train", description="Train a network by a reference recipe.")
    parser.add_argument("recipe", choices=sorted(RECIPES), help="what to train")
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


def _train(recipe: Recipe, data: ImageData, epochs: int, seed: int, out: Path, device: Device) -> None:
    console = Console(highlight=False)
    manual_seed(seed)
    model = recipe.model()
    parameters = sum(parameter.numel() for parameter in model.parameters())
    console.print(
        f"{recipe.name}: {parameters:,} parameters, {len(data.train_images):,} training and "
        f"{len(data.test_images):,} test images of {data.name}",
        soft_wrap=True,
    )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    results: list[EpochResult] = []
    weights = out / f"{recipe.name}.safetensors"
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("training", total=None)

        def on_step(step: int, steps: int) -> None:
            progress.update(task, completed=step, total=steps)

        for result in train(model, recipe, data, epochs, on_step, device):
            results.append(result)
            save_weights(weights, model.state_dict())
            write_metrics(out / "metrics.csv", results)
            progress.console.print(
                f"epoch {result.epoch} of {epochs}: training loss {result.train_loss:.4f}, "
                f"test accuracy {100 * result.test_accuracy:.2f}%, {result.seconds:.1f} s",
                soft_wrap=True,
            )
    console.print(f"weights in {weights}, the epochs in {out / 'metrics.csv'}", soft_wrap=True)
