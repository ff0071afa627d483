"""Ops that stand for several others in one pass over memory; engine/nn/fusion.py puts them in their place."""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.errors import ShapeError
from engine.kernels import formulas
from engine.op import Context, Operand, op
from engine.ops.conv import Gradients, checked, convolve, gradients
from engine.ops.matmul import affine, linear_vjp
from engine.ops.norm import batch_statistics, normalise_batch, normalise_vjp
from engine.ops.sliding import Padding, as_batch
from engine.ops.windows import places_dtype, planes, require_maps


@op
def linear_relu(ctx: Context, input: Operand, weight: Operand, bias: Operand | None = None) -> Array:
    """Fully connected layer, rectified: ``relu(linear(input, weight, bias))`` in one pass.

    Parameters
    ----------
    input : Tensor (…, D)
    weight : Tensor (K, D)
    bias : Tensor (K,), optional

    Returns
    -------
    Tensor (…, K)

    Raises
    ------
    ShapeError, DTypeError
        As :func:`engine.linear`.

    Examples
    --------
    >>> import engine
    >>> engine.linear_relu(engine.tensor([[3.0, 4.0]]), engine.tensor([[1.0, 0.0], [1.0, -1.0]]))
    tensor([[3., 0.]])
    """
    out = affine(ctx, "linear_relu", input, weight, bias, relu=1)
    ctx.save(*ctx.saved, out)
    return out


@linear_relu.vjp
def linear_relu_vjp(ctx: Context, dy: Array) -> Sequence[Array | None]:
    return linear_vjp(ctx, _through_relu(ctx, dy, ctx.saved[-1]))


@op
def conv2d_relu(
    ctx: Context,
    input: Operand,
    weight: Operand,
    bias: Operand | None = None,
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Array:
    """Convolution, rectified: ``relu(conv2d(input, …))`` in one pass.

    Parameters
    ----------
    input : Tensor (N, C, H, W) or (C, H, W)
    weight : Tensor (K, C / groups, FH, FW)
    bias : Tensor (K,), optional
    stride, dilation : int or (int, int)
    padding : int or (int, int) or {"same", "valid"}
    groups : int
        Settings as those of :func:`engine.conv2d`.

    Returns
    -------
    Tensor (N, K, OH, OW) or (K, OH, OW)

    Raises
    ------
    ShapeError, DTypeError, ParameterError
        As :func:`engine.conv2d`.

    Examples
    --------
    >>> import engine
    >>> image = engine.tensor([[[[1.0, 2.0, 1.0]]]])
    >>> engine.conv2d_relu(image, engine.tensor([[[[1.0, -1.0]]]]))
    tensor([[[[0., 1.]]]])
    """
    out = convolve(ctx, "conv2d_relu", input, weight, bias, (stride, padding, dilation, groups), relu=1)
    ctx.save(*ctx.saved, out)
    return out


@conv2d_relu.vjp
def conv2d_relu_vjp(ctx: Context, dy: Array) -> Gradients:
    input, weight, numbers, out = ctx.saved
    return gradients(ctx, _through_relu(ctx, dy, out), input, weight, numbers)


def _through_relu(ctx: Context, dy: Array, out: Array) -> Array:
    """Return the gradient of what was rectified into `out`."""
    slope = ctx.empty(dy.shape, dy.dtype)
    ctx.kernels.elementwise(slope, formulas.relu_dx, dy, out)
    return slope


@op
def conv2d_relu_max_pool2d(
    ctx: Context,
    input: Operand,
    weight: Operand,
    bias: Operand | None = None,
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Array:
    """Convolve, rectify and pool: ``max_pool2d(relu(conv2d(input, …)), 2)``; the maps between are never written.

    Parameters
    ----------
    input : Tensor (N, C, H, W) or (C, H, W)
    weight : Tensor (K, C / groups, FH, FW)
    bias : Tensor (K,), optional
    stride, dilation : int or (int, int)
    padding : int or (int, int) or {"same", "valid"}
    groups : int
        Settings as those of :func:`engine.conv2d`.

    Returns
    -------
    Tensor (N, K, OH // 2, OW // 2) or (K, OH // 2, OW // 2)
        With OH and OW of :func:`engine.conv2d`.

    Raises
    ------
    ShapeError, DTypeError, ParameterError
        As :func:`engine.conv2d`; also if its maps are smaller than 2x2.

    Examples
    --------
    >>> import engine
    >>> image = engine.tensor([[[[1.0, 2.0, 1.0], [1.0, 5.0, 1.0]]]])
    >>> engine.conv2d_relu_max_pool2d(image, engine.tensor([[[[1.0, -1.0]]]]))
    tensor([[[[4.]]]])
    """
    who = "conv2d_relu_max_pool2d"
    shape, b, numbers = checked(who, input, weight, bias, (stride, padding, dilation, groups))
    _require_pairs(who, shape)
    size = shape[-2:]
    pooled = (*shape[:-2], size[0] // 2, size[1] // 2)
    out, index = ctx.empty(pooled, input.dtype), ctx.empty(pooled, places_dtype(size))
    images = as_batch(input)
    ctx.kernels.conv2d_relu_max_pool2d(as_batch(out), as_batch(index), images, weight, b, *size, *numbers)
    ctx.save(input, weight, index, shape, numbers)
    return out


@conv2d_relu_max_pool2d.vjp
def conv2d_relu_max_pool2d_vjp(ctx: Context, dy: Array) -> Gradients:
    input, weight, index, shape, numbers = ctx.saved
    dx = dw = db = None
    if ctx.needs_grad[0]:
        slope = ctx.empty(shape, dy.dtype)
        ctx.kernels.relu_max_pool2d_backward(planes(slope), planes(dy), planes(index))
        dx = ctx.empty(input.shape, input.dtype)
        ctx.kernels.conv2d_backward_x(as_batch(dx), as_batch(slope), weight, *numbers)
    upstream, winners = as_batch(dy), as_batch(index)
    if ctx.needs_grad[1]:
        dw = ctx.empty(weight.shape, weight.dtype)
        images = as_batch(input)
        ctx.kernels.conv2d_relu_max_pool2d_backward_w(dw, upstream, winners, images, *shape[-2:], *numbers)
    if ctx.needs_grad[2]:
        db = ctx.empty((weight.shape[0],), weight.dtype)
        ctx.kernels.conv2d_relu_max_pool2d_backward_b(db, upstream, winners)
    return dx, dw, db


def _require_pairs(who: str, shape: Sequence[int]) -> None:
    height, width = shape[-2:]
    if height < 2 or width < 2:
        raise ShapeError(who, "maps of at least 2x2 pixels", f"{height}x{width}")


def _pool(ctx: Context, input: Array, centre: Array, scale: Array, shift: Array) -> tuple[Array, Array]:
    """Return the largest of each 2x2 window, rectified, and where it was."""
    height, width = input.shape[-2:]
    shape = (*input.shape[:-2], height // 2, width // 2)
    out, index = ctx.empty(shape, input.dtype), ctx.empty(shape, places_dtype((height, width)))
    ctx.kernels.relu_max_pool2d(planes(out), planes(index), planes(input), centre, scale, shift)
    return out, index


@op
def relu_max_pool2d(ctx: Context, input: Operand) -> Array:
    """Rectify, and keep the largest value of each 2x2 window: ``max_pool2d(relu(input), 2)`` in one pass.

    Parameters
    ----------
    input : Tensor (N, C, H, W) or (C, H, W)

    Returns
    -------
    Tensor (N, C, H // 2, W // 2) or (C, H // 2, W // 2)

    Raises
    ------
    ShapeError
        If `input` does not have these axes, or a map is smaller than 2x2.
    DTypeError
        If the elements are not floating.

    Examples
    --------
    >>> import engine
    >>> engine.relu_max_pool2d(engine.tensor([[[1.0, 5.0, -2.0, -1.0], [3.0, 4.0, -1.0, -7.0]]]))
    tensor([[[5., 0.]]])
    """
    require_maps("relu_max_pool2d", input)
    _require_pairs("relu_max_pool2d", input.shape)
    zero, one = np.zeros(1, input.dtype), np.ones(1, input.dtype)
    out, index = _pool(ctx, input, zero, one, zero)
    ctx.save(input.shape, index)
    return out


@relu_max_pool2d.vjp
def relu_max_pool2d_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    shape, index = ctx.saved
    dx = ctx.empty(shape, dy.dtype)
    ctx.kernels.relu_max_pool2d_backward(planes(dx), planes(dy), planes(index))
    return (dx,)


@op
def batch_norm_relu(
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
    """Normalise over a batch, and rectify: ``relu(batch_norm(input, …))`` in one pass.

    Parameters
    ----------
    input : Tensor (N, C, …)
    running_mean, running_var : Tensor (C,) or None
    weight, bias : Tensor (C,), optional
    training : bool
    momentum, eps : float
        All as for :func:`engine.batch_norm`.

    Returns
    -------
    Tensor (N, C, …)

    Raises
    ------
    ShapeError, DTypeError, ParameterError, GraphError
        As :func:`engine.batch_norm`.

    Examples
    --------
    >>> import engine
    >>> engine.batch_norm_relu(engine.tensor([[1.0], [3.0]]), None, None, training=True)
    tensor([[0.      ],
            [0.999995]])
    """
    operands = (input, running_mean, running_var, weight, bias)
    out = normalise_batch(ctx, "batch_norm_relu", operands, training, momentum, eps, relu=1)
    ctx.save(*ctx.saved, out)
    return out


@batch_norm_relu.vjp
def batch_norm_relu_vjp(ctx: Context, dy: Array) -> tuple[Array | None, ...]:
    dx, dw, db = normalise_vjp(ctx, _through_relu(ctx, dy, ctx.saved[-1]))
    return dx, None, None, dw, db


@op
def batch_norm_relu_max_pool2d(
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
    """Normalise, rectify and pool: ``max_pool2d(relu(batch_norm(input, …)), 2)`` in one pass each way.

    Parameters
    ----------
    input : Tensor (N, C, H, W)
    running_mean, running_var : Tensor (C,) or None
    weight, bias : Tensor (C,), optional
    training : bool
    momentum, eps : float
        All as for :func:`engine.batch_norm`.

    Returns
    -------
    Tensor (N, C, H // 2, W // 2)

    Raises
    ------
    ShapeError, DTypeError, ParameterError, GraphError
        As :func:`engine.batch_norm`; also if `input` has other axes, or maps smaller than 2x2.

    Examples
    --------
    >>> import engine
    >>> maps = engine.tensor([[[[1.0, 3.0], [3.0, 1.0]]]])
    >>> engine.batch_norm_relu_max_pool2d(maps, None, None, training=True)
    tensor([[[[0.999995]]]])
    """
    who = "batch_norm_relu_max_pool2d"
    if input.ndim != 4:
        raise ShapeError(who, "input (N, C, H, W)", f"shape {input.shape}")
    require_maps(who, input)
    _require_pairs(who, input.shape)  # before the running statistics move
    operands = (input, running_mean, running_var, weight, bias)
    mean, variance, from_input = batch_statistics(ctx, who, operands, training, momentum, eps)
    channels = input.shape[1]
    scale = np.ones(channels, input.dtype) if weight is None else weight
    shift = np.zeros(channels, input.dtype) if bias is None else bias
    factor = ctx.empty((channels,), input.dtype)
    ctx.kernels.elementwise(factor, formulas.over_deviation, scale, variance, np.asarray(eps, variance.dtype))
    out, index = _pool(ctx, input, mean.astype(input.dtype), factor, shift)
    ctx.save(input, index, mean, variance, scale, float(eps), int(from_input))
    return out


@batch_norm_relu_max_pool2d.vjp
def batch_norm_relu_max_pool2d_vjp(ctx: Context, dy: Array) -> tuple[Array | None, ...]:
    input, index, mean, variance, scale, eps, from_input = ctx.saved
    dx, dw, db = (ctx.empty(array.shape, array.dtype) for array in (input, scale, scale))
    ctx.kernels.normalise_relu_max_pool2d_backward(dx, dw, db, dy, index, input, mean, variance, scale, eps, from_input)
    gradients = zip((dx, None, None, dw, db), ctx.needs_grad, strict=True)
    return tuple(gradient if needed else None for gradient, needed in gradients)
