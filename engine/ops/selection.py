"""Ops that choose between values, element by element. The maths of each is in kernels/formulas.py."""

import numpy as np

from engine.arrays import Array
from engine.errors import DTypeError, ParameterError
from engine.kernels import formulas
from engine.op import Context, Operand, op
from engine.ops.formula import apply_formula, formula_vjp


@op
def maximum(ctx: Context, input: Operand, other: Operand) -> Array:
    """Take the larger of two values, element by element.

    Parameters
    ----------
    input, other : Tensor or number
        Shapes that broadcast as in NumPy; the dtype is the wider of the two.

    Returns
    -------
    Tensor
        max(input, other), of the broadcast shape; NaN where either is NaN. The gradient goes to the larger;
        of two equal values each gets half.

    Raises
    ------
    ShapeError
        If the shapes do not broadcast.
    DTypeError
        If neither is a Tensor, or one is an array.

    Examples
    --------
    >>> import engine
    >>> engine.maximum(engine.tensor([1.0, 5.0]), engine.tensor([3.0, 4.0]))
    tensor([3., 5.])
    """
    derivatives = (formulas.maximum_da, formulas.maximum_db)
    return apply_formula(ctx, "maximum", formulas.maximum, (input, other), derivatives, kinds="fiub")


maximum.vjp(formula_vjp)


@op
def minimum(ctx: Context, input: Operand, other: Operand) -> Array:
    """Take the smaller of two values, element by element.

    Parameters
    ----------
    input, other : Tensor or number
        Shapes that broadcast as in NumPy; the dtype is the wider of the two.

    Returns
    -------
    Tensor
        min(input, other), of the broadcast shape; NaN where either is NaN. The gradient goes to the
        smaller; of two equal values each gets half.

    Raises
    ------
    ShapeError
        If the shapes do not broadcast.
    DTypeError
        If neither is a Tensor, or one is an array.

    Examples
    --------
    >>> import engine
    >>> engine.minimum(engine.tensor([1.0, 5.0]), engine.tensor([3.0, 4.0]))
    tensor([1., 4.])
    """
    derivatives = (formulas.minimum_da, formulas.minimum_db)
    return apply_formula(ctx, "minimum", formulas.minimum, (input, other), derivatives, kinds="fiub")


minimum.vjp(formula_vjp)


@op
def clamp(ctx: Context, input: Operand, min: Operand | None = None, max: Operand | None = None) -> Array:
    """Move values below `min` up to it, then values above `max` down to that.

    Parameters
    ----------
    input : Tensor, any shape
    min, max : Tensor or number, optional
        The bounds, at least one; they broadcast with `input`, and the dtype is the widest of all.

    Returns
    -------
    Tensor
        min(max(input, min), max), of the broadcast shape; NaN where any of them is NaN. The gradient passes
        to `input` where min <= input <= max, bounds included, and to the bound that was taken elsewhere.

    Raises
    ------
    ParameterError
        If there is no bound.
    ShapeError
        If the shapes do not broadcast.
    DTypeError
        If the elements are bool.

    Examples
    --------
    >>> import engine
    >>> engine.clamp(engine.tensor([-1.0, 0.5, 2.0]), 0, 1)
    tensor([0. , 0.5, 1. ])
    """
    if min is None and max is None:
        raise ParameterError("clamp", "min, max or both", "neither")
    dtype = np.result_type(*[array for array in (input, min, max) if array is not None])
    # A bound that is missing is one that nothing crosses.
    lowest, highest = (np.iinfo(dtype).min, np.iinfo(dtype).max) if dtype.kind in "iu" else (-np.inf, np.inf)
    low = np.asarray(lowest, dtype) if min is None else min
    high = np.asarray(highest, dtype) if max is None else max
    derivatives = (formulas.clamp_dx, formulas.clamp_dlow, formulas.clamp_dhigh)
    return apply_formula(ctx, "clamp", formulas.clamp, (input, low, high), derivatives)


clamp.vjp(formula_vjp)


@op
def where(ctx: Context, condition: Operand, input: Operand, other: Operand) -> Array:
    """Take `input` where the condition holds, `other` where it does not.

    Parameters
    ----------
    condition : Tensor of bool
        Such as the result of a comparison.
    input, other : Tensor or number
        The three shapes broadcast as in NumPy; the dtype is the wider of `input` and `other`.

    Returns
    -------
    Tensor
        Of the broadcast shape. The gradient goes to the value that was taken.

    Raises
    ------
    ShapeError
        If the shapes do not broadcast.
    DTypeError
        If the condition is not bool.

    Examples
    --------
    >>> import engine
    >>> x = engine.tensor([-1.0, 2.0])
    >>> engine.where(x > 0, x, 0.1 * x)
    tensor([-0.1,  2. ])
    """
    if condition.dtype != np.bool_:
        fix = "compare it with something, say condition != 0"
        raise DTypeError("where", "a condition of bool", str(condition.dtype), fix)
    derivatives = (formulas.where_da, formulas.where_db)
    return apply_formula(
        ctx, "where", formulas.where, (input, other), derivatives, kinds="fiub", conditions=(condition,)
    )


where.vjp(formula_vjp)
