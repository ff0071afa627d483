"""Where training stands, on disk: a file that is whole at every moment, so that a kill costs one pass at most."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
from safetensors.numpy import save_file

from engine.arrays import Array
from engine.data import ImageData
from engine.device import get_num_threads
from engine.errors import DataError, StateError
from engine.train.trainer import Trainer
from engine.whole_file import whole_file

STATE, RUN = "state", "run"


def identity(trainer: Trainer, data: ImageData, seed: int) -> dict[str, Any]:
    """Return what must be the same for training to go on bit for bit.

    Parameters
    ----------
    trainer : Trainer
    data : ImageData
    seed : int
    """
    digest = sha256()
    for array in (data.train_images, data.train_labels):
        digest.update(np.ascontiguousarray(array).data)
    return {
        "recipe": trainer.recipe.name,
        "epochs": trainer.epochs,
        "seed": seed,
        "threads": get_num_threads(),
        "data": f"{data.name} {digest.hexdigest()[:16]}",
    }


def save_checkpoint(path: Path, trainer: Trainer, run: Mapping[str, Any]) -> None:
    """Write where a trainer stands after a pass; a file that was there is replaced once the new one is complete.

    Parameters
    ----------
    path : Path
    trainer : Trainer
    run : mapping
        Of :func:`identity`.

    Raises
    ------
    DataError
        If the file cannot be written.
    """
    arrays, numbers = trainer.state()
    whole = {name: np.array(value, order="C") for name, value in arrays.items()}
    try:
        with whole_file(path) as unfinished:
            save_file(whole, unfinished, metadata={STATE: json.dumps(numbers), RUN: json.dumps(run)})
    except (OSError, safetensors.SafetensorError) as error:
        raise DataError("save_checkpoint", f"a place for {path}", str(error)) from error


def load_checkpoint(path: Path, trainer: Trainer, run: Mapping[str, Any]) -> None:
    """Let a trainer go on where the one stood that wrote a checkpoint.

    Parameters
    ----------
    path : Path
    trainer : Trainer
        New, of the same recipe.
    run : mapping
        Of :func:`identity`.

    Raises
    ------
    DataError
        If there is no such file, or it is damaged.
    StateError
        If it is of another run: another recipe, seed, data, number of epochs or of threads.
    """
    arrays: dict[str, Array] = {}
    try:
        with safetensors.safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            names = file.keys()
            arrays = {name: file.get_tensor(name) for name in names}
        numbers, theirs = json.loads(metadata[STATE]), json.loads(metadata[RUN])
    except (OSError, safetensors.SafetensorError, KeyError, ValueError) as error:
        raise DataError(str(path), "a checkpoint", str(error), "train without --resume to begin anew") from error
    for name, ours in run.items():
        if theirs.get(name) != ours:
            fix = f"go on with {name} as it was, or begin anew without --resume"
            raise StateError(str(path), f"{name} {theirs.get(name)}", str(ours), fix)
    trainer.load_state(arrays, numbers)
