"""Softmax and the loss that goes with it."""

from typing import Literal

import numpy as np

from engine.arrays import Array
from engine.errors import DTypeError, ParameterError, ShapeError
from engine.op import Context, Operand, op
from engine.ops.checks import axis_of, require_axes, require_floating
from engine.ops.rows import from_rows, to_rows


@op
def softmax(ctx: Context, input: Operand, dim: int) -> Array:
    """Make any numbers positive and let them sum to 1 along one axis, safe for logits of any size.

    Parameters
    ----------
    input : Tensor, any shape
    dim : int
        The axis that is to sum to 1.

    Returns
    -------
    Tensor
        exp(input) / sum of exp(input) along `dim`, of the same shape.

    Raises
    ------
    ParameterError
        If there is no axis `dim`.
    DTypeError
        If the elements are not floating.

    References
    ----------
    Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990.

    Examples
    --------
    >>> import engine
    >>> engine.softmax(engine.tensor([[0.0, 0.0], [0.0, 1000.0]]), dim=1)
    tensor([[0.5, 0.5],
            [0. , 1. ]])
    """
    require_floating("softmax", input=input)
    axes = axis_of("softmax", dim, input.ndim)
    rows = to_rows(ctx, input, axes)
    out = ctx.empty(rows.shape, input.dtype)
    ctx.kernels.softmax(out, rows)
    ctx.save(out, axes)
    return from_rows(ctx, out, axes, input.shape)


@softmax.vjp
def softmax_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    out, axes = ctx.saved
    dx = ctx.empty(out.shape, out.dtype)
    ctx.kernels.softmax_backward(dx, to_rows(ctx, dy, axes), out)
    return (from_rows(ctx, dx, axes, dy.shape),)


@op
def log_softmax(ctx: Context, input: Operand, dim: int) -> Array:
    """Logarithm of the softmax along one axis, safe for logits of any size.

    Parameters
    ----------
    input : Tensor, any shape
    dim : int
        The axis whose exponentials are to sum to 1.

    Returns
    -------
    Tensor
        input - log(sum of exp(input) along `dim`), of the same shape.

    Raises
    ------
    ParameterError
        If there is no axis `dim`.
    DTypeError
        If the elements are not floating.

    Examples
    --------
    >>> import engine
    >>> engine.log_softmax(engine.tensor([[0.0, 0.0, 1000.0]]), dim=1)
    tensor([[-1000., -1000.,     0.]])
    """
    require_floating("log_softmax", input=input)
    axes = axis_of("log_softmax", dim, input.ndim)
    rows = to_rows(ctx, input, axes)
    out = ctx.empty(rows.shape, input.dtype)
    ctx.kernels.log_softmax(out, rows)
    ctx.save(out, axes)
    return from_rows(ctx, out, axes, input.shape)


@log_softmax.vjp
def log_softmax_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    out, axes = ctx.saved
    dx = ctx.empty(out.shape, out.dtype)
    ctx.kernels.log_softmax_backward(dx, to_rows(ctx, dy, axes), out)
    return (from_rows(ctx, dx, axes, dy.shape),)


@op
def cross_entropy(
    ctx: Context,
    input: Operand,
    target: Operand,
    *,
    reduction: Literal["mean", "sum", "none"] = "mean",
) -> Array:
    """Softmax cross-entropy: minus the log-probability that the logits give to the right class.

    Parameters
    ----------
    input : Tensor (N, K)
        Logits, float32 or float64: any numbers, not probabilities.
    target : Tensor (N,)
        The right class of each example, whole numbers from 0 to K - 1.
    reduction : {"mean", "sum", "none"}
        What to make of the N losses.

    Returns
    -------
    Tensor () or (N,)
        -log_softmax(input)[n, target[n]], reduced.

    Raises
    ------
    ShapeError
        If the shapes do not go together, or there is no example.
    DTypeError
        If `input` is not floating or `target` is not whole numbers.
    ParameterError
        If a class does not exist, or the reduction is unknown.

    Examples
    --------
    >>> import engine
    >>> engine.cross_entropy(engine.tensor([[0.0, 0.0]]), engine.tensor([1]))
    tensor(0.6931472)
    """
    require_floating("cross_entropy", input=input)
    require_axes("cross_entropy", "input", input, "N, K")
    batch, classes = input.shape
    if target.dtype.kind not in "iu":
        fix = "give class numbers, not one-hot rows"
        raise DTypeError("cross_entropy", "target of whole numbers", f"{target.dtype}", fix)
    if target.shape != (batch,):
        raise ShapeError("cross_entropy", f"target ({batch},), a class for each row", f"shape {target.shape}")
    if batch == 0 or classes == 0:
        raise ShapeError("cross_entropy", "at least one example and one class", f"shape {input.shape}")
    if reduction not in ("mean", "sum", "none"):
        raise ParameterError("cross_entropy", 'reduction "mean", "sum" or "none"', repr(reduction))
    wrong = target[(target < 0) | (target >= classes)]
    if wrong.size:
        raise ParameterError("cross_entropy", f"target classes from 0 to {classes - 1}", str(wrong[0]))
    target = np.ascontiguousarray(target, np.int64)
    losses, log_probabilities = ctx.empty((batch,), input.dtype), ctx.empty(input.shape, input.dtype)
    ctx.kernels.cross_entropy(losses, log_probabilities, input, target)
    divisor = batch if reduction == "mean" else 1
    ctx.save(log_probabilities, target, reduction, divisor)
    if reduction == "none":
        return losses
    out = ctx.empty((1,), input.dtype)
    ctx.kernels.sum_rows(out, losses.reshape(1, batch), divisor)
    return out.reshape(())


@cross_entropy.vjp
def cross_entropy_vjp(ctx: Context, dy: Array) -> tuple[Array, None]:
    log_probabilities, target, reduction, divisor = ctx.saved
    per_example = dy
    if reduction != "none":
        per_example = ctx.empty((len(target),), dy.dtype)
        ctx.kernels.sum_rows_backward(per_example.reshape(1, -1), dy.reshape(1), divisor)
    dx = ctx.empty(log_probabilities.shape, dy.dtype)
    ctx.kernels.cross_entropy_backward(dx, per_example, log_probabilities, target)
    return dx, None
