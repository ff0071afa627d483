"""The formulas of :mod:`engine.kernels.formulas` in the dtype of their arrays, for a device.

To Numba ``0.5 * x`` with x in float32 is float64, and so is ``float(x)``. On the processor that costs nothing,
and is more accurate; most cards compute float64 at a 64th of the speed. So each formula is read, every number
in it and every ``float(...)`` becomes ``real(...)``, and it is compiled anew where ``real`` is the dtype wanted.
"""

import ast
import inspect
import math
import textwrap
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from engine.cuda import driver
from engine.kernels import formulas

# Numbers that formulas name.
NAMED = {name: value for name, value in vars(formulas).items() if isinstance(value, float)}


class _Retype(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return _real(node) if isinstance(node.value, int | float) and not isinstance(node.value, bool) else node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return _real(node) if node.id in NAMED else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "float":
            node.func.id = "real"
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list, node.returns = [], None
        for argument in node.args.args:
            argument.annotation = None
        node.body = [self.visit(statement) for statement in node.body]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        return ast.Assign([node.target], node.value or ast.Constant(None))


def _real(node: Any) -> ast.Call:
    return ast.Call(ast.Name("real", ast.Load()), [node], [])


@cache
def retyped(formula: Callable[..., float], dtype: np.dtype[Any]) -> Any:
    """Return a formula for kernels, all of whose numbers have this dtype.

    Parameters
    ----------
    formula : function
        One of :mod:`engine.kernels.formulas`.
    dtype : dtype
        That of the arrays it is applied to.
    """
    tree = _Retype().visit(ast.parse(textwrap.dedent(inspect.getsource(formula))))
    code = compile(ast.fix_missing_locations(tree), inspect.getsourcefile(formula) or "<formula>", "exec")
    # Devices have the functions of `math`, which never raise there; the simulator runs Python's, which would.
    names = {"real": driver.element_type(dtype), "np": np if driver.SIMULATED else math, "math": math, **NAMED}
    exec(code, names)
    return driver.on_device(names[formula.__name__])
