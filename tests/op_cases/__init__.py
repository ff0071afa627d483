"""One entry per op, one file per family as in engine/ops. tests/engine/test_op_contract.py walks them.

A missing entry is a failing test that names the op.
"""

from tests.op_cases import (
    activation,
    conv,
    dropout,
    elementwise,
    elementwise_loss,
    loss,
    matmul,
    norm,
    pool,
    reduce,
    shape,
    softmax,
)
from tests.op_cases.case import BadInput, OpCase, Sample

FAMILIES = (activation, conv, dropout, elementwise, elementwise_loss, loss, matmul, norm, pool, reduce, shape, softmax)

OP_CASES: dict[str, OpCase] = {name: case for family in FAMILIES for name, case in family.CASES.items()}

__all__ = ["OP_CASES", "BadInput", "OpCase", "Sample"]
