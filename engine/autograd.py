"""The graph: which op made which value. engine/backward.py walks back through it."""

from collections.abc import Callable, Sequence
from contextlib import ContextDecorator
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, TypeAlias

from engine.arrays import Array
from engine.errors import GraphError

# Is told a gradient; returns None, or what to use instead.
Hook: TypeAlias = Callable[[Array], Array | None]

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
    hooks : dict of int to callable
        For a leaf: what to call with its gradient, as in :attr:`Node.hooks`.
    """

    __slots__ = ("array", "grad", "grad_fn", "hooks", "requires_grad")

    def __init__(self, array: Array, requires_grad: bool = False, grad_fn: "Node | None" = None) -> None:
        self.array = array
        self.requires_grad = requires_grad
        self.grad: Any = None
        self.grad_fn = grad_fn
        self.hooks: dict[int, Hook] = {}

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
    hooks : dict of int to callable
        Called in order with the gradient of its result, once that is complete.
    """

    __slots__ = ("_vjp", "hooks", "inputs", "kernel_set", "name")

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
        self.hooks: dict[int, Hook] = {}
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


def enable_grad() -> GradMode:
    """Record again inside a :func:`no_grad` block. A ``with`` block or a decorator.

    Returns
    -------
    GradMode

    Examples
    --------
    >>> import engine
    >>> x = engine.tensor([1.0], requires_grad=True)
    >>> with engine.no_grad(), engine.enable_grad():
    ...     print((x * 2).requires_grad)
    True
    """
    return GradMode(True)


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
