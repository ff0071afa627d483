"""The graph: which op made which value, and the walk back through it."""

from collections.abc import Callable, Sequence
from contextlib import ContextDecorator
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any

import numpy as np

from engine import kernels
from engine.arrays import Array
from engine.errors import GraphError, ShapeError
from engine.kernels import formulas

_grad_enabled: ContextVar[bool] = ContextVar("grad_enabled", default=True)


class Variable:
    """What the graph knows of a tensor.

    Attributes
    ----------
    array : ndarray
        The values.
    requires_grad : bool
        Whether a gradient is wanted for it, or for something it was made from.
    grad : Variable or None
        For a leaf (made by no op): the sum of the gradients of all backward passes so far.
    grad_fn : Node or None
        The op application that made it.
    """

    __slots__ = ("array", "grad", "grad_fn", "requires_grad")

    def __init__(self, array: Array, requires_grad: bool = False, grad_fn: "Node | None" = None) -> None:
        self.array = array
        self.requires_grad = requires_grad
        self.grad: Any = None
        self.grad_fn = grad_fn

    def result(self, array: Array, grad_fn: "Node | None") -> "Variable":
        """Wrap what an op made of this variable."""
        return Variable(array, grad_fn is not None, grad_fn)


class Node:
    """One application of an op.

    Attributes
    ----------
    name : str
        The op's name.
    inputs : sequence of (Variable or None)
        What the op was applied to; None where no gradient is wanted.
    kernel_set : module
        The kernels it ran on; backward runs on the same.
    """

    __slots__ = ("_vjp", "inputs", "kernel_set", "name")

    def __init__(
        self,
        name: str,
        vjp: Callable[[Array], Sequence[Array | None]],
        inputs: Sequence[Variable | None],
        kernel_set: Any,
    ) -> None:
        self.name = name
        self.inputs = inputs
        self.kernel_set = kernel_set
        self._vjp: Callable[[Array], Sequence[Array | None]] | None = vjp

    def apply(self, dy: Array) -> Sequence[Array | None]:
        """Return the gradient for each input, given the gradient of the output."""
        if self._vjp is None:
            raise GraphError(
                "backward",
                "a graph that has not been walked yet",
                f"'{self.name}' a second time, its saved arrays already freed",
                "run the forward pass again, or pass retain_graph=True to the first backward",
            )
        return self._vjp(dy)

    def free(self) -> None:
        """Let go of the arrays saved for backward."""
        self._vjp = None

    def __repr__(self) -> str:
        return f"<{self.name}>"


class GradMode(ContextDecorator):
    """What :func:`no_grad` returns: a context manager, and a decorator."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._tokens: list[Token[bool]] = []

    def __enter__(self) -> None:
        """Switch recording."""
        self._tokens.append(_grad_enabled.set(self._enabled))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Switch back."""
        _grad_enabled.reset(self._tokens.pop())


def no_grad() -> GradMode:
    """Compute without recording: no gradients, less memory. A ``with`` block or a decorator.

    Returns
    -------
    GradMode
        Holds for the thread it is entered in.

    Examples
    --------
    >>> import engine
    >>> x = engine.tensor([1.0], requires_grad=True)
    >>> with engine.no_grad():
    ...     print((x * 2).requires_grad)
    False
    """
    return GradMode(False)


def is_grad_enabled() -> bool:
    """Return whether ops are being recorded for backward."""
    return _grad_enabled.get()


def topological_order(root: Node) -> list[Node]:
    """List every node below `root`, each before the nodes it was made from.

    The stack is a list, not Python's: a graph may be thousands of ops deep.
    """
    order: list[Node] = []
    seen = {id(root)}
    stack: list[tuple[Node, int]] = [(root, 0)]
    while stack:
        node, position = stack.pop()
        if position == len(node.inputs):
            order.append(node)
            continue
        stack.append((node, position + 1))
        variable = node.inputs[position]
        made_by = variable.grad_fn if variable is not None else None
        if made_by is not None and id(made_by) not in seen:
            seen.add(id(made_by))
            stack.append((made_by, 0))
    order.reverse()
    return order


def _add(kernel_set: Any, a: Array, b: Array) -> Array:
    total = np.empty(a.shape, a.dtype)
    kernel_set.elementwise(total, formulas.add, a, b)
    return total


def _accumulate(leaf: Variable, gradient: Array, kernel_set: Any) -> None:
    # A copy the first time: the same array may be the gradient of two leaves (of x + y, say).
    total = gradient.copy() if leaf.grad is None else _add(kernel_set, leaf.grad.array, gradient)
    leaf.grad = leaf.result(total, None)


def _seed(variable: Variable, gradient: Array | None) -> Array:
    if not variable.requires_grad:
        raise GraphError(
            "backward",
            "a tensor made from one with requires_grad=True",
            "a tensor that nothing was recorded for",
            "set requires_grad=True on a leaf, and do not compute under no_grad",
        )
    if gradient is None:
        if variable.array.size != 1:
            raise GraphError(
                "backward",
                "a tensor with one element, such as a loss",
                f"shape {variable.array.shape}",
                "reduce it with sum() or mean(), or pass the upstream gradient: backward(gradient)",
            )
        return np.ones(variable.array.shape, variable.array.dtype)
    if gradient.shape != variable.array.shape:
        raise ShapeError("backward", f"gradient of shape {variable.array.shape}", str(gradient.shape))
    return np.asarray(gradient, variable.array.dtype, order="C")


def backward(variable: Variable, gradient: Array | None = None, retain_graph: bool = False) -> None:
    """Add the gradient of `variable` to ``grad`` of every leaf it was made from.

    Parameters
    ----------
    variable : Variable
        Usually the loss.
    gradient : ndarray, optional
        Upstream gradient, of the variable's shape; 1 for a single element.
    retain_graph : bool
        Keep the saved arrays, so that the same graph can be walked again.

    Raises
    ------
    GraphError
        If nothing was recorded, the saved arrays are gone, or `gradient` is missing.
    ShapeError
        If `gradient` has another shape.
    """
    seed = _seed(variable, gradient)
    root = variable.grad_fn
    if root is None:
        _accumulate(variable, seed, kernels.current())
        return
    gradients: dict[int, Array] = {id(root): seed}
    for node in topological_order(root):
        upstream = gradients.pop(id(node), None)
        if upstream is None:
            continue
        for input_variable, dx in zip(node.inputs, node.apply(upstream), strict=True):
            if input_variable is None or dx is None:
                continue
            made_by = input_variable.grad_fn
            if made_by is None:
                _accumulate(input_variable, dx, node.kernel_set)
            elif id(made_by) in gradients:
                gradients[id(made_by)] = _add(node.kernel_set, gradients[id(made_by)], dx)
            else:
                gradients[id(made_by)] = dx
        if not retain_graph:
            node.free()
