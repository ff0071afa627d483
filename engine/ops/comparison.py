"""Comparisons, element by element. Their results are bool and never recorded for backward."""

from engine.arrays import Array
from engine.kernels import formulas
from engine.op import Context, Operand, op
from engine.ops.formula import Formula, apply_formula


def _compare(ctx: Context, who: str, formula: Formula, input: Array, other: Array) -> Array:
    return apply_formula(ctx, who, formula, (input, other), kinds="fiub", out_dtype="bool")


@op
def eq(ctx: Context, input: Operand, other: Operand) -> Array:
    """Tell where two tensors are equal.

    Parameters
    ----------
    input, other : Tensor or number
        Shapes that broadcast as in NumPy; different dtypes are compared in the wider of the two.

    Returns
    -------
    Tensor of bool
        input == other, of the broadcast shape; NaN equals nothing, itself included.

    Raises
    ------
    ShapeError
        If the shapes do not broadcast.
    DTypeError
        If neither is a Tensor, or one is an array.

    Examples
    --------
    >>> import engine
    >>> engine.tensor([1.0, 2.0, 3.0]) == 2
    tensor([False,  True, False])
    """
    return _compare(ctx, "eq", formulas.eq, input, other)


@op
def ne(ctx: Context, input: Operand, other: Operand) -> Array:
    """Tell where two tensors differ.

    Parameters
    ----------
    input, other : Tensor or number
        Shapes that broadcast as in NumPy; different dtypes are compared in the wider of the two.

    Returns
    -------
    Tensor of bool
        input != other, of the broadcast shape; NaN differs from everything, itself included.

    Raises
    ------
    ShapeError
        If the shapes do not broadcast.
    DTypeError
        If neither is a Tensor, or one is an array.

    Examples
    --------
    >>> import engine
    >>> engine.tensor([1.0, 2.0, 3.0]) != 2
    tensor([ True, False,  True])
    """
    return _compare(ctx, "ne", formulas.ne, input, other)


@op
def lt(ctx: Context, input: Operand, other: Operand) -> Array:
    """Tell where one tensor is less than another.

    Parameters
    ----------
    input, other : Tensor or number
        Shapes that broadcast as in NumPy; different dtypes are compared in the wider of the two.

    Returns
    -------
    Tensor of bool
        input < other, of the broadcast shape; False at NaN.

    Raises
    ------
    ShapeError
        If the shapes do not broadcast.
    DTypeError
        If neither is a Tensor, or one is an array.

    Examples
    --------
    >>> import engine
    >>> engine.tensor([1.0, 2.0, 3.0]) < 2
    tensor([ True, False, False])
    """
    return _compare(ctx, "lt", formulas.lt, input, other)


@op
def le(ctx: Context, input: Operand, other: Operand) -> Array:
    """Tell where one tensor is at most another.

    Parameters
    ----------
    input, other : Tensor or number
        Shapes that broadcast as in NumPy; different dtypes are compared in the wider of the two.

    Returns
    -------
    Tensor of bool
        input <= other, of the broadcast shape; False at NaN.

    Raises
    ------
    ShapeError
        If the shapes do not broadcast.
    DTypeError
        If neither is a Tensor, or one is an array.

    Examples
    --------
    >>> import engine
    >>> engine.tensor([1.0, 2.0, 3.0]) <= 2
    tensor([ True,  True, False])
    """
    return _compare(ctx, "le", formulas.le, input, other)


@op
def gt(ctx: Context, input: Operand, other: Operand) -> Array:
    """Tell where one tensor is greater than another.

    Parameters
    ----------
    input, other : Tensor or number
        Shapes that broadcast as in NumPy; different dtypes are compared in the wider of the two.

    Returns
    -------
    Tensor of bool
        input > other, of the broadcast shape; False at NaN.

    Raises
    ------
    ShapeError
        If the shapes do not broadcast.
    DTypeError
        If neither is a Tensor, or one is an array.

    Examples
    --------
    >>> import engine
    >>> engine.tensor([1.0, 2.0, 3.0]) > 2
    tensor([False, False,  True])
    """
    return _compare(ctx, "gt", formulas.gt, input, other)


@op
def ge(ctx: Context, input: Operand, other: Operand) -> Array:
    """Tell where one tensor is at least another.

    Parameters
    ----------
    input, other : Tensor or number
        Shapes that broadcast as in NumPy; different dtypes are compared in the wider of the two.

    Returns
    -------
    Tensor of bool
        input >= other, of the broadcast shape; False at NaN.

    Raises
    ------
    ShapeError
        If the shapes do not broadcast.
    DTypeError
        If neither is a Tensor, or one is an array.

    Examples
    --------
    >>> import engine
    >>> engine.tensor([1.0, 2.0, 3.0]) >= 2
    tensor([False,  True,  True])
    """
    return _compare(ctx, "ge", formulas.ge, input, other)


@op
def logical_not(ctx: Context, input: Operand) -> Array:
    """Tell where a tensor is 0 or False. For bool tensors, ``~tensor`` is the same.

    Parameters
    ----------
    input : Tensor, any shape and dtype

    Returns
    -------
    Tensor of bool
        Of the same shape; False at NaN, which is not 0.

    Raises
    ------
    DTypeError
        If `input` is not a Tensor.

    Examples
    --------
    >>> import engine
    >>> ~(engine.tensor([1.0, 2.0]) > 1)
    tensor([ True, False])
    """
    return apply_formula(ctx, "logical_not", formulas.logical_not, (input,), kinds="fiub", out_dtype="bool")
