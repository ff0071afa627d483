"""Normalisation over a batch, a layer or a group: one kernel, three ways to shape its input."""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.errors import ParameterError, ShapeError
from engine.kernels import formulas
from engine.op import Context, Operand, op
from engine.ops.checks import require_floating, require_no_gradient
from engine.versions import mark_changed

Shape = tuple[int, ...]
# (A, R, J, S): see kernels/reference/norm.py.
Layout = tuple[int, int, int, int]


def _moments(ctx: Context, x: Array) -> tuple[Array, Array]:
    """Return mean and variance of each row of x (A, R, J, S)."""
    dtype = ctx.statistics_dtype(x.dtype)
    mean, variance = ctx.empty((x.shape[1],), dtype), ctx.empty((x.shape[1],), dtype)
    ctx.kernels.moments(mean, variance, x)
    return mean, variance


def _normalise(
    ctx: Context,
    input: Array,
    weight: Array | None,
    bias: Array | None,
    eps: float,
    layout: Layout,
    moments: tuple[Array, Array] | None = None,
    from_input: bool = True,
    relu: int = 0,
) -> Array:
    """Return the result; `moments`, mean and variance of each row, need not be those of the input."""
    x = input.reshape(layout)
    channels = layout[2]
    mean, variance = _moments(ctx, x) if moments is None else moments
    count = next((a.size for a in (weight, bias) if a is not None), channels)
    scale = (np.ones(count, input.dtype) if weight is None else weight).reshape(-1, channels)
    shift = (np.zeros(count, input.dtype) if bias is None else bias).reshape(-1, channels)
    out = ctx.empty(layout, input.dtype)
    ctx.kernels.normalise(out, x, mean, variance, scale, shift, float(eps), relu)
    affine = tuple(None if a is None else a.shape for a in (weight, bias))
    ctx.save(x, mean, variance, scale, float(eps), int(from_input), affine)
    return out.reshape(input.shape)


def normalise_vjp(ctx: Context, dy: Array) -> tuple[Array | None, Array | None, Array | None]:
    """Return the gradients for input, weight and bias: the first operand and the last two."""
    # What rectifies also saves its result.
    x, mean, variance, scale, eps, moments_of_x, (weight_shape, bias_shape) = ctx.saved[:7]
    upstream = dy.reshape(x.shape)
    dx = dw = db = None
    if ctx.needs_grad[0]:
        dx = ctx.empty(x.shape, x.dtype)
        ctx.kernels.normalise_backward_x(dx, upstream, x, mean, variance, scale, eps, moments_of_x)
        dx = dx.reshape(dy.shape)
    if any(ctx.needs_grad[-2:]):
        # In the parameters' shapes from the start: a view would have to be copied to become a parameter's gradient.
        dw, db = (ctx.empty(shape or scale.shape, x.dtype) for shape in (weight_shape, bias_shape))
        rows = dw.reshape(scale.shape), db.reshape(scale.shape)
        ctx.kernels.normalise_backward_affine(*rows, upstream, x, mean, variance, eps)
        dw, db = (gradient if needed else None for gradient, needed in zip((dw, db), ctx.needs_grad[-2:], strict=True))
    return dx, dw, db


def _require_shape(who: str, shape: Shape, why: str, **arrays: Array | None) -> None:
    for name, array in arrays.items():
        if array is not None and array.shape != shape:
            raise ShapeError(who, f"{name} {shape}, {why}", f"shape {array.shape}")


def _channels(who: str, input: Array) -> tuple[int, int, int]:
    """Check the input of a norm over maps, and return (N, C, numbers in each map)."""
    if input.ndim < 2 or input.size == 0:
        raise ShapeError(who, "input (N, C, …) with at least one element", f"shape {input.shape}")
    return input.shape[0], input.shape[1], input.size // (input.shape[0] * input.shape[1])


@op
def batch_norm(
    ctx: Context,
    input: Operand,
    running_mean: Operand | None,
    running_var: Operand | None,
    weight: Operand | None = None,
    bias: Operand | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Array:
    """Bring every channel to mean 0 and variance 1 over the batch, then scale and shift it.

    Parameters
    ----------
    input : Tensor (N, C, …)
        Any number of axes after the channels: none, (L,), (H, W), …
    running_mean, running_var : Tensor (C,) or None
        Mean and variance of what was seen in training, without gradient: used when `training` is
        False, changed in place when it is True. None for both to keep none.
    weight, bias : Tensor (C,), optional
        1 and 0 by default.
    training : bool
        Whether to take mean and variance from this batch. The variance that normalises divides by the
        count M of numbers in a channel, the one that goes into `running_var` by M - 1.
    momentum : float
        running = (1 - momentum) * running + momentum * this batch.
    eps : float
        Added to the variance, so that a constant channel is not divided by 0.

    Returns
    -------
    Tensor (N, C, …)
        (input - mean[c]) / sqrt(variance[c] + eps) * weight[c] + bias[c].

    Raises
    ------
    ShapeError
        If shapes do not go together, or a channel to be averaged has one value only.
    DTypeError
        If the dtypes differ or are not floating.
    ParameterError
        If running statistics are missing, or eps is not positive in training.
    GraphError
        If a gradient is wanted for running statistics.

    References
    ----------
    Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal
    covariate shift", 2015, algorithms 1 and 2.

    Examples
    --------
    >>> import engine
    >>> mean, var = engine.tensor([0.0]), engine.tensor([1.0])
    >>> engine.batch_norm(engine.tensor([[1.0], [3.0]]), mean, var, training=True)
    tensor([[-0.999995],
            [ 0.999995]])
    >>> mean, var
    (tensor([0.2]), tensor([1.1]))
    """
    operands = (input, running_mean, running_var, weight, bias)
    return normalise_batch(ctx, "batch_norm", operands, training, momentum, eps, relu=0)


def normalise_batch(
    ctx: Context,
    who: str,
    operands: tuple[Array, Array | None, Array | None, Array | None, Array | None],
    training: bool,
    momentum: float,
    eps: float,
    relu: int,
) -> Array:
    """Compute :func:`batch_norm`, rectified if so wished; save what its vjp needs."""
    mean, variance, from_input = batch_statistics(ctx, who, operands, training, momentum, eps)
    input, _, _, weight, bias = operands
    batch, channels = input.shape[:2]
    layout = (batch, channels, 1, input.size // (batch * channels))
    return _normalise(ctx, input, weight, bias, eps, layout, (mean, variance), from_input, relu)


def batch_statistics(
    ctx: Context,
    who: str,
    operands: tuple[Array, Array | None, Array | None, Array | None, Array | None],
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[Array, Array, bool]:
    """Check what :func:`batch_norm` was given; return mean and variance of each channel.

    Also whether they are those of the input; if so, the running ones have moved.
    """
    input, running_mean, running_var, weight, bias = operands
    require_floating(who, input=input, running_mean=running_mean, running_var=running_var, weight=weight, bias=bias)
    batch, channels, pixels = _channels(who, input)
    vectors = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    _require_shape(who, (channels,), "one for each channel", **vectors)
    require_no_gradient(ctx, who, 1, "running_mean")
    require_no_gradient(ctx, who, 2, "running_var")
    running = None if running_mean is None or running_var is None else (running_mean, running_var)
    if running is None and not (training and running_mean is None and running_var is None):
        got = ", ".join(f"{name} None" for name in ("running_mean", "running_var") if vectors[name] is None)
        raise ParameterError(who, "running_mean and running_var, or, in training, neither", got)
    if running is not None and not training:
        # Copies: what is saved for backward must not change with the next batch.
        dtype = ctx.statistics_dtype(input.dtype)
        return running[0].astype(dtype), running[1].astype(dtype), False
    if not eps > 0:
        raise ParameterError(who, "eps > 0 in training", repr(eps))
    count = batch * pixels
    if count == 1:
        fix = "use a larger batch, or switch the model to eval()"
        raise ShapeError(who, "more than one value for each channel in training", f"shape {input.shape}", fix)
    mean, variance = _moments(ctx, input.reshape(batch, channels, 1, pixels))
    if running is not None:
        # A sample's variance is less than that of what it was drawn from.
        share, factors = np.asarray(momentum, mean.dtype), np.array([1, count / (count - 1)], mean.dtype)
        for i, (memory, seen) in enumerate(zip(running, (mean, variance), strict=True)):
            ctx.kernels.elementwise(memory, formulas.moved_average, memory, seen, share, factors[i : i + 1])
            mark_changed(memory)
    return mean, variance, True


@batch_norm.vjp
def batch_norm_vjp(ctx: Context, dy: Array) -> tuple[Array | None, ...]:
    dx, dw, db = normalise_vjp(ctx, dy)
    return dx, None, None, dw, db


@op
def layer_norm(
    ctx: Context,
    input: Operand,
    normalized_shape: int | Sequence[int],
    weight: Operand | None = None,
    bias: Operand | None = None,
    eps: float = 1e-5,
) -> Array:
    """Bring the last axes of every example to mean 0 and variance 1, then scale and shift each number.

    Parameters
    ----------
    input : Tensor (…, *normalized_shape)
    normalized_shape : int or sequence of int
        Lengths of the last axes, those to be averaged over.
    weight, bias : Tensor, of shape `normalized_shape`, optional
        1 and 0 by default.
    eps : float
        Added to the variance.

    Returns
    -------
    Tensor, of input's shape
        (input - mean) / sqrt(variance + eps) * weight + bias; the same in training and evaluation.

    Raises
    ------
    ShapeError
        If the shapes do not go together, or there is no element.
    DTypeError
        If the dtypes differ or are not floating.
    ParameterError
        If `normalized_shape` is not made of whole numbers.

    References
    ----------
    Ba, Kiros and Hinton, "Layer normalization", 2016.

    Examples
    --------
    >>> import engine
    >>> engine.layer_norm(engine.tensor([[1.0, 2.0, 3.0]]), 3, bias=engine.tensor([0.0, 5.0, 0.0]))
    tensor([[-1.2247357,  5.       ,  1.2247357]])
    """
    require_floating("layer_norm", input=input, weight=weight, bias=bias)
    shape = tuple(normalized_shape) if isinstance(normalized_shape, list | tuple) else (normalized_shape,)
    if not shape or not all(isinstance(n, int) for n in shape):
        got = repr(normalized_shape)
        raise ParameterError("layer_norm", "normalized_shape as a whole number or several", got)
    if input.shape[-len(shape) :] != shape or input.size == 0:
        expected = f"input (…, {', '.join(map(str, shape))}) with at least one element"
        raise ShapeError("layer_norm", expected, f"shape {input.shape}")
    _require_shape("layer_norm", shape, "as normalized_shape says", weight=weight, bias=bias)
    length = int(np.prod(shape))
    return _normalise(ctx, input, weight, bias, eps, (1, input.size // length, length, 1))


layer_norm.vjp(normalise_vjp)


@op
def group_norm(
    ctx: Context,
    input: Operand,
    num_groups: int,
    weight: Operand | None = None,
    bias: Operand | None = None,
    eps: float = 1e-5,
) -> Array:
    """Bring every group of channels of every example to mean 0 and variance 1, then scale and shift.

    Parameters
    ----------
    input : Tensor (N, C, …)
    num_groups : int
        G, which must divide C: 1 normalises each example, C each of its maps.
    weight, bias : Tensor (C,), optional
        1 and 0 by default.
    eps : float
        Added to the variance.

    Returns
    -------
    Tensor (N, C, …)
        (input - mean) / sqrt(variance + eps) * weight[c] + bias[c]; no example depends on another, so
        it is the same in training and evaluation.

    Raises
    ------
    ShapeError
        If the shapes do not go together, or there is only one value in all groups of the one example.
    DTypeError
        If the dtypes differ or are not floating.
    ParameterError
        If `num_groups` does not divide the number of channels.

    References
    ----------
    Wu and He, "Group normalization", 2018.

    Examples
    --------
    >>> import engine
    >>> engine.group_norm(engine.tensor([[1.0, 3.0, 10.0, 10.0]]), 2)
    tensor([[-0.999995,  0.999995,  0.      ,  0.      ]])
    """
    require_floating("group_norm", input=input, weight=weight, bias=bias)
    batch, channels, pixels = _channels("group_norm", input)
    if not isinstance(num_groups, int) or num_groups < 1 or channels % num_groups:
        raise ParameterError("group_norm", f"num_groups that divides the {channels} channels", repr(num_groups))
    _require_shape("group_norm", (channels,), "one for each channel", weight=weight, bias=bias)
    if batch * pixels * channels == num_groups:
        fix = "take fewer groups"
        raise ShapeError("group_norm", "more than one value in a group", f"shape {input.shape}", fix)
    layout = (1, batch * num_groups, channels // num_groups, pixels)
    return _normalise(ctx, input, weight, bias, eps, layout)


group_norm.vjp(normalise_vjp)
