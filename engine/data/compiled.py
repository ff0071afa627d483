"""Kernels that prepare data are imported when the first batch is made, and Numba with them."""

import importlib
from functools import cache
from types import ModuleType

from engine.device import prepare_threads


@cache
def compiled(name: str) -> ModuleType:
    """Import a module of kernels in engine/data.

    Parameters
    ----------
    name : str
        Such as "assembly" or "augment.resampling".

    Returns
    -------
    module

    Examples
    --------
    >>> compiled("assembly").__name__
    'engine.data.assembly'
    """
    prepare_threads()
    return importlib.import_module(f"engine.data.{name}")
