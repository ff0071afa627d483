"""How a kernel of the device is declared and launched.

::

    @kernel
    def _double(out, x):
        i = cuda.grid(1)
        if i < out.size:
            out[i] = x[i] + x[i]

    def double(out, x):
        _double.over(out.size, out.reshape(-1), x.reshape(-1))

Shared arrays want a line of their own each: the simulator tells them apart by the line.

A kernel is compiled when it is first launched with arguments of certain types: arrays of their dtype and number
of axes, whole numbers as int32, other numbers in the dtype of the first floating array. That dtype (without such
an array, the dtype of the first) is called ``real`` in a kernel: ``real(0.5)`` is a number of it. So nothing in a
kernel for float32 is float64, which most cards compute at a 64th of the speed.
"""

from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any, ClassVar
from weakref import WeakSet

import numpy as np

from engine.cuda import constants, driver
from engine.cuda.array import DeviceArray

# Threads of a block, where a kernel has no wish: the simulator takes 0.1 ms for each.
THREADS = 32 if driver.SIMULATED else 256


def real(number: float) -> float:
    """Stand for the dtype of a kernel's first floating array; what a kernel calls is that dtype itself."""
    return number


class Kernel:
    """A function that every thread of the device calls; made by :func:`kernel`.

    Attributes
    ----------
    function : function
        As it was written.
    compiled : dict
        By signature.
    every : WeakSet
        All kernels there are.
    """

    every: ClassVar[WeakSet["Kernel"]] = WeakSet()

    def __init__(self, function: Callable[..., None], settings: Mapping[str, Any] | None = None) -> None:
        self.function, self.settings = function, dict(settings or {})
        self.compiled: dict[tuple[Any, ...], Any] = {}
        self._variants: dict[tuple[Any, ...], Kernel] = {}
        Kernel.every.add(self)
        self.__name__, self.__doc__, self.__module__ = function.__name__, function.__doc__, function.__module__

    def given(self, **settings: Any) -> "Kernel":
        """Return the kernel compiled for values of global names that are known now, such as a filter's size.

        The compiler then knows them too: it unrolls loops over a filter, and divides by a number it knows with
        a multiplication.
        """
        key = tuple(sorted(settings.items()))
        variant = self._variants.get(key)
        if variant is None:
            variant = self._variants[key] = Kernel(self.function, {**self.settings, **settings})
        return variant

    def bound(self, dtype: np.dtype[Any]) -> Callable[..., None]:
        """Return the function with `real` and the settings in the place of its global names."""
        names = {**self.function.__globals__, **self.settings, "real": driver.element_type(dtype)}
        f = self.function
        return FunctionType(f.__code__, names, f.__name__, f.__defaults__, f.__closure__)

    def over(self, count: int, *args: Any) -> None:
        """Launch at least `count` threads, in blocks of THREADS."""
        self.blocks(-(-count // THREADS), THREADS, *args)

    def blocks(self, grid: int | tuple[int, ...], block: int | tuple[int, ...], *args: Any) -> None:
        """Launch blocks of threads; nothing, if there is no block.

        Parameters
        ----------
        grid : int or tuple of int
            How many blocks, along up to three axes.
        block : int or tuple of int
            How many threads each has.
        *args
            DeviceArrays, host arrays (which are copied to the device), numbers, and tuples of arrays or numbers alike.
        """
        grid, block = (grid,) if isinstance(grid, int) else grid, (block,) if isinstance(block, int) else block
        if 0 in grid:
            return
        given = tuple(constants.on_device(arg) if isinstance(arg, np.ndarray) else arg for arg in args)
        key = tuple(_key(arg) for arg in given)
        compiled = self.compiled.get(key)
        if compiled is None:
            types, dtype = signature(given)
            compiled = self.compiled[key] = driver.jit(self.bound(dtype), types)
        driver.launch(compiled, grid, block, tuple(_argument(arg) for arg in given))


def kernel(function: Callable[..., None]) -> Kernel:
    """Declare a kernel; nothing is compiled yet."""
    return Kernel(function)


def signature(args: tuple[Any, ...]) -> tuple[tuple[Any, ...], np.dtype[Any]]:
    """Return Numba's types of a kernel's arguments, and the dtype that `real` is."""
    dtypes = [a.dtype for arg in args for a in (arg if isinstance(arg, tuple) else (arg,)) if _is_array(a)]
    dtype = next((dtype for dtype in dtypes if dtype.kind == "f"), dtypes[0])
    return tuple(_type(arg, dtype) for arg in args), dtype


def _type(arg: Any, real: np.dtype[Any]) -> Any:
    if isinstance(arg, tuple):
        return driver.tuple_type(_type(arg[0], real), len(arg))
    if _is_array(arg):
        return driver.array_type(arg.dtype, arg.ndim, arg.contiguous)
    return driver.number_type(arg, real)


def _is_array(arg: Any) -> bool:
    return isinstance(arg, DeviceArray)


def _key(arg: Any) -> Any:
    if type(arg) is DeviceArray:
        return arg.dtype.char, arg.ndim, arg.contiguous
    if isinstance(arg, tuple):
        return len(arg), _key(arg[0])
    return type(arg), type(arg) is float or -(2**31) <= arg < 2**31


def _argument(arg: Any) -> Any:
    if isinstance(arg, tuple):
        return tuple(_argument(part) for part in arg)
    return driver.argument(arg) if type(arg) is DeviceArray else arg
