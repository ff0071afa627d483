"""Arithmetic, element by element. The maths of each op is in kernels/formulas.py."""

from engine.arrays import Array
from engine.kernels import formulas
from engine.op import Context, Operand, op
from engine.ops.formula import apply_formula, formula_vjp


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
    derivatives = (formulas.unchanged, formulas.unchanged)
    return apply_formula(ctx, "add", formulas.add, (input, other), derivatives)


add.vjp(formula_vjp)


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
    derivatives = (formulas.unchanged, formulas.negated)
    return apply_formula(ctx, "sub", formulas.sub, (input, other), derivatives)


sub.vjp(formula_vjp)


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
    derivatives = (formulas.mul_da, formulas.mul_db)
    return apply_formula(ctx, "mul", formulas.mul, (input, other), derivatives)


mul.vjp(formula_vjp)


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
    derivatives = (formulas.div_da, formulas.div_db)
    return apply_formula(ctx, "div", formulas.div, (input, other), derivatives, kinds="f")


div.vjp(formula_vjp)


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
    derivatives = (formulas.negated,)
    return apply_formula(ctx, "neg", formulas.neg, (input,), derivatives)


neg.vjp(formula_vjp)


@op
def abs(ctx: Context, input: Operand) -> Array:
    """Take away the sign.

    Parameters
    ----------
    input : Tensor, any shape

    Returns
    -------
    Tensor
        |input|, of the same shape and dtype; its gradient at exactly 0 is 0.

    Raises
    ------
    DTypeError
        If the elements are bool.

    Examples
    --------
    >>> import engine
    >>> engine.abs(engine.tensor([-1.0, 2.0]))
    tensor([1., 2.])
    """
    derivatives = (formulas.absolute_dx,)
    return apply_formula(ctx, "abs", formulas.absolute, (input,), derivatives)


abs.vjp(formula_vjp)
