"""Weights on disk, as safetensors: arrays and their names, nothing that could run."""

from collections.abc import Mapping
from pathlib import Path

import safetensors
from safetensors.numpy import load_file, save_file

from engine.arrays import Array
from engine.errors import DataError
from engine.tensor import Tensor


def save_checkpoint(path: Path, state_dict: Mapping[str, Tensor]) -> None:
    """Write a state_dict; a file that was there is replaced only once the new one is complete.

    Parameters
    ----------
    path : Path
    state_dict : mapping of str to Tensor
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    save_file({name: tensor.array for name, tensor in state_dict.items()}, unfinished)
    unfinished.replace(path)


def load_checkpoint(path: Path) -> dict[str, Array]:
    """Read a state_dict.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    DataError
        If there is no such file, or it is no safetensors file.
    """
    try:
        state: dict[str, Array] = load_file(path)
    except (OSError, safetensors.SafetensorError) as error:
        raise DataError(str(path), "a safetensors file", str(error)) from error
    return state
