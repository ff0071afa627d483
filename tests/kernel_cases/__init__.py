"""One entry per kernel, one file per family as in engine/kernels. Every kernel set is held to the reference by them.

A missing entry is a failing test that names the kernel.
"""

import importlib
import pkgutil

from tests.kernel_cases.case import KernelCase

# Every file here that has CASES is a family.
_families = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]

KERNEL_CASES: dict[str, list[KernelCase]] = {
    name: cases for family in _families for name, cases in getattr(family, "CASES", {}).items()
}

__all__ = ["KERNEL_CASES", "KernelCase"]
