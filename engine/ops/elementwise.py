"""Elementwise ops. The maths of each is in kernels/formulas.py; here are its name and its documentation."""

from collections.abc import Callable

import numpy as np

from engine.arrays import Array
from engine.errors import DTypeError, ShapeError
from engine.kernels import formulas
from engine.op import Context, Operand, op
from engine.ops.reduce import sum_over

Formula = Callable[..., float]


def _forward(ctx: Context, formula: Formula, *operands: Array, kinds: str = "fiu") -> Array:
    who = formula.__name__
    dtype = np.result_type(*operands)
    if dtype.kind not in kinds:
        names = {"f": "float32 or float64", "fiu": "a floating or whole-number dtype"}
        raise DTypeError(who, names[kinds], str(dtype), 'convert it, say engine.tensor(t, dtype="float32")')
    arrays = [array.astype(dtype, copy=False) for array in operands]
    try:
        shape = np.broadcast_shapes(*[array.shape for array in arrays])
    except ValueError:
        got = " and ".join(str(array.shape) for array in arrays)
        raise ShapeError(who, "shapes that broadcast (equal or 1, counted from the right)", got) from None
    out = ctx.empty(shape, dtype)
    ctx.kernels.elementwise(out, formula, *arrays)
    ctx.save([array.dtype for array in operands], arrays, out)
    return out


def _vjp(ctx: Context, dy: Array, *derivatives: Formula) -> list[Array | None]:
    dtypes, arrays, out = ctx.saved
    gradients: list[Array | None] = []
    for needed, derivative, dtype, array in zip(ctx.needs_grad, derivatives, dtypes, arrays, strict=True):
        if not needed:
            gradients.append(None)
            continue
        full = ctx.empty(out.shape, out.dtype)
        ctx.kernels.elementwise(full, derivative, dy, *arrays, out)
        gradients.append(_unbroadcast(ctx, full, array.shape).astype(dtype, copy=False))
    return gradients


def _unbroadcast(ctx: Context, full: Array, shape: tuple[int, ...]) -> Array:
    """Sum over the axes along which an input was repeated: each copy sent a gradient back."""
    if full.shape == shape:
        return full
    added = full.ndim - len(shape)
    stretched = [added + i for i, n in enumerate(shape) if n == 1 and full.shape[added + i] != 1]
    return sum_over(ctx, full, (*range(added), *stretched), divisor=1).reshape(shape)


@op
def add(ctx: Context, input: Operand, other: Operand) -> Array:
    """Add, element by element.

    Parameters
    ----------
    input, other : Tensor or number
        Shapes that broadcast as in NumPy; the dtype is the wider of the two.

    Returns
    -------
    Tensor
        input + other, of the broadcast shape.

    Raises
    ------
    ShapeError
        If the shapes do not broadcast.
    DTypeError
        If neither is a Tensor, or the elements are bool.

    Examples
    --------
    >>> import engine
    >>> engine.tensor([1.0, 2.0]) + engine.tensor([[10.0], [20.0]])
    tensor([[11., 12.],
            [21., 22.]])
    """
    return _forward(ctx, formulas.add, input, other)


@add.vjp
def add_vjp(ctx: Context, dy: Array) -> list[Array | None]:
    return _vjp(ctx, dy, formulas.add_da, formulas.add_da)


@op
def sub(ctx: Context, input: Operand, other: Operand) -> Array:
    """Subtract, element by element.

    Parameters
    ----------
    input, other : Tensor or number
        Shapes that broadcast as in NumPy; the dtype is the wider of the two.

    Returns
    -------
    Tensor
        input - other, of the broadcast shape.

    Raises
    ------
    ShapeError
        If the shapes do not broadcast.
    DTypeError
        If neither is a Tensor, or the elements are bool.

    Examples
    --------
    >>> import engine
    >>> 1 - engine.tensor([1.0, 3.0])
    tensor([ 0., -2.])
    """
    return _forward(ctx, formulas.sub, input, other)


@sub.vjp
def sub_vjp(ctx: Context, dy: Array) -> list[Array | None]:
    return _vjp(ctx, dy, formulas.add_da, formulas.sub_db)


@op
def mul(ctx: Context, input: Operand, other: Operand) -> Array:
    """Multiply, element by element.

    Parameters
    ----------
    input, other : Tensor or number
        Shapes that broadcast as in NumPy; the dtype is the wider of the two.

    Returns
    -------
    Tensor
        input * other, of the broadcast shape.

    Raises
    ------
    ShapeError
        If the shapes do not broadcast.
    DTypeError
        If neither is a Tensor, or the elements are bool.

    Examples
    --------
    >>> import engine
    >>> engine.tensor([1.0, 2.0]) * 3
    tensor([3., 6.])
    """
    return _forward(ctx, formulas.mul, input, other)


@mul.vjp
def mul_vjp(ctx: Context, dy: Array) -> list[Array | None]:
    return _vjp(ctx, dy, formulas.mul_da, formulas.mul_db)


@op
def div(ctx: Context, input: Operand, other: Operand) -> Array:
    """Divide, element by element.

    Parameters
    ----------
    input, other : Tensor or number
        Shapes that broadcast as in NumPy; the dtype is the wider of the two.

    Returns
    -------
    Tensor
        input / other, with IEEE infinities and NaN for a zero divisor, of the broadcast shape.

    Raises
    ------
    ShapeError
        If the shapes do not broadcast.
    DTypeError
        If neither is a Tensor, or the elements are not floating.

    Examples
    --------
    >>> import engine
    >>> engine.tensor([1.0, 3.0]) / 2
    tensor([0.5, 1.5])
    """
    return _forward(ctx, formulas.div, input, other, kinds="f")


@div.vjp
def div_vjp(ctx: Context, dy: Array) -> list[Array | None]:
    return _vjp(ctx, dy, formulas.div_da, formulas.div_db)


@op
def neg(ctx: Context, input: Operand) -> Array:
    """Change the sign.

    Parameters
    ----------
    input : Tensor, any shape

    Returns
    -------
    Tensor
        -input, of the same shape and dtype.

    Raises
    ------
    DTypeError
        If the elements are bool.

    Examples
    --------
    >>> import engine
    >>> -engine.tensor([1.0, -2.0])
    tensor([-1.,  2.])
    """
    return _forward(ctx, formulas.neg, input)


@neg.vjp
def neg_vjp(ctx: Context, dy: Array) -> list[Array | None]:
    return _vjp(ctx, dy, formulas.neg_dx)


@op
def relu(ctx: Context, input: Operand) -> Array:
    """Rectified linear unit: negative values become 0.

    Parameters
    ----------
    input : Tensor, any shape

    Returns
    -------
    Tensor
        max(input, 0); its gradient at exactly 0 is 0, and NaN stays NaN, of the same shape and dtype.

    Raises
    ------
    DTypeError
        If the elements are bool.

    Examples
    --------
    >>> import engine
    >>> engine.relu(engine.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    return _forward(ctx, formulas.relu, input)


@relu.vjp
def relu_vjp(ctx: Context, dy: Array) -> list[Array | None]:
    return _vjp(ctx, dy, formulas.relu_dx)


@op
def tanh(ctx: Context, input: Operand) -> Array:
    """Hyperbolic tangent, the squashing function of LeCun's networks.

    Parameters
    ----------
    input : Tensor, any shape

    Returns
    -------
    Tensor
        tanh(input), between -1 and 1, of the same shape and dtype.

    Raises
    ------
    DTypeError
        If the elements are not floating.

    Examples
    --------
    >>> import engine
    >>> engine.tanh(engine.tensor([0.0, 0.5]))
    tensor([0.        , 0.46211717])
    """
    return _forward(ctx, formulas.tanh, input, kinds="f")


@tanh.vjp
def tanh_vjp(ctx: Context, dy: Array) -> list[Array | None]:
    return _vjp(ctx, dy, formulas.tanh_dx)
