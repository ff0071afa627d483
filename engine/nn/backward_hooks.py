"""Backward hooks: how a module learns the gradients of all its inputs and outputs at once."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from engine import kernels
from engine.arrays import Array
from engine.autograd import Node, Variable, is_grad_enabled
from engine.errors import DTypeError, ShapeError
from engine.tensor import Tensor

Hook: TypeAlias = Callable[..., Any]
Gradients: TypeAlias = tuple[Tensor | None, ...]


class BackwardWatch:
    """Waits in the graph, before and behind a module, for the gradients of one forward call."""

    def __init__(self, module: Any, hooks: Sequence[Hook]) -> None:
        self._module = module
        self._hooks = hooks
        self._args: tuple[Any, ...] = ()
        self._waits_for_inputs = False
        self._grad_output: Gradients = ()

    def enter(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the arguments, watched."""
        self._args = args
        watched = _watch(args, self._inputs_known)
        self._waits_for_inputs = watched is not args
        return watched

    def leave(self, output: Any) -> Any:
        """Return the output, watched."""
        if isinstance(output, tuple):
            return _watch(output, self._outputs_known)
        if not isinstance(output, Tensor):
            who = f"{type(self._module).__name__} with a backward hook"
            raise DTypeError(who, "forward to return a Tensor or a tuple", type(output).__name__)
        return _watch((output,), self._outputs_known)[0]

    def _outputs_known(self, gradients: Sequence[Array | None]) -> Sequence[Array | None]:
        self._grad_output = _tensors(gradients)
        if not self._waits_for_inputs:
            self._call_hooks((None,) * len(self._args))
        return gradients

    def _inputs_known(self, gradients: Sequence[Array | None]) -> Sequence[Array | None]:
        # As in PyTorch: an input that was not used, or needs no gradient, gets zeros.
        known = [
            np.zeros_like(arg.array) if gradient is None and isinstance(arg, Tensor) else gradient
            for arg, gradient in zip(self._args, gradients, strict=True)
        ]
        return [None if gradient is None else gradient.array for gradient in self._call_hooks(_tensors(known))]

    def _call_hooks(self, grad_input: Gradients) -> Gradients:
        who = f"backward hook of {type(self._module).__name__}"
        for hook in self._hooks:
            result = hook(self._module, grad_input, self._grad_output)
            if result is None:
                continue
            replaced = result if isinstance(result, tuple) else (result,)
            shapes = [None if gradient is None else gradient.shape for gradient in replaced]
            expected = [None if gradient is None else gradient.shape for gradient in grad_input]
            if shapes != expected:
                raise ShapeError(who, f"None, or gradients of shapes {expected}", f"shapes {shapes}")
            grad_input = replaced
        return grad_input


def _tensors(gradients: Sequence[Array | None]) -> Gradients:
    return tuple(None if gradient is None else Tensor(gradient) for gradient in gradients)


def _watch(
    values: tuple[Any, ...], known: Callable[[Sequence[Array | None]], Sequence[Array | None]]
) -> tuple[Any, ...]:
    """Return the same values; once backward has all gradients of those that need one, it passes them through `known`.

    A node of the graph has one result, and here several gradients are wanted at once. So every tensor is
    copied from one meeting point, which is made from all of them::

        values[0] ─┐                 ┌─ copy of values[0]
        values[1] ─┴─ meeting point ─┴─ copy of values[1]

    Backward reaches the copies first, in any order, and each leaves its gradient; a node comes after all that
    were made from it, so that at the meeting point the gradients are complete.
    """
    needed = [isinstance(value, Tensor) and value.requires_grad for value in values]
    if not any(needed) or not is_grad_enabled():
        return values
    gradients: list[Array | None] = [None] * len(values)
    kernel_set = kernels.current()

    def arrive(position: int, gradient: Array) -> tuple[Array | None]:
        first = all(other is None for other in gradients)
        gradients[position] = gradient
        # One gradient, of no meaning, is enough for backward to go on to the meeting point.
        return (np.zeros(()) if first else None,)

    def meet(gradient: Array) -> Sequence[Array | None]:
        complete = list(gradients)
        gradients[:] = [None] * len(gradients)
        return known(complete)

    inputs = [value if need else None for value, need in zip(values, needed, strict=True)]
    meeting = Variable(np.zeros(()), True, Node("backward_hook", meet, inputs, kernel_set))
    return tuple(
        value.result(value.array, Node("backward_hook", partial(arrive, i), [meeting], kernel_set)) if need else value
        for i, (value, need) in enumerate(zip(values, needed, strict=True))
    )
