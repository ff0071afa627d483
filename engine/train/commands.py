"""What the ``train`` command does: trains, alone or as a committee, evaluates, predicts, keeps records."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from engine.data import ImageData
from engine.device import get_num_threads
from engine.errors import DataError, ParameterError
from engine.train.baselines import BASELINES, Baseline, fit_and_test
from engine.train.evaluation import Evaluation, committee
from engine.train.picture import read_digit
from engine.train.recipe import Recipe
from engine.train.recipes import RECIPES
from engine.train.records import (
    RECORDS,
    Record,
    append_record,
    commit,
    hardware,
    put_table,
    read_records,
    same_run,
    table,
    today,
)
from engine.train.run import Settings, run
from engine.train.trained import load_trained

__all__ = ["RECORDS", "evaluate_files", "everything", "fit", "predict", "train", "write_table"]

BAR = 40


def train(
    recipe: Recipe,
    data: ImageData,
    settings: Settings,
    out: Path,
    members: int,
    records: Path | None,
    console: Console,
) -> None:
    """Train one network, or several that vote.

    Parameters
    ----------
    recipe : Recipe
    data : ImageData
    settings : Settings
    out : Path
        Folder of the run; of a committee, each member has a numbered folder in it.
    members : int
    records : Path or None
        Where to add a record, if at all.
    console : Console
    """
    folders = [out] if members == 1 else [out / str(number + 1) for number in range(members)]
    outcomes = [
        run(recipe.member(number), data, settings, folder, console, number) for number, folder in enumerate(folders)
    ]
    together = committee(outcome.evaluation for outcome in outcomes)
    if members > 1:
        each = ", ".join(f"{100 * outcome.evaluation.error:.2f}" for outcome in outcomes)
        console.print(f"{members} networks: {each}%; together {100 * together.error:.2f}%", soft_wrap=True)
    if records is not None:
        seconds = sum(outcome.seconds for outcome in outcomes)
        epochs = outcomes[0].epochs
        _record(records, recipe.name, data, settings.seed, members, epochs, together, seconds, console)


def fit(baseline: Baseline, data: ImageData, seed: int, records: Path | None, console: Console) -> None:
    """Fit a classifier that is no network, and test it.

    Parameters
    ----------
    baseline : Baseline
    data : ImageData
    seed : int
    records : Path or None
    console : Console
    """
    console.print(f"{baseline.name}: {baseline.about}; {data.name}", soft_wrap=True)
    evaluation, seconds = fit_and_test(baseline, data, seed)
    console.print(f"test error {100 * evaluation.error:.2f}%, {seconds:.1f} s")
    if records is not None:
        _record(records, baseline.name, data, seed, 1, 0, evaluation, seconds, console)


def _record(
    path: Path,
    recipe: str,
    data: ImageData,
    seed: int,
    members: int,
    epochs: int,
    evaluation: Evaluation,
    seconds: float,
    console: Console,
) -> None:
    record = Record(
        recipe=recipe,
        data=data.name,
        seed=seed,
        members=members,
        epochs=epochs,
        test_error=evaluation.error,
        test_images=len(data.test_labels),
        seconds=round(seconds, 3),
        threads=get_num_threads(),
        hardware=hardware(),
        commit=commit(),
        day=today(),
    )
    earlier = same_run(record, read_records(path))
    if earlier is None:
        append_record(path, record)
        console.print(f"recorded in {path}", soft_wrap=True)
    else:
        console.print(f"not recorded: {path} has the same run, of {earlier.day}", soft_wrap=True)


def evaluate_files(
    weights: Sequence[Path], data: ImageData, average: bool, out: Path | None, console: Console
) -> Evaluation:
    """Test trained networks; several vote.

    Parameters
    ----------
    weights : sequence of Path
    data : ImageData
    average : bool
        Whether over the recipe's views.
    out : Path or None
        Folder for the confusions and the mistakes, drawn.
    console : Console

    Raises
    ------
    DataError
        If one was trained on other classes than those of the data.
    """
    found = []
    for path in weights:
        found.append(load_trained(path).ask(data, average))
        wrong = f"{100 * found[-1].error:.2f}% of {len(data.test_labels):,} wrong"
        console.print(f"{path}: {wrong}; {data.name}", soft_wrap=True)
    together = committee(found)
    if len(found) > 1:
        console.print(f"together: {100 * together.error:.2f}% wrong", soft_wrap=True)
    if out is not None:
        from engine.train.figures import DPI, confusion_matrix, mistakes

        out.mkdir(parents=True, exist_ok=True)
        figures = {
            "confusion.png": confusion_matrix(together, data.classes),
            "mistakes.png": mistakes(together, data),
        }
        for name, figure in figures.items():
            figure.savefig(out / name, dpi=DPI)
        console.print(f"pictures in {out}", soft_wrap=True)
    return together


def predict(picture: Path, weights: Sequence[Path], console: Console) -> None:
    """Say what digit a picture shows, and how sure the network is of each.

    Parameters
    ----------
    picture : Path
    weights : sequence of Path
        Of networks for digits; several vote.
    console : Console

    Raises
    ------
    ParameterError
        If a network is not one for grey images, or networks that shall vote were trained on different classes.
    """
    image = read_digit(picture)
    images, labels = image[None], np.zeros(1, np.uint8)
    networks = [load_trained(path) for path in weights]
    classes = networks[0].classes
    found: list[Evaluation] = []
    for path, trained in zip(weights, networks, strict=True):
        if trained.recipe.channels != 1:
            raise ParameterError(str(path), "a network for grey images", trained.recipe.name)
        if trained.classes != classes:
            expected = f"a network for the classes of {weights[0]} ({', '.join(classes)})"
            raise ParameterError(str(path), expected, ", ".join(trained.classes), "only such can vote together")
        found.append(trained.ask(ImageData(images, labels, images, labels, picture.name, classes)))
    (probabilities,) = committee(found).probabilities
    for row in image[::2]:
        console.print("".join(" .:-=+*#%@"[value * 9 // 255] for value in row.astype(int)))
    order = np.argsort(-probabilities, kind="stable")
    console.print(f"{picture}: {classes[order[0]]}")
    for number in order[:3]:
        bar = "#" * round(BAR * probabilities[number])
        console.print(f"  {classes[number]:>12} {100 * probabilities[number]:6.2f}% {bar}")


def everything() -> list[Recipe | Baseline]:
    """Return all that can be trained or fitted, in the order of the table."""
    return [*RECIPES.values(), *BASELINES.values()]


def write_table(path: Path, records: Path, console: Console) -> None:
    """Put the table of all recipes into a Markdown file, between its marks.

    Parameters
    ----------
    path : Path
    records : Path
        What it is made from.
    console : Console

    Raises
    ------
    DataError
        If there are no records, or the file has no place for a table.
    """
    if not records.exists():
        raise DataError(str(records), "a file of records", "none", "train --record writes one")
    text = path.read_text(encoding="utf-8")
    path.write_text(put_table(text, table(everything(), read_records(records))), encoding="utf-8")
    console.print(f"the records are in {path}", soft_wrap=True)
