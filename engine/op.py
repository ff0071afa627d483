"""How an op is declared: a function of arrays, and its vjp right beneath it.

::

    @op
    def relu(ctx: Context, input: Array) -> Array:
        \"\"\"Docstring of the public function.\"\"\"
        out = ctx.empty(input.shape, input.dtype)
        ctx.kernels.elementwise(out, formulas.relu, input)
        ctx.save(input, out)
        return out

    @relu.vjp
    def relu_vjp(ctx: Context, dy: Array) -> tuple[Array]:
        input, out = ctx.saved
        ...

Callers write ``relu(tensor)``: the decorator takes arrays out of tensors, runs the function on the
kernel set in use, and records the application if a gradient is wanted.
"""

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, Concatenate, Generic, ParamSpec, TypeAlias, get_args

import numpy as np

from engine import kernels
from engine.arrays import Array
from engine.autograd import Node, Variable, is_grad_enabled
from engine.errors import DTypeError, GraphError

# A parameter that is an ndarray inside the op and a tensor (or a number) to its caller. There is no
# static type that is both, so checkers see Any; the note in it is what `op` looks for.
Operand: TypeAlias = Annotated[Any, "operand"]

P = ParamSpec("P")
Vjp: TypeAlias = "Callable[[Context, Array], Sequence[Array | None]]"

OPS: dict[str, "Op[Any]"] = {}


class Context:
    """What an op application keeps between forward and backward.

    Attributes
    ----------
    kernels : module
        The kernel set to call.
    needs_grad : tuple of bool
        For each operand, whether backward will want its gradient.
    saved : tuple
        What forward handed to :meth:`save`.
    """

    __slots__ = ("kernels", "needs_grad", "saved")

    def __init__(self, needs_grad: tuple[bool, ...]) -> None:
        self.kernels = kernels.current()
        self.needs_grad = needs_grad
        self.saved: tuple[Any, ...] = ()

    def save(self, *values: Any) -> None:
        """Keep arrays and settings for backward."""
        self.saved = values

    def empty(self, shape: Sequence[int], dtype: np.dtype[Any]) -> Array:
        """Allocate an output where the kernels run."""
        return np.empty(shape, dtype)


class Op(Generic[P]):
    """A differentiable function of tensors; made by :func:`op`.

    Attributes
    ----------
    name : str
        The public name, key of the registry ``OPS``.
    operands : tuple of str
        Names of the parameters that are tensors, in order.
    """

    def __init__(self, forward: Callable[Concatenate[Context, P], Array]) -> None:
        self.name = forward.__name__
        self._forward: Callable[..., Array] = forward
        self._vjp: Vjp | None = None
        parameters = list(inspect.signature(forward).parameters.values())[1:]
        self.operands = tuple(p.name for p in parameters if _is_operand(p.annotation))
        self._optional = {p.name for p in parameters if p.default is None}
        # So that help(), Sphinx and editors show the public function.
        self.__name__ = forward.__name__
        self.__doc__ = forward.__doc__
        self.__module__ = forward.__module__
        self.__wrapped__ = forward
        self.__signature__ = inspect.Signature(parameters)

    def vjp(self, function: Vjp) -> Vjp:
        """Declare the vector-Jacobian product: (ctx, dy) -> one gradient for each operand."""
        self._vjp = function
        return function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Apply the op to tensors; returns a tensor."""
        given: list[Any] = list(args[: len(self.operands)])
        for name in self.operands[len(given) :]:
            if name not in kwargs and name not in self._optional:
                self.__signature__.bind(*args, **kwargs)  # raises Python's own TypeError
            given.append(kwargs.pop(name, None))
        tensor = next((value for value in given if isinstance(value, Variable)), None)
        if tensor is None:
            kinds = ", ".join(type(value).__name__ for value in given)
            raise DTypeError(self.name, "a Tensor", kinds, "wrap arrays in engine.tensor(...)")
        record = is_grad_enabled()
        needs_grad = tuple(record and isinstance(v, Variable) and v.requires_grad for v in given)
        ctx = Context(needs_grad)
        arrays = [
            self._array(name, value, tensor.array.dtype) for name, value in zip(self.operands, given, strict=True)
        ]
        out = self._forward(ctx, *arrays, *args[len(self.operands) :], **kwargs)
        if not any(needs_grad):
            return tensor.result(out, None)
        vjp = self._vjp
        if vjp is None:
            raise GraphError(self.name, "a vjp beneath the op", "none", f"declare it with @{self.name}.vjp")
        inputs = [v if needed else None for v, needed in zip(given, needs_grad, strict=True)]
        return tensor.result(out, Node(self.name, partial(vjp, ctx), inputs, ctx.kernels))

    def _array(self, operand: str, value: Any, dtype: np.dtype[Any]) -> Array | None:
        if isinstance(value, Variable):
            return value.array
        if value is None and operand in self._optional:
            return None
        if isinstance(value, bool | int | float):
            # A plain number takes the tensor's dtype, unless that would cut off its fraction.
            whole = isinstance(value, bool | int) or dtype.kind == "f"
            return np.asarray(value, dtype if whole else np.float32)
        got = f"{type(value).__name__} for {operand}"
        raise DTypeError(self.name, "a Tensor", got, "wrap arrays in engine.tensor(...)")

    def __repr__(self) -> str:
        return f"<op {self.name}{self.__signature__}>"


def _is_operand(annotation: Any) -> bool:
    return annotation == Operand or Operand in get_args(annotation)


def op(forward: Callable[Concatenate[Context, P], Array]) -> Op[P]:
    """Declare an op: register it under its function's name and make it callable with tensors.

    Parameters
    ----------
    forward : function
        ``(ctx, operands …, settings …) -> ndarray``; operands are annotated :data:`Operand`.

    Returns
    -------
    Op
        Complete once its ``vjp`` is declared too.
    """
    declared = Op(forward)
    OPS[declared.name] = declared
    return declared
