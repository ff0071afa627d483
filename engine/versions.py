"""Counts how often the memory of an array was changed in place, so that backward can tell."""

import weakref

from engine.arrays import Array

# By identity of the array that owns the memory: views share it. What was never changed has no entry.
_changes: dict[int, int] = {}


def owner(array: Array) -> Array:
    """Return the array whose memory this one looks at (itself, if it is no view)."""
    while isinstance(array.base, type(array)):
        array = array.base
    return array


def version(array: Array) -> int:
    """Return how often :func:`mark_changed` was told of a change to this array's memory."""
    return _changes.get(id(owner(array)), 0)


def mark_changed(array: Array) -> None:
    """Note that this array's memory was changed in place.

    Everything in the engine that writes into a tensor calls it: in-place methods, optimisers, loading.
    """
    memory = owner(array)
    key = id(memory)
    if key not in _changes:
        weakref.finalize(memory, _changes.pop, key, None).atexit = False
    _changes[key] = _changes.get(key, 0) + 1
