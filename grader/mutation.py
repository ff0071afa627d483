"""Mistakes made by rule, in every right solution: how many of them the properties notice is the grader's own grade.

A mutant is a solution with one change: a comparison or an operator turned into its neighbour, a number one more or
less, a statement dropped, two arguments or indices exchanged, an accumulation that no longer accumulates. One that
still scores full is a mistake that students could make unnoticed, or no mistake: then the catalog says why.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grader.catalog import Entry
from grader.stubs import render_alternative

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.MatMult: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


@dataclass(frozen=True)
class MadeMutant:
    """A solution with one change.

    Attributes
    ----------
    alternative : int
        Which of the exercise's alternatives it was made from.
    line : int
        Where in its file.
    kind : str
        What was done, such as "comparison".
    before, after : str
        The statement as it was and as it is; of a compound one, its first line.
    source : bytes
        The file.
    """

    alternative: int
    line: int
    kind: str
    before: str
    after: str
    source: bytes


# A change in place: returns its kind, or None where there is nothing to change.
Change = Callable[[ast.AST], str | None]


def made_mutants(entry: Entry) -> Iterator[MadeMutant]:
    """Yield all mutants of all alternatives of an exercise, each different from all others.

    Parameters
    ----------
    entry : Entry

    Yields
    ------
    MadeMutant
    """
    for number, alternative in enumerate(entry.exercise.alternatives):
        source = render_alternative(entry, alternative)
        tree = ast.parse(source)
        seen = {ast.unparse(tree)}
        harmless = _harmless(tree)
        for place, node in enumerate(ast.walk(tree)):
            for change in CHANGES if id(node) not in harmless else ():
                kind = change(copy.deepcopy(node))
                if kind is None:
                    continue
                changed = copy.deepcopy(tree)
                twin = next(other for position, other in enumerate(ast.walk(changed)) if position == place)
                change(twin)
                text = ast.unparse(ast.fix_missing_locations(changed))
                if text in seen:
                    continue
                seen.add(text)
                line, before, after = _difference(tree, changed, node)
                yield MadeMutant(number, line, kind, before, after, (text + "\n").encode())


def _harmless(tree: ast.Module) -> set[int]:
    """Return the parts of a tree where nothing can be a mistake: what an error says, and annotations."""
    roots: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise):
            roots.append(node)
        elif isinstance(node, ast.FunctionDef):
            arguments = [arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)]
            roots += [part for part in (node.returns, *(a.annotation for a in arguments)) if part is not None]
        elif isinstance(node, ast.AnnAssign):
            roots.append(node.annotation)
    return {id(part) for root in roots for part in ast.walk(root)}


def _difference(tree: ast.Module, changed: ast.Module, node: ast.AST) -> tuple[int, str, str]:
    """Return where two trees differ: the line, and the first line of the text that differs in each."""
    old, new = ast.unparse(tree).splitlines(), ast.unparse(changed).splitlines()
    place = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)) - 1)
    return getattr(node, "lineno", 0), old[place].strip(), new[place].strip()


def _comparison(node: ast.AST) -> str | None:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        node.ops[0] = COMPARISONS[type(node.ops[0])]()
        return "comparison"
    return None


def _operator(node: ast.AST) -> str | None:
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OPERATORS:
        node.op = OPERATORS[type(node.op)]()
        return "operator"
    if isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return "and / or"
    return None


def _sign(node: ast.AST) -> str | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        if isinstance(node.operand, ast.Constant) and node.operand.value == 0:
            return None  # 0 has no sign
        node.op = ast.UAdd() if isinstance(node.op, ast.USub) else ast.Not()
        if isinstance(node.op, ast.Not):
            node.operand = ast.UnaryOp(ast.Not(), node.operand)
        return "sign"
    return None


def _one_more(node: ast.AST) -> str | None:
    return _add_to_number(node, 1)


def _one_less(node: ast.AST) -> str | None:
    return _add_to_number(node, -1)


def _add_to_number(node: ast.AST, step: int) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        node.value += step
        return "number"
    return None


def _truth(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        node.value = not node.value
        return "truth"
    return None


def _dropped(position: int) -> Change:
    def drop(node: ast.AST) -> str | None:
        body = getattr(node, "body", None)
        if not isinstance(node, ast.FunctionDef | ast.For | ast.While | ast.If | ast.With) or not isinstance(
            body, list
        ):
            return None
        if position >= len(body) or not isinstance(
            body[position], ast.Assign | ast.AugAssign | ast.Expr | ast.If | ast.For
        ):
            return None
        statement = body[position]
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            return None  # a docstring
        body[position] = ast.Pass()
        return "dropped statement"

    return drop


def _no_accumulation(position: int) -> Change:
    def overwrite(node: ast.AST) -> str | None:
        body = getattr(node, "body", None)
        if isinstance(body, list) and position < len(body) and isinstance(body[position], ast.AugAssign):
            statement = body[position]
            body[position] = ast.Assign([statement.target], statement.value, lineno=statement.lineno)
            return "= for +="
        return None

    return overwrite


def _swapped_arguments(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and len(node.args) >= 2 and not isinstance(node.args[0], ast.Starred):
        node.args[0], node.args[1] = node.args[1], node.args[0]
        return "exchanged arguments"
    return None


def _swapped_indices(node: ast.AST) -> str | None:
    if isinstance(node, ast.Subscript | ast.Return | ast.Assign):
        holder = node.slice if isinstance(node, ast.Subscript) else node.value
        if isinstance(holder, ast.Tuple) and len(holder.elts) >= 2:
            holder.elts[-1], holder.elts[-2] = holder.elts[-2], holder.elts[-1]
            return "exchanged indices or values"
    return None


def _no_bound(node: ast.AST) -> str | None:
    if isinstance(node, ast.Slice) and (node.lower is not None or node.upper is not None):
        if node.lower is not None:
            node.lower = None
        else:
            node.upper = None
        return "slice without its bound"
    return None


def _no_keyword(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and node.keywords:
        node.keywords.pop(0)
        return "keyword left out"
    return None


MOST_STATEMENTS = 12
CHANGES: tuple[Change, ...] = (
    _comparison,
    _operator,
    _sign,
    _one_more,
    _one_less,
    _truth,
    _swapped_arguments,
    _swapped_indices,
    _no_bound,
    _no_keyword,
    *(_dropped(position) for position in range(MOST_STATEMENTS)),
    *(_no_accumulation(position) for position in range(MOST_STATEMENTS)),
)
