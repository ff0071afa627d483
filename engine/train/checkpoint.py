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
from engine.train.description import settings
from engine.train.trainer import Trainer
from engine.whole_file import whole_file

STATE, RUN = "state", "run"
ANEW = "train without --resume to begin anew"


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
        **settings(trainer.recipe),
        "epochs": trainer.epochs,
        "seed": seed,
        "threads": get_num_threads(),
        "device": str(trainer.device),
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
        If there is no such file, or it is damaged, or what it holds is not laid out as it is today.
    StateError
        If it is of another run: another recipe or setting of it, seed, data, device, number of epochs or of threads.
    """
    arrays: dict[str, Array] = {}
    try:
        with safetensors.safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            names = file.keys()
            arrays = {name: file.get_tensor(name) for name in names}
        numbers, theirs = json.loads(metadata[STATE]), json.loads(metadata[RUN])
    except (OSError, safetensors.SafetensorError, KeyError, ValueError) as error:
        raise DataError(str(path), "a checkpoint", str(error), ANEW) from error
    if not isinstance(theirs, dict) or theirs.keys() != run.keys():
        raise DataError(str(path), "a checkpoint that this version wrote", "another's", ANEW)
    for name, ours in run.items():
        if theirs[name] != ours:
            fix = f"go on with {name} as it was, or begin anew without --resume"
            raise StateError(str(path), f"{name} {theirs[name]}", str(ours), fix)
    try:
        trainer.load_state(arrays, numbers)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(str(path), "a checkpoint that this version wrote", repr(error), ANEW) from error
