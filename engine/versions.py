"""Notes when the memory of an array was last changed in place, so that backward can tell."""

import weakref

from engine.arrays import Array

# The number of the last change, by identity of the array that owns the memory: views share it. What was never
# changed has no entry.
_changes: dict[int, int] = {}
_count = 0


def changes() -> int:
    """Return how many changes there were so far: if none was added, no array has changed."""
    return _count


def owner(array: Array) -> Array:
    """Return the array whose memory this one looks at (itself, if it is no view)."""
    while isinstance(array.base, type(array)):
        array = array.base
    return array


def version(array: Array) -> int:
    """Return which change was the last to this array's memory; 0 if :func:`mark_changed` was never told of any."""
    return _changes.get(id(owner(array)), 0)


def mark_changed(array: Array) -> None:
    """Note that this array's memory was changed in place.

    Everything in the engine that writes into a tensor calls it: in-place methods, optimisers, loading.
    """
    global _count
    _count += 1
    memory = owner(array)
    key = id(memory)
    if key not in _changes:
        weakref.finalize(memory, _changes.pop, key, None).atexit = False
    _changes[key] = _count
