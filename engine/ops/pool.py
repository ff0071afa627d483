"""Pooling: one number for each window of a map."""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.errors import ShapeError
from engine.op import Context, Operand, op
from engine.ops.checks import pair, require_axes, require_floating


def _windows(
    who: str, input: Array, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None
) -> tuple[tuple[int, ...], tuple[int, int, int, int]]:
    """Check, and return the output's shape and (kernel_h, kernel_w, stride_h, stride_w)."""
    require_floating(who, input=input)
    require_axes(who, "input", input, "N, C, H, W")
    kernel = pair(who, "kernel_size", kernel_size, 1)
    step = kernel if stride is None else pair(who, "stride", stride, 1)
    batch, channels, height, width = input.shape
    if kernel[0] > height or kernel[1] > width:
        got = f"kernel_size {kernel} on maps of {height}x{width}"
        raise ShapeError(who, "a window no larger than the map", got)
    out_h, out_w = (height - kernel[0]) // step[0] + 1, (width - kernel[1]) // step[1] + 1
    return (batch, channels, out_h, out_w), (*kernel, *step)


@op
def max_pool2d(
    ctx: Context,
    input: Operand,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
) -> Array:
    """Keep the largest value of each window.

    Parameters
    ----------
    input : Tensor (N, C, H, W)
    kernel_size : int or (int, int)
        Height and width of a window.
    stride : int or (int, int), optional
        Step between windows; `kernel_size` by default. Pixels that no whole window covers are dropped.

    Returns
    -------
    Tensor (N, C, OH, OW)
        OH = floor((H - kernel_size) / stride) + 1, OW likewise. The gradient goes to the first of the
        largest values in reading order.

    Raises
    ------
    ShapeError
        If `input` does not have four axes, or a window is larger than the map.
    DTypeError
        If the elements are not floating.
    ParameterError
        If kernel_size < 1 or stride < 1.

    Examples
    --------
    >>> import engine
    >>> engine.max_pool2d(engine.tensor([[[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 1.0, 7.0]]]]), 2)
    tensor([[[[5., 7.]]]])
    """
    shape, windows = _windows("max_pool2d", input, kernel_size, stride)
    out, index = ctx.empty(shape, input.dtype), ctx.empty(shape, np.dtype(np.int32))
    ctx.kernels.max_pool2d(out, index, input, *windows)
    ctx.save(input.shape, index)
    return out


@max_pool2d.vjp
def max_pool2d_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    shape, index = ctx.saved
    dx = ctx.empty(shape, dy.dtype)
    ctx.kernels.max_pool2d_backward(dx, dy, index)
    return (dx,)


@op
def avg_pool2d(
    ctx: Context,
    input: Operand,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
) -> Array:
    """Take the mean of each window.

    Parameters
    ----------
    input : Tensor (N, C, H, W)
    kernel_size : int or (int, int)
        Height and width of a window.
    stride : int or (int, int), optional
        Step between windows; `kernel_size` by default. Pixels that no whole window covers are dropped.

    Returns
    -------
    Tensor (N, C, OH, OW)
        OH = floor((H - kernel_size) / stride) + 1, OW likewise.

    Raises
    ------
    ShapeError
        If `input` does not have four axes, or a window is larger than the map.
    DTypeError
        If the elements are not floating.
    ParameterError
        If kernel_size < 1 or stride < 1.

    Examples
    --------
    >>> import engine
    >>> engine.avg_pool2d(engine.tensor([[[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 1.0, 7.0]]]]), 2)
    tensor([[[[3.25, 2.5 ]]]])
    """
    shape, windows = _windows("avg_pool2d", input, kernel_size, stride)
    out = ctx.empty(shape, input.dtype)
    ctx.kernels.avg_pool2d(out, input, *windows)
    ctx.save(input.shape, windows)
    return out


@avg_pool2d.vjp
def avg_pool2d_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    shape, windows = ctx.saved
    dx = ctx.empty(shape, dy.dtype)
    ctx.kernels.avg_pool2d_backward(dx, dy, *windows)
    return (dx,)
