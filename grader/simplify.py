"""Makes a counterexample readable: what does not matter becomes 0, what must stay becomes 1."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from grader.wire import Array


def simplify(case: Mapping[str, Any], fails: Callable[[Mapping[str, Any]], bool], budget: int) -> dict[str, Any]:
    """Return a case that still fails, with as many zeros in its floating arrays as can be found.

    Blocks of each array are set to 0, first all of it, then halves, quarters, single elements; then
    each element left is set to 1 if the case still fails with it.

    Parameters
    ----------
    case : mapping
        A failing case; not changed. Shapes stay as they are.
    fails : callable
        Whether a case fails.
    budget : int
        Cases to try at most.

    Returns
    -------
    dict

    Examples
    --------
    >>> simple = simplify({"x": np.array([3.0, 5.0, 7.0])}, lambda case: case["x"][1] != 0, budget=50)
    >>> simple["x"].tolist()
    [0.0, 1.0, 0.0]
    """
    best = dict(case)
    for name, indices, value in _steps(best):
        flat = best[name].reshape(-1)
        if np.all(flat[indices] == value) or (value and not flat[indices].any()):
            continue
        if budget == 0:
            break
        budget -= 1
        changed: Array = flat.copy()
        changed[indices] = value
        candidate = best | {name: changed.reshape(best[name].shape)}
        if fails(candidate):
            best = candidate
    return best


def _steps(best: Mapping[str, Any]) -> Iterator[tuple[str, slice, float]]:
    arrays = {n: v.size for n, v in best.items() if isinstance(v, np.ndarray) and v.dtype.kind == "f"}
    for name, size in arrays.items():
        length = size
        while length >= 1:
            for start in range(0, size, length):
                yield name, slice(start, start + length), 0.0
            length = length // 2 if length > 1 else 0
    for name, size in arrays.items():
        for start in range(size):
            yield name, slice(start, start + 1), 1.0
