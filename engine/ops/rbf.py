"""The last layer of the LeNet of 1998, and its loss: distances to fixed pictures of the digits."""

import numpy as np

from engine.arrays import Array
from engine.errors import ParameterError, ShapeError
from engine.op import Context, Operand, op
from engine.ops.checks import require_axes, require_floating
from engine.ops.loss import Reduction, class_axis, class_numbers, reduce_losses, require_reduction, spread


@op
def rbf(ctx: Context, input: Operand, weight: Operand) -> Array:
    """Euclidean radial basis functions: squared distances from each example to the centre of each class.

    Parameters
    ----------
    input : Tensor (N, D)
    weight : Tensor (K, D)
        A centre for each class.

    Returns
    -------
    Tensor (N, K)
        sum over d of (input[n, d] - weight[k, d])^2: a penalty, small for the class that fits.

    Raises
    ------
    ShapeError
        If the shapes do not go together.
    DTypeError
        If the dtypes differ or are not floating.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998,
    equation 7.

    Examples
    --------
    >>> import engine
    >>> engine.rbf(engine.tensor([[1.0, -1.0]]), engine.tensor([[1.0, -1.0], [1.0, 1.0]]))
    tensor([[0., 4.]])
    """
    require_floating("rbf", input=input, weight=weight)
    require_axes("rbf", "input", input.shape, "N, D")
    require_axes("rbf", "weight", weight.shape, "K, D")
    if input.shape[1] != weight.shape[1]:
        raise ShapeError("rbf", f"input (N, {weight.shape[1]}) for weight {weight.shape}", f"shape {input.shape}")
    out = ctx.empty((input.shape[0], weight.shape[0]), input.dtype)
    ctx.kernels.rbf(out, input, weight)
    ctx.save(input, weight)
    return out


@rbf.vjp
def rbf_vjp(ctx: Context, dy: Array) -> tuple[Array | None, Array | None]:
    input, weight = ctx.saved
    dx = dw = None
    if ctx.needs_grad[0]:
        dx = ctx.empty(input.shape, dy.dtype)
        ctx.kernels.rbf_backward(dx, dy, input, weight)
    if ctx.needs_grad[1]:
        dw = ctx.empty(weight.shape, dy.dtype)
        ctx.kernels.rbf_backward(dw, ctx.contiguous(dy.T), weight, input)
    return dx, dw


@op
def rbf_loss(ctx: Context, input: Operand, target: Operand, j: float = 0.1, *, reduction: Reduction = "mean") -> Array:
    """Loss of 1998: the penalty of the right class, small, and those of all others, large.

    Parameters
    ----------
    input : Tensor (N, K)
        Penalties y, such as those of :func:`engine.rbf`.
    target : Tensor (N,)
        The right class of each example, whole numbers from 0 to K - 1.
    j : float
        Penalty of a rubbish class that fits everything: penalties far above it are not pushed further.
    reduction : {"mean", "sum", "none"}
        What to make of the N losses.

    Returns
    -------
    Tensor () or (N,)
        y[n, target[n]] + log(exp(-j) + sum over k of exp(-y[n, k])), reduced.

    Raises
    ------
    ShapeError
        If the shapes do not go together, or there is no example.
    DTypeError
        If `input` is not floating or `target` is not whole numbers.
    ParameterError
        If a class does not exist, the reduction is unknown, or j is not positive.

    Notes
    -----
    It is the cross-entropy of the logits -y, with one class more whose logit is -j.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998,
    equation 9.

    Examples
    --------
    >>> import engine
    >>> engine.rbf_loss(engine.tensor([[0.0, 100.0]]), engine.tensor([0]), j=1000.0)
    tensor(0.)
    """
    who = "rbf_loss"
    require_floating(who, input=input)
    require_axes(who, "input", input.shape, "N, K")
    require_reduction(who, reduction)
    if not j > 0:
        raise ParameterError(who, "j > 0", repr(j))
    _, classes, shape = class_axis(who, input)
    numbers = class_numbers(who, target, shape, classes)
    logits = ctx.empty((len(input), classes + 1), input.dtype)
    logits[:, :classes], logits[:, classes] = -input, -j
    share = np.zeros(logits.shape, input.dtype)
    share[np.arange(len(input)), numbers] = 1.0
    losses, log_probabilities = ctx.empty(shape, input.dtype), ctx.empty(logits.shape, input.dtype)
    ctx.kernels.cross_entropy(losses, log_probabilities, logits, share)
    ctx.save(log_probabilities, share, reduction)
    return reduce_losses(ctx, losses, shape, reduction, len(losses))


@rbf_loss.vjp
def rbf_loss_vjp(ctx: Context, dy: Array) -> tuple[Array, None]:
    log_probabilities, share, reduction = ctx.saved
    dlogits = ctx.empty(share.shape, dy.dtype)
    each = spread(ctx, dy, len(share), reduction, len(share))
    ctx.kernels.cross_entropy_backward(dlogits, each, log_probabilities, share)
    return -dlogits[:, :-1], None
