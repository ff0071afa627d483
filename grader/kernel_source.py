"""What a student's file says of its kernels. It is read here, and never run."""

import ast
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

LOOPS = (ast.For, ast.While)
# Where not every thread may come by.
BRANCHES = (ast.If, ast.IfExp, ast.Match, ast.Try)


def parsed(source: bytes) -> ast.Module:
    """Return the syntax tree of a file; an empty one where there is none."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


class KernelSource:
    """A student's file.

    Parameters
    ----------
    source : bytes
    name : str
        Of the function that is asked for.
    """

    def __init__(self, source: bytes, name: str) -> None:
        self.name = name
        self._tree = parsed(source)

    @cached_property
    def _imported(self) -> dict[str, str]:
        """Names that stand for one imported thing in the whole file, and for which."""
        found: dict[str, set[str]] = {}
        for node in ast.walk(self._tree):
            for name, what in _bound(node):
                found.setdefault(name, set()).add(what)
        return {name: whats.pop() for name, whats in found.items() if len(whats) == 1}

    def _meant(self, node: ast.AST) -> str:
        """Return what a name or attribute stands for, such as "numba.cuda.grid"; "" for what is not imported."""
        inside = ""
        while isinstance(node, ast.Attribute):
            inside = f".{node.attr}{inside}"
            node = node.value
        module = self._imported.get(node.id, "") if isinstance(node, ast.Name) else ""
        return module + inside if module else ""

    def uses(self, *things: str) -> bool:
        """Whether one of these, such as "numba.cuda.grid", is named outside of imports."""
        return any(self._meant(node) in things for node in ast.walk(self._tree))

    def _calls(self, what: str, within: ast.AST) -> list[ast.Call]:
        return [node for node in ast.walk(within) if isinstance(node, ast.Call) and self._meant(node.func) == what]

    def why_not_compiled(self, decorators: Sequence[str], **settings: Any) -> str:
        """Say in a sentence why the function is not compiled as it should be; "" if it is.

        Parameters
        ----------
        decorators : sequence of str
            Those that will do, such as "numba.njit"; the first is what is asked for.
        **settings : Any
            What must stand in the decorator's brackets.
        """
        short = decorators[0].removeprefix("numba.")
        places = [i for i, node in enumerate(self._tree.body) if _is_def(node, self.name)]
        if not places:
            return f"there is no def {self.name} at the left edge of the file"
        if any(name == self.name for node in self._tree.body[places[-1] + 1 :] for name in _bound_here(node)):
            return f"the name {self.name} is given to something else after its def"
        above = getattr(self._tree.body[places[-1]], "decorator_list", [])
        if not above:
            return f"there is nothing above def {self.name}: write @{short} there"
        called = above[0] if isinstance(above[0], ast.Call) else ast.Call(above[0], [], [])
        if len(above) > 1 or self._meant(called.func) not in decorators:
            return f"above def {self.name} only Numba's @{short} may stand, by a name that is imported and nothing else"
        given = {word.arg: getattr(word.value, "value", None) for word in called.keywords}
        if given.get("forceobj") or given.get("nopython") is False:
            return "forceobj=True and nopython=False let Numba fall back on Python, which compiles nothing"
        lacking = ", ".join(f"{name}={value}" for name, value in settings.items() if given.get(name) != value)
        return f"the decorator must say @{short}({lacking})" if lacking else ""

    @property
    def sums(self) -> list[str]:
        """Variables to which turns of a prange loop add as a whole, as in ``total += part``."""
        loops = [node for node in ast.walk(self._tree) if isinstance(node, ast.For)]
        shared = [loop for loop in loops if loop.iter in self._calls("numba.prange", loop)]
        inside = [node for loop in shared for node in ast.walk(loop) if isinstance(node, ast.AugAssign)]
        return sorted({node.target.id for node in inside if isinstance(node.target, ast.Name)})

    def why_threads_do_not_wait(self, *, in_a_loop: bool = False) -> str:
        """Say in a sentence what is wrong with the places of syncthreads; "" if all threads come by each.

        Parameters
        ----------
        in_a_loop : bool
            Whether one must stand in a loop.
        """
        functions = [node for node in ast.walk(self._tree) if isinstance(node, ast.FunctionDef)]
        waits = [(call, node) for node in functions for call in self._calls("numba.cuda.syncthreads", node)]
        if not waits:
            return "cuda.syncthreads() is called nowhere"
        for call, function in waits:
            if any(isinstance(node, BRANCHES) for node in _around(call, function)):
                return (
                    f"in line {call.lineno} cuda.syncthreads() stands in a branch, and not all threads of a block may "
                    "come by: on a card the others then wait for ever. The simulator does not show that"
                )
            early = [n.lineno for n in ast.walk(function) if isinstance(n, ast.Return) and n.lineno < call.lineno]
            if early:
                return (
                    f"in line {early[0]} threads return, and do not come by the cuda.syncthreads() in line "
                    f"{call.lineno}: all threads of a block must, also those that have nothing else to do"
                )
        if in_a_loop and not any(isinstance(node, LOOPS) for call, _ in waits for node in _around(call, self._tree)):
            return "there is no loop in which the threads wait for one another: cuda.syncthreads() after every step"
        return ""

    def why_not_for_a_card(self) -> str:
        """Say in a sentence what the simulator lets pass and a card does not; "" if nothing is known."""
        at_the_top = {name for node in self._tree.body for name in _bound_here(node)}
        for call in self._calls("numba.cuda.shared.array", self._tree):
            size = [*call.args[:1], *(word.value for word in call.keywords if word.arg == "shape")]
            parts = [node for part in size for node in ast.walk(part)]
            if any(isinstance(n, ast.Attribute) or (isinstance(n, ast.Name) and n.id not in at_the_top) for n in parts):
                return (
                    f"in line {call.lineno} the size of a shared array is only known when the kernel runs: for a card "
                    "it must be a number, or a name that is set at the top of the file"
                )
        for function in (node for node in self._tree.body if _is_def(node, self.name)):
            for node in ast.walk(function):
                if isinstance(node, ast.Return) and node.value is not None:
                    return f"in line {node.lineno} the kernel returns something: it writes into an array instead"
        return ""


def _is_def(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == name


def _around(inner: ast.AST, whole: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(whole):
        if node is not inner and inner in ast.walk(node):
            yield node


def _bound(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield the names that a node itself binds, and what each stands for if it is imported."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (first, first)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, f"{node.module}.{alias.name}"
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name, ""
    elif isinstance(node, ast.arg):
        yield node.arg, ""
    elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id, ""


def _bound_here(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement binds where it stands, and not inside a function or class."""
    own = [node] if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else ast.walk(node)
    for part in own:
        for name, _ in _bound(part):
            yield name
