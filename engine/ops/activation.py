"""Activation functions, element by element. The maths of each is in kernels/formulas.py."""

from typing import Literal

from engine.arrays import Array
from engine.errors import ParameterError
from engine.kernels import formulas
from engine.op import Context, Operand, op
from engine.ops.formula import apply_formula, formula_vjp


@op
def relu(ctx: Context, input: Operand, inplace: bool = False) -> Array:
    """Rectified linear unit: negative values become 0.

    Parameters
    ----------
    input : Tensor, any shape
    inplace : bool
        Accepted because PyTorch has it; the values are the same, and `input` is never changed.

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
def leaky_relu(ctx: Context, input: Operand, negative_slope: float = 0.01, inplace: bool = False) -> Array:
    """Rectified linear unit that lets a little of the negative values through.

    Parameters
    ----------
    input : Tensor, any shape
    negative_slope : float
        What negative values are multiplied by.
    inplace : bool
        Accepted because PyTorch has it; the values are the same, and `input` is never changed.

    Returns
    -------
    Tensor
        input where it is positive, negative_slope * input elsewhere, of the same shape and dtype; its
        gradient at exactly 0 is negative_slope.

    Raises
    ------
    DTypeError
        If the elements are not floating.

    References
    ----------
    Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.

    Examples
    --------
    >>> import engine
    >>> import engine.nn.functional as F
    >>> F.leaky_relu(engine.tensor([-1.0, 2.0]))
    tensor([-0.01,  2.  ])
    """
    derivatives = (formulas.leaky_relu_dx,)
    return apply_formula(
        ctx, "leaky_relu", formulas.leaky_relu, (input,), derivatives, constants=(negative_slope,), kinds="f"
    )


leaky_relu.vjp(formula_vjp)


@op
def gelu(ctx: Context, input: Operand, approximate: Literal["none", "tanh"] = "none") -> Array:
    """Gaussian error linear unit: the input, weighted by how likely a normal variable lies below it.

    Parameters
    ----------
    input : Tensor, any shape
    approximate : {"none", "tanh"}
        The exact function, or the approximation by tanh of the paper (GPT-2 uses it).

    Returns
    -------
    Tensor
        input * (1 + erf(input / sqrt(2))) / 2, or
        input * (1 + tanh(sqrt(2 / pi) * (input + 0.044715 input ** 3))) / 2, of the same shape and dtype.

    Raises
    ------
    ParameterError
        If `approximate` is something else.
    DTypeError
        If the elements are not floating.

    References
    ----------
    Hendrycks and Gimpel, "Gaussian error linear units (GELUs)", 2016.

    Examples
    --------
    >>> import engine
    >>> import engine.nn.functional as F
    >>> F.gelu(engine.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.15865526,  0.        ,  0.8413448 ])
    """
    if approximate == "none":
        formula, derivative = formulas.gelu, formulas.gelu_dx
    elif approximate == "tanh":
        formula, derivative = formulas.gelu_tanh, formulas.gelu_tanh_dx
    else:
        raise ParameterError("gelu", 'approximate "none" or "tanh"', repr(approximate))
    return apply_formula(ctx, "gelu", formula, (input,), (derivative,), kinds="f")


gelu.vjp(formula_vjp)


@op
def sigmoid(ctx: Context, input: Operand) -> Array:
    """Logistic function: any number to one between 0 and 1.

    Parameters
    ----------
    input : Tensor, any shape

    Returns
    -------
    Tensor
        1 / (1 + exp(-input)), of the same shape and dtype; never overflows.

    Raises
    ------
    DTypeError
        If the elements are not floating.

    Examples
    --------
    >>> import engine
    >>> engine.sigmoid(engine.tensor([-1000.0, 0.0, 1000.0]))
    tensor([0. , 0.5, 1. ])
    """
    derivatives = (formulas.sigmoid_dx,)
    return apply_formula(ctx, "sigmoid", formulas.sigmoid, (input,), derivatives, kinds="f")


sigmoid.vjp(formula_vjp)


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
    >>> engine.tanh(engine.tensor([0.0, 50.0, -50.0]))
    tensor([ 0.,  1., -1.])
    """
    derivatives = (formulas.tanh_dx,)
    return apply_formula(ctx, "tanh", formulas.tanh, (input,), derivatives, kinds="f")


tanh.vjp(formula_vjp)


@op
def scaled_tanh(ctx: Context, input: Operand) -> Array:
    """LeCun's squashing function: a tanh stretched so that 1 goes to 1 and -1 to -1.

    Parameters
    ----------
    input : Tensor, any shape

    Returns
    -------
    Tensor
        1.7159 tanh(2 input / 3), of the same shape and dtype.

    Raises
    ------
    DTypeError
        If the elements are not floating.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998,
    appendix A.

    Examples
    --------
    >>> import engine
    >>> import engine.nn.functional as F
    >>> F.scaled_tanh(engine.tensor([0.0, 100.0]))
    tensor([0.    , 1.7159])
    """
    derivatives = (formulas.scaled_tanh_dx,)
    return apply_formula(ctx, "scaled_tanh", formulas.scaled_tanh, (input,), derivatives, kinds="f")


scaled_tanh.vjp(formula_vjp)


@op
def softplus(ctx: Context, input: Operand, beta: float = 1.0, threshold: float = 20.0) -> Array:
    """Smooth rectified linear unit; its derivative is the sigmoid.

    Parameters
    ----------
    input : Tensor, any shape
    beta : float
        The larger, the closer to the ReLU; not 0.
    threshold : float
        Where beta * input is above it, the result is `input` itself.

    Returns
    -------
    Tensor
        log(1 + exp(beta * input)) / beta, of the same shape and dtype; never overflows.

    Raises
    ------
    ParameterError
        If beta is 0.
    DTypeError
        If the elements are not floating.

    References
    ----------
    Dugas et al., "Incorporating second-order functional knowledge for better option pricing", 2001.

    Examples
    --------
    >>> import engine
    >>> import engine.nn.functional as F
    >>> F.softplus(engine.tensor([-1000.0, 0.0, 1000.0]))
    tensor([0.000000e+00, 6.931472e-01, 1.000000e+03])
    """
    if beta == 0:
        raise ParameterError("softplus", "beta other than 0", repr(beta))
    derivatives = (formulas.softplus_dx,)
    constants = (beta, threshold)
    return apply_formula(ctx, "softplus", formulas.softplus, (input,), derivatives, constants, kinds="f")


softplus.vjp(formula_vjp)
