"""An elementwise op from a scalar formula: promotion, broadcasting, and broadcasting undone for gradients."""

import inspect
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from engine.arrays import Array
from engine.errors import DTypeError, ShapeError
from engine.kernels import formulas
from engine.op import Context
from engine.ops.reduce import sum_over

Formula = Callable[..., float]

KINDS = {
    "f": "float32 or float64",
    "fiu": "a floating or whole-number dtype",
    "fiub": "numbers or bool",
}


@cache
def _parameters(formula: Formula) -> tuple[str, ...]:
    return tuple(inspect.signature(formula).parameters)


def apply_formula(
    ctx: Context,
    who: str,
    formula: Formula,
    operands: Sequence[Array],
    derivatives: Sequence[Formula] = (),
    constants: Sequence[float] = (),
    kinds: str = "fiu",
    out_dtype: str | None = None,
    conditions: Sequence[Array] = (),
) -> Array:
    """Compute formula(*conditions, *operands, *constants) at every element and keep what the derivatives need.

    Parameters
    ----------
    ctx : Context
    who : str
        The op, for errors.
    formula : function
        One of :mod:`engine.kernels.formulas`.
    operands : sequence of ndarray
        Shapes that broadcast; computed in NumPy's promoted dtype.
    derivatives : sequence of function
        One for each operand, :func:`formulas.unchanged` where the gradient just passes; none for an op
        without gradient.
    constants : sequence of float
        Settings that the formula takes after its operands.
    kinds : str
        The kinds of dtype the promoted operands may have; a key of KINDS.
    out_dtype : str, optional
        dtype of the result; the promoted one by default.
    conditions : sequence of ndarray
        Operands that come before the others and stay bool; they have no derivative.
    """
    given = (*conditions, *operands)
    dtype, shape = operands[0].dtype, given[0].shape
    if len(operands) > 1 and any(array.dtype != dtype for array in operands[1:]):
        dtype = np.result_type(*operands)
    if dtype.kind not in kinds:
        fix = 'convert it, say engine.tensor(t, dtype="float32")'
        raise DTypeError(who, KINDS[kinds], str(dtype), fix)
    if len(given) > 1 and any(array.shape != shape for array in given[1:]):
        shape = _broadcast(who, given)
    inputs = [*given]
    if len(given) > 1:
        inputs[len(conditions) :] = [array.astype(dtype, copy=False) for array in operands]
    if constants:
        inputs += [np.asarray(constant, dtype) for constant in constants]
    out = ctx.empty(shape, dtype if out_dtype is None else np.dtype(out_dtype))
    ctx.kernels.elementwise(out, formula, *inputs)
    if True not in ctx.needs_grad:
        return out
    values = {**dict(zip(_parameters(formula), inputs, strict=True)), "y": out}
    rules = (*[formulas.unchanged] * len(conditions), *derivatives)
    wanted = {
        name
        for derivative, needed in zip(rules, ctx.needs_grad, strict=False)
        if needed
        for name in _parameters(derivative)[1:]
    }
    kept = {name: values[name] for name in wanted}
    ctx.save(tuple((array.shape, array.dtype) for array in given), rules, kept)
    return out


def _broadcast(who: str, arrays: Sequence[Array]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*[array.shape for array in arrays])
    except ValueError:
        got = " and ".join(str(array.shape) for array in arrays)
        raise ShapeError(who, "shapes that broadcast (equal or 1, counted from the right)", got) from None


def formula_vjp(ctx: Context, dy: Array) -> list[Array | None]:
    """Vjp of every op made by :func:`apply_formula`."""
    operands, derivatives, kept = ctx.saved
    gradients: list[Array | None] = []
    for needed, (shape, dtype), derivative in zip(ctx.needs_grad, operands, derivatives, strict=True):
        if not needed:
            gradients.append(None)
            continue
        full = dy
        if derivative is not formulas.unchanged:
            full = ctx.empty(dy.shape, dy.dtype)
            ctx.kernels.elementwise(full, derivative, dy, *[kept[name] for name in _parameters(derivative)[1:]])
        gradients.append(unbroadcast(ctx, full, shape).astype(dtype, copy=False))
    return gradients


def unbroadcast(ctx: Context, full: Array, shape: tuple[int, ...]) -> Array:
    """Sum over the axes along which an input was repeated: each copy sent a gradient back."""
    if full.shape == shape:
        return full
    added = full.ndim - len(shape)
    stretched = [added + i for i, n in enumerate(shape) if n == 1 and full.shape[added + i] != 1]
    return sum_over(ctx, full, (*range(added), *stretched), divisor=1).reshape(shape)
