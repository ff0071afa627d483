"""Launches recorded in place of being done: what a kernel set would have a device compute, without a device."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from engine.cuda import arena, constants, driver
from engine.cuda.launch import Kernel


class Launch:
    """A kernel that was to be launched.

    Attributes
    ----------
    function : function
        As it would be compiled.
    signature : tuple
        Numba's types of its arguments.
    grid, block : tuple of int
    """

    def __init__(
        self, function: Any, signature: tuple[Any, ...], grid: tuple[int, ...], block: tuple[int, ...]
    ) -> None:
        self.function, self.signature, self.grid, self.block = function, signature, grid, block

    @property
    def single(self) -> bool:
        """Whether it has floating arrays, all float32."""
        return "float32" in str(self.signature) and "float64" not in str(self.signature)


@contextmanager
def recording() -> Iterator[list[Launch]]:
    """Give every array an address of its own that nobody reads, and list the launches."""
    launches: list[Launch] = []
    addresses = itertools.count(1 << 40, 1 << 32)

    def note(compiled: Any, grid: tuple[int, ...], block: tuple[int, ...], args: tuple[Any, ...]) -> None:
        function, signature = compiled
        launches.append(Launch(function, signature, grid, block))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driver, "allocate", lambda size: (next(addresses), None))
        patch.setattr(arena, "private", arena.Arena(driver.allocate))
        patch.setattr(driver, "jit", lambda function, signature: (function, signature))
        patch.setattr(driver, "upload", lambda array, values: None)
        patch.setattr(driver, "multiprocessors", lambda: 132)
        patch.setattr(driver, "launcher", note)
        constants.forget()
        kernels = Kernel.every
        for kernel in kernels:
            kernel.compiled.clear()
        yield launches
        for kernel in kernels:
            kernel.compiled.clear()
        constants.forget()
