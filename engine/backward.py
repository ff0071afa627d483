"""The walk back through the graph: every op's vjp once, in the reverse of a topological order."""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine import placement
from engine.arrays import Array
from engine.autograd import Hook, Node, Variable
from engine.errors import DeviceError, DTypeError, GraphError, ShapeError
from engine.kernels import formulas


def topological_order(roots: Sequence[Node]) -> list[Node]:
    """List every node at or below `roots`, each before the nodes it was made from.

    The stack is a list, not Python's: a graph may be thousands of ops deep.
    """
    order: list[Node] = []
    seen: set[int] = set()
    for root in roots:
        if id(root) in seen:
            continue
        seen.add(id(root))
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
    total = placement.empty_beside(a, a.shape, a.dtype)
    kernel_set.elementwise(total, formulas.add, a, b)
    return total


def _call(hooks: dict[int, Hook], gradient: Array) -> Array:
    for hook in list(hooks.values()):
        replacement = hook(gradient)
        gradient = gradient if replacement is None else replacement
    return gradient


def _walk(
    roots: Sequence[Variable], seeds: Sequence[Array], retain_graph: bool, asked: Sequence[Variable] = ()
) -> tuple[list[tuple[Variable, Array, Any]], dict[int, Array]]:
    """Return (leaf, gradient, kernels) for every leaf, and the gradients of `asked` results of ops by node."""
    # Gradients known so far, by identity of what they belong to: a node (its result) or a leaf.
    known: dict[int, Array] = {}
    leaves: dict[int, tuple[Variable, Any]] = {}

    def add(variable: Variable, gradient: Array, kernel_set: Any) -> None:
        node = variable.grad_fn
        key = id(variable if node is None else node)
        if node is None and key not in leaves:
            leaves[key] = variable, kernel_set
        known[key] = _add(kernel_set, known[key], gradient) if key in known else gradient

    wanted = {id(variable.grad_fn) for variable in asked if variable.grad_fn is not None}
    found: dict[int, Array] = {}
    for root, seed in zip(roots, seeds, strict=True):
        add(root, seed, placement.kernels_for(root.array))
    for node in topological_order([root.grad_fn for root in roots if root.grad_fn is not None]):
        upstream = known.pop(id(node), None)
        if upstream is None:
            continue
        if node.hooks:
            upstream = _call(node.hooks, upstream)
        if id(node) in wanted:
            found[id(node)] = upstream
        for variable, dx in zip(node.inputs, node.apply(upstream), strict=True):
            if variable is not None and dx is not None:
                add(variable, dx, node.kernel_set)
        if not retain_graph:
            node.free()
    gradients = [(leaf, _call(leaf.hooks, known.pop(key)), kernel_set) for key, (leaf, kernel_set) in leaves.items()]
    return gradients, found


def _seed(who: str, variable: Variable, gradient: Array | None) -> Array:
    if not variable.requires_grad:
        raise GraphError(
            who,
            "a tensor made from one with requires_grad=True",
            "a tensor that nothing was recorded for",
            "set requires_grad=True on a leaf, and do not compute under no_grad",
        )
    if gradient is None:
        if variable.array.size != 1:
            raise GraphError(
                who,
                "a tensor with one element, such as a loss",
                f"shape {variable.array.shape}",
                "reduce it with sum() or mean(), or pass the upstream gradient: backward(gradient)",
            )
        return placement.filled_beside(variable.array, variable.array.shape, 1, variable.array.dtype)
    if gradient.shape != variable.array.shape:
        raise ShapeError(who, f"gradient of shape {variable.array.shape}", str(gradient.shape))
    if placement.is_on_device(gradient) != placement.is_on_device(variable.array):
        raise DeviceError(
            who, "a gradient where the tensor is", "one on another device", "move it: gradient.to(device)"
        )
    return placement.contiguous(gradient.astype(variable.array.dtype, copy=False))


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
        If nothing was recorded, the saved arrays are gone or were changed, or `gradient` is missing.
    ShapeError
        If `gradient` has another shape.
    """
    leaves, _ = _walk([variable], [_seed("backward", variable, gradient)], retain_graph)
    for (leaf, dx, kernel_set), references in zip(leaves, _references([dx for _, dx, _ in leaves]), strict=True):
        if leaf.grad is not None:
            total = _add(kernel_set, leaf.grad.array, dx)
        else:
            # The same array may be the gradient of two leaves (of x + y, say), or in somebody else's hands.
            total = dx if dx.base is None and references <= ALONE else dx.copy()
        leaf.grad = leaf.result(total, None)


def _references(arrays: Sequence[Array]) -> list[int]:
    """Count who holds each array: the list, the caller's, and whoever else."""
    return [sys.getrefcount(array) for array in arrays]


def _alone() -> int:
    """Return what :func:`_references` counts for an array that only :func:`backward` holds."""
    leaves = [(None, np.empty(1), None)]
    return _references([dx for _, dx, _ in leaves])[0]


ALONE = _alone()


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool = False,
    allow_unused: bool = False,
) -> tuple[Any, ...]:
    """Return the gradients of some tensors with respect to others; no ``grad`` is touched.

    Parameters
    ----------
    outputs : Tensor or sequence of Tensor
        What to differentiate; their gradients are summed.
    inputs : Tensor or sequence of Tensor
        With respect to what: leaves, or results on the way.
    grad_outputs : Tensor, sequence of (Tensor or None), optional
        Upstream gradients, one for each output; 1 for an output with a single element.
    retain_graph : bool
        Keep the saved arrays, so that the same graph can be walked again.
    allow_unused : bool
        Give None for an input that no output was made from.

    Returns
    -------
    tuple of Tensor
        One for each input, of its shape and dtype.

    Raises
    ------
    GraphError
        If nothing was recorded, an input was not used, the saved arrays are gone or were changed, or an
        upstream gradient is missing.
    ShapeError
        If an upstream gradient has another shape, or there are not as many as outputs.
    DTypeError
        If outputs or inputs are no tensors.

    Examples
    --------
    >>> import engine
    >>> x = engine.tensor([3.0], requires_grad=True)
    >>> y = x * x
    >>> engine.grad(y * y, [x, y])
    (tensor([108.]), tensor([18.]))
    """
    roots, asked = _variables("outputs", outputs), _variables("inputs", inputs)
    given = grad_outputs if isinstance(grad_outputs, list | tuple) else [grad_outputs] * len(roots)
    if len(given) != len(roots):
        raise ShapeError("grad", f"a gradient for each of {len(roots)} outputs", str(len(given)))
    seeds = [
        _seed("grad", root, None if upstream is None else upstream.array)
        for root, upstream in zip(roots, given, strict=True)
    ]
    leaves, found = _walk(roots, seeds, retain_graph, asked)
    found |= {id(leaf): dx for leaf, dx, _ in leaves}
    results = []
    for position, variable in enumerate(asked):
        dx = found.get(id(variable.grad_fn or variable))
        if dx is None and not allow_unused:
            fix = "leave it out, or pass allow_unused=True"
            raise GraphError("grad", "inputs that the outputs were made from", f"input {position} unused", fix)
        results.append(None if dx is None else variable.result(dx.copy(), None))
    return tuple(results)


def _variables(what: str, given: Any) -> list[Variable]:
    listed = list(given) if isinstance(given, list | tuple) else [given]
    for variable in listed:
        if not isinstance(variable, Variable):
            raise DTypeError("grad", f"{what} as tensors", type(variable).__name__)
    return listed
