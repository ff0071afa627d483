"""Losses: how far an answer is from the right one, for each example, and what to make of all of them."""

from typing import Literal, TypeAlias

import numpy as np

from engine.arrays import Array
from engine.errors import DTypeError, ParameterError, ShapeError
from engine.kernels import formulas
from engine.op import Context, Operand, op
from engine.ops.checks import require_floating, require_no_gradient
from engine.ops.rows import from_rows, to_rows
from engine.placement import on_host

INT64 = np.dtype(np.int64)

Shape: TypeAlias = tuple[int, ...]
Reduction: TypeAlias = Literal["mean", "sum", "none"]


def require_reduction(who: str, reduction: str) -> None:
    """Raise ParameterError for a reduction that does not exist."""
    if reduction not in ("mean", "sum", "none"):
        raise ParameterError(who, 'reduction "mean", "sum" or "none"', repr(reduction))


def reduce_losses(ctx: Context, losses: Array, shape: Shape, reduction: str, divisor: float | Array) -> Array:
    """Return the losses (R,) in their shape, or their sum, or their sum / divisor; 0 / 0 is NaN."""
    if reduction == "none":
        return losses.reshape(shape)
    out = ctx.empty((1,), losses.dtype)
    ctx.kernels.sum_rows(out, losses.reshape(1, -1), 1)
    if reduction == "mean":
        with np.errstate(all="ignore"):
            out /= divisor
    return out.reshape(())


def spread(ctx: Context, dy: Array, count: int, reduction: str, divisor: float | Array) -> Array:
    """Undo :func:`reduce_losses` for gradients: one for each of `count` losses; none for an infinite divisor."""
    each = ctx.empty((count,), dy.dtype)
    share = divisor if reduction == "mean" else 1
    number = np.asarray(share, dy.dtype) if isinstance(share, int | float) else share
    ctx.kernels.elementwise(each, formulas.div, dy.reshape(-1), number)
    return each


def class_axis(who: str, input: Array) -> tuple[int, int, Shape]:
    """Check logits (N, K, …) or (K,); return the axis of the classes, K, and the shape without it."""
    if input.ndim == 0 or input.size == 0:
        raise ShapeError(who, "input (N, K, …) or (K,), at least one example and one class", f"shape {input.shape}")
    axis = min(1, input.ndim - 1)
    return axis, input.shape[axis], input.shape[:axis] + input.shape[axis + 1 :]


def class_numbers(who: str, target: Array, shape: Shape, classes: int, ignore_index: int | None = None) -> Array:
    """Check class numbers; return them (R,) on the host, as int64, those to be ignored as -1."""
    _require_numbers(who, target, shape)
    numbers = on_host(target).reshape(-1).astype(np.int64)
    ignored = ignore_index is not None and 0 <= ignore_index < classes
    if not ignored and numbers.size and numbers.min() >= 0 and numbers.max() < classes:
        return numbers
    counted = numbers != ignore_index
    wrong = numbers[counted & ((numbers < 0) | (numbers >= classes))]
    if wrong.size:
        raise ParameterError(who, f"target classes from 0 to {classes - 1}", str(wrong[0]))
    return np.where(counted, numbers, -1)


def _require_numbers(who: str, target: Array, shape: Shape) -> None:
    if target.dtype.kind not in "iu":
        raise DTypeError(who, "target of whole numbers", f"{target.dtype}", "give class numbers, not one-hot rows")
    if target.shape != shape:
        raise ShapeError(who, f"target {shape}, a class for each row", f"shape {target.shape}")


def counted_numbers(
    ctx: Context, who: str, input: Array, target: Array, ignore_index: int
) -> tuple[Array, int | Array]:
    """Return what :func:`class_numbers` does, and how many count; on a device both stay there, and nobody waits.

    Values on a device cannot be checked without waiting for it: a class that does not exist becomes the number
    `classes`, whose loss the device's kernel makes NaN.
    """
    _, classes, shape = class_axis(who, input)
    if not ctx.on_device:
        numbers = class_numbers(who, target, shape, classes, ignore_index)
        return numbers, int(np.count_nonzero(numbers >= 0))
    _require_numbers(who, target, shape)
    numbers, ones = ctx.empty((target.size,), INT64), ctx.empty((target.size,), INT64)
    settings = (np.asarray(number, np.int64) for number in (ignore_index, classes))
    ctx.kernels.elementwise(numbers, formulas.class_number, target.reshape(-1), *settings)
    ctx.kernels.elementwise(ones, formulas.counts, numbers)
    counted = ctx.empty((1,), input.dtype)
    ctx.kernels.sum_rows(counted, ones.reshape(1, -1), 1)
    return numbers, counted


def require_class_weight(ctx: Context, who: str, input: Array, weight: Array | None, classes: int) -> None:
    """Raise an error unless `weight` is None or has a number for each class, and no gradient."""
    require_floating(who, input=input, weight=weight)
    if weight is not None:
        require_no_gradient(ctx, who, 2, "weight")
        if weight.shape != (classes,):
            raise ShapeError(who, f"weight ({classes},), one for each class", f"shape {weight.shape}")


def total_weight(right: Array, weight: Array | None) -> float:
    """Sum the weights of the right classes of all examples that count."""
    return len(right) if weight is None else float(weight[right].sum(dtype=np.float64))


@op
def cross_entropy(
    ctx: Context,
    input: Operand,
    target: Operand,
    weight: Operand | None = None,
    *,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
    label_smoothing: float = 0.0,
) -> Array:
    """Softmax cross-entropy: minus the log-probability that the logits give to the right class.

    Parameters
    ----------
    input : Tensor (N, K), (K,) or (N, K, …)
        Logits, float32 or float64: any numbers, not probabilities. Axes after the classes are places to
        be classified each for itself, such as pixels.
    target : Tensor (N,), () or (N, …)
        The right class of each example, whole numbers from 0 to K - 1. Or, of input's shape and dtype,
        the probability that each class shall have.
    weight : Tensor (K,), optional
        What an example of each class counts, without gradient; 1 by default.
    ignore_index : int
        Examples whose target is this number do not count. Not for probabilities.
    reduction : {"mean", "sum", "none"}
        What to make of the losses of all examples. The mean divides by the weights of the right classes;
        for probabilities, by the number of examples. If all are ignored it is NaN, and the gradient 0.
    label_smoothing : float
        What part of the target, from 0 to 1, is spread evenly over all classes.

    Returns
    -------
    Tensor (), or of the shape of class numbers
        -(sum over k of q[k] * log_softmax(input)[k]), reduced, with
        q[k] = weight[k] * ((1 - label_smoothing) * p[k] + label_smoothing / K); p is the target as
        probabilities, 1 for the right class and 0 for the others.

    Raises
    ------
    ShapeError
        If the shapes do not go together, or there is no example.
    DTypeError
        If `input` is not floating, or `target` neither whole numbers nor probabilities.
    ParameterError
        If a class does not exist, the reduction is unknown, or label_smoothing is not from 0 to 1.
    GraphError
        If a gradient is wanted for `weight`.

    Notes
    -----
    A probability of 0 in the target takes no notice of the logit, even if that is minus infinity;
    PyTorch gives NaN there.

    Examples
    --------
    >>> import engine
    >>> engine.cross_entropy(engine.tensor([[0.0, 0.0]]), engine.tensor([1]))
    tensor(0.6931472)
    >>> engine.cross_entropy(engine.tensor([[0.0, 0.0]]), engine.tensor([[0.5, 0.5]]))
    tensor(0.6931472)
    """
    who = "cross_entropy"
    require_floating(who, input=input)
    require_reduction(who, reduction)
    if not 0 <= label_smoothing <= 1:
        raise ParameterError(who, "label_smoothing from 0 to 1", repr(label_smoothing))
    axis, classes, shape = class_axis(who, input)
    require_class_weight(ctx, who, input, weight, classes)
    rows = to_rows(ctx, input, (axis,))
    losses, log_probabilities = ctx.empty((len(rows),), input.dtype), ctx.empty(rows.shape, input.dtype)
    if target.dtype.kind != "f" and weight is None and label_smoothing == 0:
        numbers, examples = counted_numbers(ctx, who, input, target, ignore_index)
        ctx.kernels.class_cross_entropy(losses, log_probabilities, rows, numbers)
        share_of = (examples or np.inf) if isinstance(examples, int) else examples
        ctx.save(log_probabilities, numbers, 1.0, axis, input.shape, reduction, share_of)
        return reduce_losses(ctx, losses, shape, reduction, examples)
    weight = None if weight is None else on_host(weight)
    factor = 1.0 if weight is None else weight
    keep, spread_out = 1 - label_smoothing, label_smoothing / classes
    if target.dtype.kind == "f":
        require_floating(who, input=input, target=target)
        if target.shape != input.shape:
            expected = f"target {shape} of whole numbers, or {input.shape} of probabilities"
            raise ShapeError(who, expected, f"{target.dtype} of shape {target.shape}")
        share = (keep * to_rows(ctx, target, (axis,)) + spread_out) * factor
        divisor, counted = float(len(rows)), len(rows)
    else:
        numbers = class_numbers(who, target, shape, classes, ignore_index)
        (places,) = np.nonzero(numbers >= 0)
        right = numbers[places]
        share = np.zeros(rows.shape, input.dtype)
        share[places, right] = keep if weight is None else keep * weight[right]
        if label_smoothing:
            share[places] += spread_out * factor
        divisor, counted = total_weight(right, weight), len(right)
    ctx.kernels.cross_entropy(losses, log_probabilities, rows, share)
    ctx.save(log_probabilities, share, keep * factor, axis, input.shape, reduction, divisor if counted else np.inf)
    return reduce_losses(ctx, losses, shape, reduction, divisor)


@cross_entropy.vjp
def cross_entropy_vjp(ctx: Context, dy: Array) -> tuple[Array | None, Array | None, None]:
    # What is right is a class for each row, or a share for each class.
    log_probabilities, right, factor, axis, shape, reduction, divisor = ctx.saved
    each = spread(ctx, dy, len(right), reduction, divisor)
    dx = dtarget = None
    if ctx.needs_grad[0]:
        dx = ctx.empty(log_probabilities.shape, dy.dtype)
        if right.ndim == 1:
            ctx.kernels.class_cross_entropy_backward(dx, each, log_probabilities, right)
        else:
            ctx.kernels.cross_entropy_backward(dx, each, log_probabilities, right)
        dx = from_rows(ctx, dx, (axis,), shape)
    if ctx.needs_grad[1]:
        dtarget = from_rows(ctx, -each[:, None] * factor * log_probabilities, (axis,), shape)
    return dx, dtarget, None


@op
def nll_loss(
    ctx: Context,
    input: Operand,
    target: Operand,
    weight: Operand | None = None,
    *,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
) -> Array:
    """Negative log-likelihood: minus what `input` says of the right class.

    Parameters
    ----------
    input : Tensor (N, K), (K,) or (N, K, …)
        Log-probabilities, such as those of :func:`engine.log_softmax`.
    target : Tensor (N,), () or (N, …)
        The right class of each example, whole numbers from 0 to K - 1.
    weight : Tensor (K,), optional
        What an example of each class counts, without gradient; 1 by default.
    ignore_index : int
        Examples whose target is this number do not count.
    reduction : {"mean", "sum", "none"}
        What to make of the losses of all examples. The mean divides by the weights of the right classes;
        if all examples are ignored it is NaN, and the gradient 0.

    Returns
    -------
    Tensor (), or of target's shape
        -weight[target[n]] * input[n, target[n]], reduced.

    Raises
    ------
    ShapeError
        If the shapes do not go together, or there is no example.
    DTypeError
        If `input` is not floating or `target` is not whole numbers.
    ParameterError
        If a class does not exist, or the reduction is unknown.
    GraphError
        If a gradient is wanted for `weight`.

    Examples
    --------
    >>> import engine
    >>> engine.nll_loss(engine.tensor([[-0.5, -1.0], [-3.0, -0.1]]), engine.tensor([0, 0]))
    tensor(1.75)
    """
    require_floating("nll_loss", input=input)
    require_reduction("nll_loss", reduction)
    axis, classes, shape = class_axis("nll_loss", input)
    require_class_weight(ctx, "nll_loss", input, weight, classes)
    weights = np.ones(classes, input.dtype) if weight is None else on_host(weight)
    numbers = class_numbers("nll_loss", target, shape, classes, ignore_index)
    losses = ctx.empty(numbers.shape, input.dtype)
    ctx.kernels.nll_loss(losses, to_rows(ctx, input, (axis,)), numbers, weights)
    divisor = total_weight(numbers[numbers >= 0], None if weight is None else weights)
    ctx.save(numbers, weights, axis, input.shape, reduction, divisor)
    return reduce_losses(ctx, losses, shape, reduction, divisor)


@nll_loss.vjp
def nll_loss_vjp(ctx: Context, dy: Array) -> tuple[Array, None, None]:
    numbers, weights, axis, shape, reduction, divisor = ctx.saved
    dx = ctx.empty((len(numbers), len(weights)), dy.dtype)
    ctx.kernels.nll_loss_backward(dx, spread(ctx, dy, len(numbers), reduction, divisor), numbers, weights)
    return from_rows(ctx, dx, (axis,), shape), None, None
