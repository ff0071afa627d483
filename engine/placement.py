"""Where an array lies, on the host or on a device: the few questions whose answer depends on it."""

import importlib
from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from engine import kernels, memory
from engine.arrays import Array


def is_on_device(array: Any) -> bool:
    """Tell whether an array lies in the memory of a CUDA device."""
    return type(array) is not np.ndarray and hasattr(array, "__cuda_array_interface__")


@cache
def device_arrays() -> ModuleType:
    """Import what makes arrays on a device; importing numba-cuda is put off until one is asked for."""
    return importlib.import_module("engine.cuda.array")


@cache
def device_random() -> ModuleType:
    """Import what draws random numbers on a device."""
    return importlib.import_module("engine.cuda.random")


def staging() -> Any:
    """Return what sends batches to a device, through memory that the device can read.

    Raises
    ------
    DeviceError
        If there is no device.
    """
    device_arrays().require("Batches")
    return importlib.import_module("engine.cuda.staging").Staging()


def kernels_for(array: Any) -> ModuleType:
    """Return the kernel set that computes with an array: the device's, or the one chosen for the host."""
    return kernels.load(kernels.DEVICE_KERNELS) if is_on_device(array) else kernels.current()


def empty_beside(array: Any, shape: Sequence[int], dtype: np.dtype[Any]) -> Array:
    """Return an array with any numbers in it, where another one lies."""
    if is_on_device(array):
        made: Array = device_arrays().empty(shape, dtype)
        return made
    return memory.empty(shape, dtype)


def filled_beside(array: Any, shape: Sequence[int], value: float, dtype: np.dtype[Any]) -> Array:
    """Return an array filled with a number, where another one lies."""
    made = empty_beside(array, shape, dtype)
    made[...] = value
    return made


def contiguous(array: Any) -> Array:
    """Return an array's elements in reading order: the array itself if they lie so already."""
    if is_on_device(array):
        lying: Array = array if array.contiguous else array.copy()
        return lying
    return np.asarray(array, order="C")


def on_host(array: Any) -> Array:
    """Return the values of an array as an ndarray: the array itself, if it is one."""
    values: Array = array.host() if is_on_device(array) else array
    return values
