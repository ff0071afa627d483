"""Weights on disk, as safetensors: arrays and their names, nothing that could run."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path

import numpy as np
import safetensors
from safetensors.numpy import save_file

from engine.arrays import Array
from engine.errors import DataError
from engine.placement import on_host
from engine.tensor import Tensor
from engine.whole_file import whole_file

# What safetensors calls the dtypes that a tensor may have; F16 is read, too, as float32.
_READ = {"F64", "F32", "F16", "I64", "I32", "U8", "BOOL"}


def save_weights(
    path: str | PathLike[str], state_dict: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None
) -> None:
    """Write a state_dict; a file that was there is replaced only once the new one is complete.

    Parameters
    ----------
    path : str or Path
        By custom it ends in ".safetensors". PyTorch reads it with ``safetensors.torch.load_file``.
    state_dict : mapping of str to Tensor
    metadata : mapping of str to str, optional
        Kept in the file's header; see :func:`read_metadata`.

    Raises
    ------
    DataError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile, engine
    >>> layer = engine.nn.Linear(2, 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     engine.save_weights(f"{folder}/a.safetensors", layer.state_dict())
    ...     layer.load_state_dict(engine.load_weights(f"{folder}/a.safetensors"))
    <All keys matched successfully>
    """
    target = Path(path)
    try:
        arrays = {name: on_host(tensor.array) for name, tensor in state_dict.items()}
        with whole_file(target) as unfinished:
            save_file(arrays, unfinished, None if metadata is None else dict(metadata))
    except (OSError, safetensors.SafetensorError) as error:
        raise DataError("save_weights", f"a place for {target}", str(error)) from error


def read_metadata(path: str | PathLike[str]) -> dict[str, str]:
    """Return what :func:`save_weights` was given besides the weights; empty if nothing.

    Raises
    ------
    DataError
        If there is no such file, or it is no safetensors file.
    """
    try:
        with safetensors.safe_open(path, framework="np") as file:
            return dict(file.metadata() or {})
    except (OSError, safetensors.SafetensorError) as error:
        raise DataError(str(path), "a safetensors file", str(error)) from error


def load_weights(path: str | PathLike[str]) -> dict[str, Tensor]:
    """Read a state_dict that :func:`save_weights` or PyTorch (``safetensors.torch.save_file``) wrote.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    dict of str to Tensor
        float16 entries come as float32, which holds the same numbers; all others as they are.

    Raises
    ------
    DataError
        If there is no such file, it is no safetensors file, or an entry is of another dtype (bfloat16, say).
    """
    state: dict[str, Tensor] = {}
    try:
        with safetensors.safe_open(path, framework="np") as file:
            names = file.keys()
            for name in names:
                kind = file.get_slice(name).get_dtype()
                if kind not in _READ:
                    fix = "convert it before saving, in PyTorch by tensor.float()"
                    raise DataError(str(path), f"{name} as one of {', '.join(sorted(_READ))}", kind, fix)
                state[name] = Tensor(_as_engine_dtype(file.get_tensor(name)))
    except (OSError, safetensors.SafetensorError) as error:
        raise DataError(str(path), "a safetensors file", str(error)) from error
    return state


def _as_engine_dtype(array: Array) -> Array:
    return array.astype(np.float32) if array.dtype == np.float16 else array
