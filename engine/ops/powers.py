"""Powers, exponentials, logarithms and roots, element by element. The maths is in kernels/formulas.py."""

import numpy as np

from engine.arrays import Array
from engine.errors import ParameterError
from engine.kernels import formulas
from engine.op import Context, Operand, op
from engine.ops.formula import apply_formula, formula_vjp


@op
def pow(ctx: Context, input: Operand, exponent: Operand) -> Array:
    """Raise to a power, element by element.

    Parameters
    ----------
    input, exponent : Tensor or number
        Shapes that broadcast as in NumPy; the dtype is the wider of the two.

    Returns
    -------
    Tensor
        input ** exponent, of the broadcast shape; NaN for a negative base and a fractional exponent. The
        gradient with respect to the exponent is 0 where the base is 0 and the exponent is not negative.

    Raises
    ------
    ShapeError
        If the shapes do not broadcast.
    DTypeError
        If neither is a Tensor, or the elements are bool.
    ParameterError
        If whole numbers are raised to a negative power: the result would not be whole.

    Examples
    --------
    >>> import engine
    >>> engine.tensor([1.0, 2.0, 3.0]) ** 2
    tensor([1., 4., 9.])
    >>> 2 ** engine.tensor([3, 10])
    tensor([   8, 1024])
    """
    whole = np.result_type(input, exponent).kind in "iu"
    if whole and (exponent < 0).any():
        got = str(exponent.min())
        fix = "convert the base to floats: tensor.float()"
        raise ParameterError("pow", "exponents >= 0 for a base of whole numbers", got, fix)
    derivatives = (formulas.power_da, formulas.power_db)
    return apply_formula(ctx, "pow", formulas.power, (input, exponent), derivatives)


pow.vjp(formula_vjp)


@op
def exp(ctx: Context, input: Operand) -> Array:
    """Exponential function.

    Parameters
    ----------
    input : Tensor, any shape

    Returns
    -------
    Tensor
        e ** input, of the same shape and dtype; infinity where that is too large for the dtype.

    Raises
    ------
    DTypeError
        If the elements are not floating.

    Examples
    --------
    >>> import engine
    >>> engine.exp(engine.tensor([0.0, -1000.0]))
    tensor([1., 0.])
    """
    derivatives = (formulas.exp_dx,)
    return apply_formula(ctx, "exp", formulas.exp, (input,), derivatives, kinds="f")


exp.vjp(formula_vjp)


@op
def log(ctx: Context, input: Operand) -> Array:
    """Natural logarithm.

    Parameters
    ----------
    input : Tensor, any shape

    Returns
    -------
    Tensor
        log(input), of the same shape and dtype; minus infinity for 0, NaN below.

    Raises
    ------
    DTypeError
        If the elements are not floating.

    Examples
    --------
    >>> import engine
    >>> engine.log(engine.tensor([1.0, 0.0]))
    tensor([  0., -inf])
    """
    derivatives = (formulas.log_dx,)
    return apply_formula(ctx, "log", formulas.log, (input,), derivatives, kinds="f")


log.vjp(formula_vjp)


@op
def sqrt(ctx: Context, input: Operand) -> Array:
    """Square root.

    Parameters
    ----------
    input : Tensor, any shape

    Returns
    -------
    Tensor
        The root that is not negative, of the same shape and dtype; NaN for a negative number. Its
        gradient at exactly 0 is infinite.

    Raises
    ------
    DTypeError
        If the elements are not floating.

    Examples
    --------
    >>> import engine
    >>> engine.sqrt(engine.tensor([4.0, 9.0]))
    tensor([2., 3.])
    """
    derivatives = (formulas.sqrt_dx,)
    return apply_formula(ctx, "sqrt", formulas.sqrt, (input,), derivatives, kinds="f")


sqrt.vjp(formula_vjp)
