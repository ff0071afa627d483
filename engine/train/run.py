"""A training run: passes with progress, and after each all that is needed to go on is on disk."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.data import ImageData
from engine.device import Device
from engine.train.checkpoint import identity, load_checkpoint, save_checkpoint
from engine.train.evaluation import Evaluation
from engine.train.metrics import write_metrics
from engine.train.recipe import Recipe
from engine.train.trained import save_trained
from engine.train.trainer import Trainer

CHECKPOINT, METRICS = "checkpoint.safetensors", "metrics.csv"


@dataclass(frozen=True)
class Settings:
    """What the user may choose of a run.

    Attributes
    ----------
    epochs : int or None
        The recipe's by default.
    seed : int
    device : Device
    resume : bool
        Whether to go on where a run in the same folder stood.
    """

    epochs: int | None
    seed: int
    device: Device
    resume: bool


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    Attributes
    ----------
    evaluation : Evaluation
        Of the test images, after the last epoch.
    seconds : float
        Training without evaluation.
    epochs : int
    weights : Path
    """

    evaluation: Evaluation
    seconds: float
    epochs: int
    weights: Path


def run(recipe: Recipe, data: ImageData, settings: Settings, out: Path, console: Console, member: int = 0) -> Outcome:
    """Train a network and leave weights, figures and a checkpoint in a folder.

    Parameters
    ----------
    recipe : Recipe
        With the member's own preparation.
    data : ImageData
    settings : Settings
    out : Path
        The folder; made if it is not there.
    console : Console
    member : int
        Number in its committee, from 0: added to the seed.

    Raises
    ------
    EngineError
        If the data do not fit, the loss is no longer a number, or a file cannot be read or written.
    """
    seed = settings.seed + member
    trainer = Trainer(recipe, data, seed=seed, epochs=settings.epochs, device=settings.device)
    identified = identity(trainer, data, seed)
    out.mkdir(parents=True, exist_ok=True)
    checkpoint, weights = out / CHECKPOINT, out / f"{recipe.name}.safetensors"
    parameters = sum(parameter.numel() for parameter in trainer.model.parameters())
    console.print(
        f"{recipe.name}: {parameters:,} parameters, {len(data.train_images):,} training and "
        f"{len(data.test_images):,} test images of {data.name}",
        soft_wrap=True,
    )
    if settings.resume and checkpoint.exists():
        load_checkpoint(checkpoint, trainer, identified)
        # The run may have been killed after its checkpoint and before this.
        write_metrics(out / METRICS, trainer.results)
        console.print(f"{len(trainer.results)} of {trainer.epochs} epochs were done", soft_wrap=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("training", total=None)
        for result in trainer.run(lambda step, steps: progress.update(task, completed=step, total=steps)):
            save_trained(weights, recipe, member, trainer.final, recipe.statistics(data), data.classes)
            save_checkpoint(checkpoint, trainer, identified)
            write_metrics(out / METRICS, trainer.results)
            progress.console.print(
                f"epoch {result.epoch} of {trainer.epochs}: training loss {result.train_loss:.4f}, "
                f"test accuracy {100 * result.test_accuracy:.2f}%, {result.seconds:.1f} s",
                soft_wrap=True,
            )
    evaluation = trainer.evaluate()
    # Imported when there is something to draw: Matplotlib takes a second.
    from engine.train.figures import draw_run

    figures = draw_run(out, trainer.results, evaluation, data, trainer.final)
    console.print(
        f"test error {100 * evaluation.error:.2f}%; weights in {weights}, the epochs in {out / METRICS}, pictures in "
        + ", ".join(path.name for path in figures),
        soft_wrap=True,
    )
    seconds = sum(result.seconds for result in trainer.results)
    return Outcome(evaluation, seconds, trainer.epochs, weights)
