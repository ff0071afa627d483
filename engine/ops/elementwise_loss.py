"""Losses that compare two tensors of one shape, number by number. The maths is in kernels/formulas.py."""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.errors import ShapeError
from engine.kernels import formulas
from engine.op import Context, Operand, op
from engine.ops.checks import require_floating, require_no_gradient
from engine.ops.formula import Formula, apply_formula, formula_vjp
from engine.ops.loss import Reduction, reduce_losses, require_reduction, spread


def _require_same_shape(who: str, input: Array, target: Array) -> None:
    if input.shape != target.shape or input.size == 0:
        got = f"{input.shape} and {target.shape}"
        raise ShapeError(who, "input and target of the same shape, at least one element", got)


def _loss(
    ctx: Context, who: str, formula: Formula, operands: Sequence[Array], derivatives: Sequence[Formula], reduction: str
) -> Array:
    require_reduction(who, reduction)
    elementwise = Context(ctx.needs_grad, ctx.on_device)  # keeps what the formula's derivatives need
    losses = apply_formula(elementwise, who, formula, operands, derivatives, kinds="f")
    ctx.save(elementwise, losses.shape, reduction)
    return reduce_losses(ctx, losses.reshape(-1), losses.shape, reduction, losses.size)


def _loss_vjp(ctx: Context, dy: Array) -> list[Array | None]:
    elementwise, shape, reduction = ctx.saved
    count = int(np.prod(shape))
    return formula_vjp(elementwise, spread(ctx, dy, count, reduction, count).reshape(shape))


@op
def mse_loss(ctx: Context, input: Operand, target: Operand, *, reduction: Reduction = "mean") -> Array:
    """Mean squared error.

    Parameters
    ----------
    input : Tensor, any shape
    target : Tensor, of the same shape
        PyTorch stretches shapes that differ, and warns; that is nearly always a mistake, and an error here.
    reduction : {"mean", "sum", "none"}
        What to make of all squared errors.

    Returns
    -------
    Tensor (), or of input's shape
        (input - target)^2, reduced.

    Raises
    ------
    ShapeError
        If the shapes differ, or there is no element.
    DTypeError
        If the dtypes differ or are not floating.
    ParameterError
        If the reduction is unknown.

    Examples
    --------
    >>> import engine
    >>> engine.mse_loss(engine.tensor([1.0, 2.0]), engine.tensor([1.0, 5.0]))
    tensor(4.5)
    """
    require_floating("mse_loss", input=input, target=target)
    _require_same_shape("mse_loss", input, target)
    derivatives = (formulas.squared_error_da, formulas.squared_error_db)
    return _loss(ctx, "mse_loss", formulas.squared_error, (input, target), derivatives, reduction)


mse_loss.vjp(_loss_vjp)


@op
def l1_loss(ctx: Context, input: Operand, target: Operand, *, reduction: Reduction = "mean") -> Array:
    """Mean absolute error.

    Parameters
    ----------
    input : Tensor, any shape
    target : Tensor, of the same shape
        PyTorch stretches shapes that differ, and warns; that is nearly always a mistake, and an error here.
    reduction : {"mean", "sum", "none"}
        What to make of all absolute errors.

    Returns
    -------
    Tensor (), or of input's shape
        |input - target|, reduced; its gradient where both are equal is 0.

    Raises
    ------
    ShapeError
        If the shapes differ, or there is no element.
    DTypeError
        If the dtypes differ or are not floating.
    ParameterError
        If the reduction is unknown.

    Examples
    --------
    >>> import engine
    >>> engine.l1_loss(engine.tensor([1.0, 2.0]), engine.tensor([1.0, 5.0]))
    tensor(1.5)
    """
    require_floating("l1_loss", input=input, target=target)
    _require_same_shape("l1_loss", input, target)
    derivatives = (formulas.absolute_error_da, formulas.absolute_error_db)
    return _loss(ctx, "l1_loss", formulas.absolute_error, (input, target), derivatives, reduction)


l1_loss.vjp(_loss_vjp)


@op
def binary_cross_entropy_with_logits(
    ctx: Context,
    input: Operand,
    target: Operand,
    weight: Operand | None = None,
    *,
    reduction: Reduction = "mean",
    pos_weight: Operand | None = None,
) -> Array:
    """Cross-entropy of yes-or-no answers, given as logits; safe for logits of any size.

    Parameters
    ----------
    input : Tensor, any shape
        Logits x; the probability of yes is s(x) = 1 / (1 + exp(-x)).
    target : Tensor, of the same shape
        1 for yes, 0 for no, or a probability between.
    weight : Tensor, optional
        What each answer counts, without gradient, of a shape that broadcasts to input's; 1 by default.
    reduction : {"mean", "sum", "none"}
        What to make of the losses of all answers. The mean divides by their number, not by weights.
    pos_weight : Tensor, optional
        What a yes counts beside a no, without gradient, of a shape that broadcasts to input's; 1 by default.

    Returns
    -------
    Tensor (), or of input's shape
        -weight (pos_weight target log s(x) + (1 - target) log(1 - s(x))), reduced.

    Raises
    ------
    ShapeError
        If the shapes do not go together, or there is no element.
    DTypeError
        If the dtypes differ or are not floating.
    ParameterError
        If the reduction is unknown.
    GraphError
        If a gradient is wanted for a weight.

    Examples
    --------
    >>> import engine
    >>> engine.binary_cross_entropy_with_logits(engine.tensor([0.0, 1000.0]), engine.tensor([1.0, 1.0]))
    tensor(0.3465736)
    """
    who = "binary_cross_entropy_with_logits"
    require_floating(who, input=input, target=target, weight=weight, pos_weight=pos_weight)
    _require_same_shape(who, input, target)
    one = np.ones((), input.dtype)
    operands = (input, target, one if weight is None else weight, one if pos_weight is None else pos_weight)
    for name, array in zip(("weight", "pos_weight"), operands[2:], strict=True):
        padded = (1,) * (input.ndim - array.ndim) + array.shape
        if len(padded) != input.ndim or any(n not in (1, m) for n, m in zip(padded, input.shape, strict=True)):
            raise ShapeError(who, f"{name} that broadcasts to {input.shape}", f"shape {array.shape}")
    require_no_gradient(ctx, who, 2, "weight")
    require_no_gradient(ctx, who, 3, "pos_weight")
    never = formulas.unchanged
    derivatives = (formulas.binary_cross_entropy_dx, formulas.binary_cross_entropy_dt, never, never)
    return _loss(ctx, who, formulas.binary_cross_entropy, operands, derivatives, reduction)


binary_cross_entropy_with_logits.vjp(_loss_vjp)
