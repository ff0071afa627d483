"""Pictures of a training run: learning curves, confusions, mistakes, and what the first layer looks for."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from engine.arrays import Array
from engine.data import ImageData
from engine.nn import Conv2d, Linear, Module
from engine.train.evaluation import Evaluation
from engine.train.trainer import EpochResult

MOST_MISTAKES = 40
# Of a class's name above one of them.
MOST_LETTERS = 10
MOST_FILTERS = 64
DPI = 110


def draw_run(
    out: Path, results: Sequence[EpochResult], evaluation: Evaluation, data: ImageData, model: Module
) -> list[Path]:
    """Draw all there is to see of a run; returns the files.

    Parameters
    ----------
    out : Path
        The folder.
    results : sequence of EpochResult
    evaluation : Evaluation
        Of the test images.
    data : ImageData
    model : Module
    """
    figures = {
        "curves.png": learning_curves(results),
        "confusion.png": confusion_matrix(evaluation, data.classes),
        "mistakes.png": mistakes(evaluation, data),
    }
    weights = first_weights(model, data)
    if weights is not None:
        figures["filters.png"] = tiles(weights, "what the first layer looks for")
    paths = []
    for name, figure in figures.items():
        figure.savefig(out / name, dpi=DPI)
        paths.append(out / name)
    return paths


def learning_curves(results: Sequence[EpochResult]) -> Figure:
    """Draw training loss and test error by epoch.

    Parameters
    ----------
    results : sequence of EpochResult
    """
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    epochs = [result.epoch for result in results]
    left.plot(epochs, [result.train_loss for result in results], marker=".")
    left.set(xlabel="epoch", ylabel="training loss", ylim=(0, None))
    right.plot(epochs, [100 * (1 - result.test_accuracy) for result in results], marker=".", color="tab:red")
    right.set(xlabel="epoch", ylabel="test error, %", ylim=(0, None))
    for axes in (left, right):
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(visible=True, alpha=0.3)
    return figure


def confusion_matrix(evaluation: Evaluation, classes: Sequence[str]) -> Figure:
    """Draw how often each class was taken for each other; those that are right are left out of the colours.

    Parameters
    ----------
    evaluation : Evaluation
    classes : sequence of str
    """
    table = evaluation.confusion
    mistaken = table.copy()
    np.fill_diagonal(mistaken, 0)
    figure = Figure(figsize=(6, 5.4), layout="constrained")
    axes = figure.subplots()
    axes.imshow(mistaken, cmap="Reds", vmin=0, vmax=max(1, mistaken.max()))
    places = range(len(classes))
    angle = 0 if max(len(name) for name in classes) < 3 else 45
    axes.set_xticks(places, classes, rotation=angle)
    axes.set_yticks(places, classes)
    axes.set(
        xlabel="answered", ylabel="right", title=f"{100 * evaluation.error:.2f}% of {len(evaluation.labels):,} wrong"
    )
    for row, column in np.ndindex(table.shape):
        if table[row, column]:
            dark = mistaken[row, column] > 0.6 * max(1, mistaken.max())
            axes.text(
                column, row, str(table[row, column]), ha="center", va="center", size=7, color="w" if dark else "k"
            )
    return figure


def mistakes(evaluation: Evaluation, data: ImageData) -> Figure:
    """Draw test images that were classified wrongly, the surest mistakes first.

    Parameters
    ----------
    evaluation : Evaluation
        Of the test images of `data`.
    data : ImageData
    """
    numbers = evaluation.wrong[:MOST_MISTAKES]
    rows = max(1, -(-len(numbers) // 8))
    # Digits fit side by side above an image, names do not.
    names = [name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…" for name in data.classes]
    between, lines = (" > ", 1) if max(map(len, names)) <= 2 else (" >\n", 2)
    figure = Figure(figsize=(8, 0.6 + (1.0 + 0.15 * lines) * rows), layout="constrained")
    figure.suptitle(f"{len(evaluation.wrong)} mistakes: right class > answer, and how sure")
    for place, number in enumerate(numbers):
        axes = figure.add_subplot(rows, 8, place + 1)
        _show(axes, data.test_images[number] / 255)
        right, answer = evaluation.labels[number], evaluation.answers[number]
        sure = evaluation.probabilities[number, answer]
        axes.set_title(f"{names[right]}{between}{names[answer]}  {100 * sure:.0f}%", size=7, pad=4)
    return figure


def first_weights(model: Module, data: ImageData) -> Array | None:
    """Return the weights of the first layer as pictures, (K, H, W) or (K, 3, H, W); None if they are none.

    Parameters
    ----------
    model : Module
    data : ImageData
        Whose images a linear layer's weights have the shape of.
    """
    layer = next((m for m in model.modules() if isinstance(m, Conv2d | Linear)), None)
    if layer is None:
        return None
    weights: Array = layer.weight.detach().cpu().numpy()
    if isinstance(layer, Linear):
        shape = data.test_images.shape[1:]
        return weights.reshape(-1, *shape) if weights.shape[1] == np.prod(shape) else None
    return weights if weights.shape[1] == 3 else weights.reshape(-1, *weights.shape[2:])


def tiles(pictures: Array, title: str) -> Figure:
    """Draw small pictures side by side, each from its own smallest value to its largest.

    Parameters
    ----------
    pictures : ndarray (K, H, W) or (K, 3, H, W)
    title : str
    """
    shown = pictures[:MOST_FILTERS]
    columns = min(16, int(np.ceil(np.sqrt(2 * len(shown)))))
    rows = -(-len(shown) // columns)
    figure = Figure(figsize=(0.6 * columns + 0.4, 0.6 * rows + 0.6), layout="constrained")
    figure.suptitle(title if len(shown) == len(pictures) else f"{title}: {len(shown)} of {len(pictures)}", size=9)
    for place, picture in enumerate(shown):
        low, high = picture.min(), picture.max()
        _show(figure.add_subplot(rows, columns, place + 1), (picture - low) / max(high - low, 1e-12))
    return figure


def _show(axes: Axes, picture: Array) -> None:
    """Draw one picture, (H, W) or (3, H, W), from 0 to 1."""
    axes.imshow(picture if picture.ndim == 2 else picture.transpose(1, 2, 0), cmap="gray", vmin=0, vmax=1)
    axes.set_axis_off()
