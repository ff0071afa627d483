"""One entry per op, one file per family as in engine/ops. tests/engine/test_op_contract.py walks them.

A missing entry is a failing test that names the op.
"""

import importlib
import pkgutil

from tests.op_cases.case import BadInput, OpCase, Sample

# Every file here that has CASES is a family.
_families = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]

OP_CASES: dict[str, OpCase] = {
    name: case for family in _families for name, case in getattr(family, "CASES", {}).items()
}

__all__ = ["OP_CASES", "BadInput", "OpCase", "Sample"]
