"""The one source of randomness: initial weights, shuffles and dropout all draw from it."""

import numpy as np

_generator = np.random.default_rng(0)
_seed = _seedings = 0


def manual_seed(seed: int) -> np.random.Generator:
    """Start the engine's random numbers anew.

    Parameters
    ----------
    seed : int
        Any whole number >= 0. The same seed gives the same numbers on every machine.

    Returns
    -------
    numpy.random.Generator
        The generator that now feeds initialisation and shuffling.

    Raises
    ------
    ValueError
        If `seed` is negative.

    Examples
    --------
    >>> first = manual_seed(7).integers(100)
    >>> bool(first == manual_seed(7).integers(100))
    True
    """
    global _generator, _seed, _seedings
    _generator = np.random.default_rng(seed)
    _seed, _seedings = seed, _seedings + 1
    return _generator


def initial_seed() -> int:
    """Return the seed that :func:`manual_seed` was last given; 0 before the first call."""
    return _seed


def seedings() -> int:
    """Return how often :func:`manual_seed` was called: generators of other devices start anew when it changes."""
    return _seedings


def default_generator() -> np.random.Generator:
    """Return the generator that :func:`manual_seed` last started (seed 0 before the first call)."""
    return _generator
