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

An op may return several arrays: the first is the result, the others (indices, say) carry no gradient.
A result that is not floating, such as that of argmax, is never recorded. A function that only calls
other ops is declared by :func:`composite`; it has no vjp of its own.
"""

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from types import NoneType
from typing import Annotated, Any, Concatenate, Generic, ParamSpec, TypeAlias, TypeVar, get_args

import numpy as np

from engine import kernels, memory, placement
from engine.arrays import Array
from engine.autograd import Node, Variable, is_grad_enabled
from engine.errors import DeviceError, DTypeError, GraphError
from engine.saved import Saved
from engine.tracing import current_tracer

# A parameter that is an ndarray inside the op and a tensor (or a number) to its caller. There is no
# static type that is both, so checkers see Any; the note in it is what `op` looks for.
Operand: TypeAlias = Annotated[Any, "operand"]
# A parameter that is a sequence of them, such as what cat joins.
Operands: TypeAlias = Annotated[Any, "operands"]

FLOAT64 = np.dtype(np.float64)

P = ParamSpec("P")
R = TypeVar("R")
Vjp: TypeAlias = "Callable[[Context, Array], Sequence[Array | None]]"

OPS: dict[str, "Op[Any] | Composite[Any, Any]"] = {}


class Context:
    """What an op application keeps between forward and backward.

    Attributes
    ----------
    kernels : module
        The kernel set to call.
    on_device : bool
        Whether the operands lie on a device, where the host cannot look at values without waiting.
    needs_grad : tuple of bool
        For each operand (each tensor of a sequence counts), whether backward will want its gradient.
    saved : tuple
        What forward handed to :meth:`save`.
    """

    __slots__ = ("_saved", "kernels", "needs_grad", "on_device")

    def __init__(self, needs_grad: tuple[bool, ...], on_device: bool = False) -> None:
        self.kernels = kernels.load(kernels.DEVICE_KERNELS) if on_device else kernels.current()
        self.needs_grad = needs_grad
        self.on_device = on_device
        self._saved: Saved | None = None

    def save(self, *values: Any) -> None:
        """Keep arrays and settings for backward."""
        if True in self.needs_grad:
            self._saved = Saved(values)

    @property
    def saved(self) -> tuple[Any, ...]:
        """What :meth:`save` was given; GraphError if an array of it was changed in place since."""
        return () if self._saved is None else self._saved.unchanged_values()

    def empty(self, shape: Sequence[int], dtype: np.dtype[Any]) -> Array:
        """Allocate an output where the kernels run."""
        if self.on_device:
            out: Array = placement.device_arrays().empty(shape, dtype)
            return out
        return memory.empty(shape, dtype)

    def contiguous(self, view: Array) -> Array:
        """Return a view's elements in reading order: the array itself if they lie so already."""
        return placement.contiguous(view) if self.on_device else np.asarray(view, order="C")

    def statistics_dtype(self, dtype: np.dtype[Any]) -> np.dtype[Any]:
        """Return the dtype of means and variances of arrays of `dtype`: float64 where that costs nothing."""
        return dtype if self.on_device else FLOAT64


class Op(Generic[P]):
    """A differentiable function of tensors; made by :func:`op`.

    Attributes
    ----------
    name : str
        The public name, key of the registry ``OPS``.
    operands : tuple of str
        Names of the parameters that are tensors, in order.
    """

    def __init__(self, forward: Callable[Concatenate[Context, P], Any]) -> None:
        self.name = forward.__name__
        self._forward: Callable[..., Any] = forward
        self._vjp: Vjp | None = None
        parameters = list(inspect.signature(forward).parameters.values())[1:]
        # Position and name of each operand, and whether it is a single tensor.
        self._places = tuple(
            (i, p.name, _is(Operand, p)) for i, p in enumerate(parameters) if _is(Operand, p) or _is(Operands, p)
        )
        self.operands = tuple(name for _, name, _ in self._places)
        self._many = tuple(p.name for p in parameters if _is(Operands, p))
        self._optional = {p.name for p in parameters if p.default is None}
        self._nullable = {p.name for p in parameters if p.name in self._optional or NoneType in get_args(p.annotation)}
        _show_as(self, forward, parameters)

    @property
    def has_vjp(self) -> bool:
        """Whether its result can be differentiated."""
        return self._vjp is not None

    def vjp(self, function: Vjp) -> Vjp:
        """Declare the vector-Jacobian product: (ctx, dy) -> one gradient for each operand."""
        self._vjp = function
        return function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Apply the op to tensors; returns a tensor, or as many as the op has results."""
        # Everything here is done for every op of every network, so it is written for the common case:
        # tensors by position. On a single image, a network of a dozen ops spends its time in such lines.
        record = is_grad_enabled()
        arguments: list[Any] = list(args)
        flat: list[Any] = []
        needs_grad: list[bool] = []
        named: dict[str, Any] = {}
        tensor: Variable | None = None
        others = on_device = False
        given = len(args)
        for place, name, single in self._places:
            value = args[place] if place < given else kwargs.get(name)
            if single and isinstance(value, Variable):
                if tensor is None:
                    tensor = value
                array = value.array
                if type(array) is not np.ndarray:
                    on_device = True
                flat.append(value)
                needs_grad.append(record and value.requires_grad)
                if place < given:
                    arguments[place] = array
                else:
                    named[name] = array
                continue
            if place >= given and name not in kwargs and name not in self._optional:
                inspect.signature(self).bind(*args, **kwargs)  # raises Python's own TypeError
            others = others or value is not None or name not in self._nullable
            for part in self._parts(name, value):
                on_device = on_device or (isinstance(part, Variable) and type(part.array) is not np.ndarray)
                flat.append(part)
                needs_grad.append(record and isinstance(part, Variable) and part.requires_grad)
        if others or tensor is None:
            tensor = self._take_others(args, kwargs, flat, arguments, named)
        if named:
            kwargs.update(named)
        if on_device:
            self._require_one_device(flat)
        ctx = Context(tuple(needs_grad), on_device)
        result = self._forward(ctx, *arguments, **kwargs)
        out, *extras = result if isinstance(result, tuple) else (result,)
        node = None
        if True in needs_grad and out.dtype.kind == "f":
            if self._vjp is None:
                raise GraphError(self.name, "a vjp beneath the op", "none", f"declare it with @{self.name}.vjp")
            inputs = [v if needed else None for v, needed in zip(flat, needs_grad, strict=True)]
            node = Node(self.name, partial(self._vjp, ctx), inputs, ctx.kernels)
        first = tensor.result(out, node)
        tracer = current_tracer.get()
        if tracer is None and type(result) is not tuple:
            return first
        results = (first, *(tensor.result(extra, None) for extra in extras))
        if tracer is not None:
            bound = inspect.signature(self).bind(*arguments, **kwargs)
            bound.apply_defaults()
            tracer(self.name, bound.arguments, results)
        return results if isinstance(result, tuple) else first

    def _require_one_device(self, flat: Sequence[Any]) -> None:
        # A host's single number goes along with any device, as in PyTorch.
        for value in flat:
            if isinstance(value, Variable) and not placement.is_on_device(value.array) and value.array.ndim:
                got = f"one of shape {value.array.shape} on the cpu"
                raise DeviceError(self.name, "all tensors on one device", got, 'move it: tensor.to("cuda")')

    def _take_others(
        self, args: Sequence[Any], kwargs: Any, flat: Sequence[Any], arguments: list[Any], named: dict[str, Any]
    ) -> Variable:
        """Put arrays in the place of operands that are numbers or sequences; return the first tensor."""
        tensors = [value for value in flat if isinstance(value, Variable)]
        if not tensors:
            kinds = ", ".join(type(value).__name__ for value in flat)
            raise _not_a_tensor(self.name, kinds or "none")
        dtype = np.result_type(*[tensor.array.dtype for tensor in tensors])
        for place, name, single in self._places:
            if place >= len(args) and name not in kwargs:
                continue
            value, many = args[place] if place < len(args) else kwargs[name], not single
            array = [self._array(name, item, dtype) for item in value] if many else self._array(name, value, dtype)
            if place < len(args):
                arguments[place] = array
            else:
                named[name] = array
        return tensors[0]

    def _parts(self, name: str, value: Any) -> Sequence[Any]:
        if name not in self._many:
            return (value,)
        if not isinstance(value, list | tuple):
            raise _not_a_list(self.name, name, value)
        return value

    def _array(self, operand: str, value: Any, dtype: np.dtype[Any]) -> Array | None:
        if isinstance(value, Variable):
            return value.array
        if value is None and operand in self._nullable:
            return None
        if isinstance(value, bool | int | float):
            return np.asarray(value, _dtype_beside(dtype, value))
        raise _not_a_tensor(self.name, f"{type(value).__name__} for {operand}")

    def __repr__(self) -> str:
        return f"<op {self.name}{inspect.signature(self)}>"


class Composite(Generic[P, R]):
    """A function of tensors that only calls ops; made by :func:`composite`.

    Attributes
    ----------
    name : str
        The public name, key of the registry ``OPS``.
    operands : tuple of str
        Names of the parameters that are tensors, in order; the first must be one (or hold one).
    """

    def __init__(self, function: Callable[P, R]) -> None:
        self.name = function.__name__
        self._function = function
        parameters = list(inspect.signature(function).parameters.values())
        self.operands = tuple(p.name for p in parameters if _is(Operand, p) or _is(Operands, p))
        self._first = next(i for i, p in enumerate(parameters) if p.name == self.operands[0])
        self._first_is_many = _is(Operands, parameters[self._first])
        _show_as(self, function, parameters)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function."""
        if self._first < len(args) or self.operands[0] in kwargs:
            self._require_tensor(args[self._first] if self._first < len(args) else kwargs[self.operands[0]])
        return self._function(*args, **kwargs)

    def _require_tensor(self, value: Any) -> None:
        if self._first_is_many and not isinstance(value, list | tuple):
            raise _not_a_list(self.name, self.operands[0], value)
        for part in value if self._first_is_many else [value]:
            if not isinstance(part, Variable):
                raise _not_a_tensor(self.name, type(part).__name__)

    def __repr__(self) -> str:
        return f"<op {self.name}{inspect.signature(self)}>"


def _not_a_tensor(who: str, got: str) -> DTypeError:
    return DTypeError(who, "a Tensor", got, "wrap arrays in engine.tensor(...)")


def _not_a_list(who: str, operand: str, value: Any) -> DTypeError:
    return DTypeError(who, f"{operand} as a list of tensors", type(value).__name__, "put [ ] around it")


def _is(kind: Any, parameter: inspect.Parameter) -> bool:
    return parameter.annotation == kind or kind in get_args(parameter.annotation)


def _dtype_beside(dtype: np.dtype[Any], number: bool | int | float) -> np.dtype[Any]:
    """Return the dtype of a plain number: that of the tensors it comes with, unless they cannot hold it."""
    if dtype.kind == "f" or isinstance(number, bool):
        return dtype
    if isinstance(number, float):
        return np.dtype(np.float32)
    fits = dtype.kind != "b" and np.iinfo(dtype).min <= number <= np.iinfo(dtype).max
    return dtype if fits else np.dtype(np.int64)


def _show_as(shown: Any, function: Callable[..., Any], parameters: list[inspect.Parameter]) -> None:
    """Let help(), Sphinx and editors see the public function."""
    shown.__name__ = function.__name__
    shown.__doc__ = function.__doc__
    shown.__module__ = function.__module__
    shown.__wrapped__ = function
    shown.__signature__ = inspect.Signature(parameters)


def op(forward: Callable[Concatenate[Context, P], Any]) -> Op[P]:
    """Declare an op: register it under its function's name and make it callable with tensors.

    Parameters
    ----------
    forward : function
        ``(ctx, operands and settings …) -> ndarray`` or a tuple of them, in PyTorch's order; operands are
        annotated :data:`Operand`, or :data:`Operands` for a sequence of tensors.

    Returns
    -------
    Op
        Complete once its ``vjp`` is declared too.
    """
    declared = Op(forward)
    OPS[declared.name] = declared
    return declared


def composite(function: Callable[P, R]) -> Composite[P, R]:
    """Declare a function that only calls ops: registered, documented and tested like an op.

    Parameters
    ----------
    function : function
        Takes and returns tensors.

    Returns
    -------
    Composite
    """
    declared = Composite(function)
    OPS[declared.name] = declared
    return declared
