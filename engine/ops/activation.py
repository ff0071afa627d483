"""Activation functions, element by element. The maths of each is in kernels/formulas.py."""

from engine.arrays import Array
from engine.kernels import formulas
from engine.op import Context, Operand, op
from engine.ops.formula import apply_formula, formula_vjp


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
    derivatives = (formulas.relu_dx,)
    return apply_formula(ctx, "relu", formulas.relu, (input,), derivatives)


relu.vjp(formula_vjp)


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
    derivatives = (formulas.tanh_dx,)
    return apply_formula(ctx, "tanh", formulas.tanh, (input,), derivatives, kinds="f")


tanh.vjp(formula_vjp)
