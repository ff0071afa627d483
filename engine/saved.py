"""What an op keeps for backward, and whether somebody wrote into it meanwhile."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.errors import GraphError
from engine.placement import is_on_device, on_host
from engine.versions import changes, version

_fingerprinting: ContextVar[bool] = ContextVar("fingerprinting", default=False)


@contextmanager
def detect_mutation() -> Iterator[None]:
    """Let backward find every change to a saved array, also one made through NumPy.

    Changes through tensors, optimisers and ``load_state_dict`` are always found: they are counted. A
    write through ``tensor.numpy()`` is not counted. Inside this ``with`` block ops keep a checksum of
    what they save, which costs one more pass over memory; use it when gradients look wrong.

    Yields
    ------
    None

    Examples
    --------
    >>> import engine
    >>> x, w = engine.tensor([2.0]), engine.tensor([3.0], requires_grad=True)
    >>> with engine.detect_mutation():
    ...     y = x * w
    >>> x.numpy()[0] = 5
    >>> y.backward()
    Traceback (most recent call last):
        ...
    engine.errors.GraphError: backward: expected saved arrays as they were in the forward pass, got one of shape (1,) \
changed in place since; change a copy (tensor.clone()), or change it after backward
    """
    token = _fingerprinting.set(True)
    try:
        yield
    finally:
        _fingerprinting.reset(token)


class Saved:
    """Values kept for backward, and when that was: what changed in place later must not be used.

    Parameters
    ----------
    values : tuple
        Arrays, lists or dicts of arrays, and settings. Arrays deeper inside are not watched.
    """

    __slots__ = ("_checksums", "_values", "_when")

    def __init__(self, values: tuple[Any, ...]) -> None:
        self._values = values
        self._when = changes()
        self._checksums = [_checksum(array) for array in _arrays(values)] if _fingerprinting.get() else None

    def unchanged_values(self) -> tuple[Any, ...]:
        """Return the values.

        Raises
        ------
        GraphError
            If an array was changed in place since it was saved.
        """
        if changes() == self._when and self._checksums is None:
            return self._values
        for i, array in enumerate(_arrays(self._values)):
            changed = self._checksums is not None and _checksum(array) != self._checksums[i]
            if changed or version(array) > self._when:
                raise GraphError(
                    "backward",
                    "saved arrays as they were in the forward pass",
                    f"one of shape {array.shape} changed in place since",
                    "change a copy (tensor.clone()), or change it after backward",
                )
        return self._values


def _arrays(values: tuple[Any, ...]) -> list[Array]:
    found = []
    for value in values:
        if _is_array(value):
            found.append(value)
        elif isinstance(value, list | dict):
            parts = value.values() if isinstance(value, dict) else value
            found += [part for part in parts if _is_array(part)]
    return found


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) or is_on_device(value)


def _checksum(array: Array) -> int:
    return zlib.crc32(np.asarray(on_host(array), order="C").reshape(-1).view(np.uint8).data)
