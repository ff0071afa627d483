"""Pooling: one number for each window of a map."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.errors import ParameterError, ShapeError
from engine.op import Context, Operand, op
from engine.ops.checks import pair, remembered, require_floating
from engine.ops.windows import areas, places_dtype, planes, require_maps, sliding_windows, without_padding


@op
def max_pool2d(
    ctx: Context,
    input: Operand,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Array | tuple[Array, Array]:
    """Keep the largest value of each window.

    Parameters
    ----------
    input : Tensor (N, C, H, W) or (C, H, W)
    kernel_size : int or (int, int)
        FH and FW, height and width of a window.
    stride : int or (int, int), optional
        Step between windows; `kernel_size` by default.
    padding : int or (int, int)
        Pixels of minus infinity added on each side, at most half of `kernel_size`.
    dilation : int or (int, int)
        Step between the pixels of a window; 1 for neighbours.
    ceil_mode : bool
        Round up the number of windows, so that no pixel at the end is dropped: the last window may reach
        past the padding, but begins on the map or on the padding before it.
    return_indices : bool
        Return also where the largest values were.

    Returns
    -------
    Tensor (N, C, OH, OW) or (C, OH, OW)
        OH = floor((H + 2 padding - dilation (FH - 1) - 1) / stride) + 1, OW likewise. The gradient goes
        to the first of the largest values in reading order. NaN counts as larger than any number.
    Tensor of the same shape, int64
        If `return_indices`: the position h * W + w of the largest value in its map. It is -1 for a window
        that holds no pixel, which padding and dilation together can bring about; its value is minus
        infinity.

    Raises
    ------
    ShapeError
        If `input` does not have these axes, or a window is larger than the padded map.
    DTypeError
        If the elements are not floating.
    ParameterError
        If a setting is too small, or the padding too large.

    Examples
    --------
    >>> import engine
    >>> engine.max_pool2d(engine.tensor([[[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 1.0, 7.0]]]]), 2)
    tensor([[[[5., 7.]]]])
    """
    require_maps("max_pool2d", input)
    windows = _windows_of_maxima(input.shape[-2:], kernel_size, stride, padding, dilation, ceil_mode)
    out, index = max_of_windows(ctx, input, *windows)
    return (out, index.reshape(out.shape).astype(np.int64)) if return_indices else out


@remembered
def _windows_of_maxima(
    size: tuple[int, int], kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: Any
) -> tuple[Array, Array, int, int]:
    """Return the windows' rows and columns, those on the image, and the distances of pixels in a window."""
    rows, columns = sliding_windows("max_pool2d", size, kernel_size, stride, padding, dilation, ceil_mode)
    gap_h, gap_w = pair("max_pool2d", "dilation", dilation, 1)
    return without_padding(rows, size[0], gap_h), without_padding(columns, size[1], gap_w), gap_h, gap_w


def max_of_windows(
    ctx: Context, input: Array, rows: Array, columns: Array, dilation_h: int = 1, dilation_w: int = 1
) -> tuple[Array, Array]:
    """Return the largest value of each window, and where it was, for planes; save what :func:`max_pool2d_vjp` needs."""
    x = planes(input)
    shape = (len(x), len(rows), len(columns))
    out, index = ctx.empty(shape, input.dtype), ctx.empty(shape, places_dtype(x.shape[1:]))
    ctx.kernels.max_pool2d(out, index, x, rows, columns, dilation_h, dilation_w)
    ctx.save(input.shape, index, rows, columns)
    return out.reshape(*input.shape[:-2], *shape[1:]), index


@max_pool2d.vjp
def max_pool2d_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    shape, index, rows, columns = ctx.saved
    dx = ctx.empty(shape, dy.dtype)
    ctx.kernels.max_pool2d_backward(planes(dx), planes(dy), index, rows, columns)
    return (dx,)


@op
def avg_pool2d(
    ctx: Context,
    input: Operand,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """Take the mean of each window.

    Parameters
    ----------
    input : Tensor (N, C, H, W) or (C, H, W)
    kernel_size : int or (int, int)
        FH and FW, height and width of a window.
    stride : int or (int, int), optional
        Step between windows; `kernel_size` by default.
    padding : int or (int, int)
        Zeros added on each side, at most half of `kernel_size`.
    ceil_mode : bool
        Round up the number of windows, so that no pixel at the end is dropped: the last window may reach
        past the padding, but begins on the map or on the padding before it.
    count_include_pad : bool
        Whether the mean counts the zeros of the padding. What lies past the padding never counts.
    divisor_override : int, optional
        Divide each sum by this instead; 1 for the sum itself.

    Returns
    -------
    Tensor (N, C, OH, OW) or (C, OH, OW)
        OH = floor((H + 2 padding - FH) / stride) + 1, OW likewise.

    Raises
    ------
    ShapeError
        If `input` does not have these axes, or a window is larger than the padded map.
    DTypeError
        If the elements are not floating.
    ParameterError
        If a setting is too small, the padding too large, or the divisor 0.

    Examples
    --------
    >>> import engine
    >>> engine.avg_pool2d(engine.tensor([[[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 1.0, 7.0]]]]), 2)
    tensor([[[[3.25, 2.5 ]]]])
    """
    require_maps("avg_pool2d", input)
    height, width = input.shape[-2:]
    rows, columns = sliding_windows("avg_pool2d", (height, width), kernel_size, stride, padding, 1, ceil_mode)
    pad_h, pad_w = pair("avg_pool2d", "padding", padding, 0)
    inside = without_padding(rows, height), without_padding(columns, width)
    if divisor_override is not None:
        if not isinstance(divisor_override, int) or divisor_override == 0:
            raise ParameterError("avg_pool2d", "divisor_override as a whole number, not 0", repr(divisor_override))
        divisors = np.full((len(rows), len(columns)), divisor_override)
    elif count_include_pad:
        divisors = areas(np.minimum(rows, height + pad_h), np.minimum(columns, width + pad_w))
    else:
        divisors = areas(*inside)
    return mean_of_windows(ctx, input, *inside, divisors)


def mean_of_windows(ctx: Context, input: Array, rows: Array, columns: Array, divisors: Array) -> Array:
    """Return the sum of each window over its divisor; save what :func:`avg_pool2d_vjp` needs."""
    out = ctx.empty((*input.shape[:-2], len(rows), len(columns)), input.dtype)
    ctx.kernels.avg_pool2d(planes(out), planes(input), rows, columns, divisors)
    ctx.save(input.shape, rows, columns, divisors)
    return out


@avg_pool2d.vjp
def avg_pool2d_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    shape, rows, columns, divisors = ctx.saved
    dx = ctx.empty(shape, dy.dtype)
    ctx.kernels.avg_pool2d_backward(planes(dx), planes(dy), rows, columns, divisors)
    return (dx,)


@op
def subsample2d(
    ctx: Context,
    input: Operand,
    weight: Operand,
    bias: Operand,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
) -> Array:
    """Add up each window, times a coefficient and plus a bias that each channel learns.

    This is how LeNet-5 made its maps smaller, where networks today pool.

    Parameters
    ----------
    input : Tensor (N, C, H, W) or (C, H, W)
    weight : Tensor (C,)
        The coefficient of each channel.
    bias : Tensor (C,)
    kernel_size : int or (int, int)
        FH and FW, height and width of a window.
    stride : int or (int, int), optional
        Step between windows; `kernel_size` by default.

    Returns
    -------
    Tensor (N, C, OH, OW) or (C, OH, OW)
        out[n, c, i, j] = weight[c] * (sum over window (i, j) of input[n, c]) + bias[c], with
        OH = floor((H - FH) / stride) + 1, OW likewise.

    Raises
    ------
    ShapeError
        If `weight` or `bias` does not have one number for each channel, or as for avg_pool2d.
    DTypeError
        If the dtypes differ or are not floating.
    ParameterError
        If a setting is too small.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998,
    section II.B, layer S2.

    Examples
    --------
    >>> import engine
    >>> import engine.nn.functional as F
    >>> image = engine.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> F.subsample2d(image, engine.tensor([0.5]), engine.tensor([1.0]), 2)
    tensor([[[[6.]]]])
    """
    require_maps("subsample2d", input)
    rows, columns = sliding_windows("subsample2d", input.shape[-2:], kernel_size, stride, 0, 1, False)
    require_floating("subsample2d", input=input, weight=weight, bias=bias)
    channels = (input.shape[-3],)
    if weight.shape != channels or bias.shape != channels:
        got = f"weight {weight.shape}, bias {bias.shape}"
        raise ShapeError("subsample2d", f"weight and bias {channels}, a number for each channel", got)
    shape = (*input.shape[:-2], len(rows), len(columns))
    out = ctx.empty(shape, input.dtype)
    sums = ctx.empty(shape if True in ctx.needs_grad else (0, *shape[-2:]), input.dtype)
    ctx.kernels.subsample2d(planes(out), planes(sums), planes(input), rows, columns, weight, bias)
    ctx.save(input.shape, sums, rows, columns, weight)
    return out


@subsample2d.vjp
def subsample2d_vjp(ctx: Context, dy: Array) -> tuple[Array | None, ...]:
    shape, sums, rows, columns, weight = ctx.saved
    dx, dw, db = (ctx.empty(size, dy.dtype) for size in (shape, weight.shape, weight.shape))
    ctx.kernels.subsample2d_backward(planes(dx), dw, db, planes(dy), planes(sums), rows, columns, weight)
    gradients = zip((dx, dw, db), ctx.needs_grad, strict=True)
    return tuple(gradient if needed else None for gradient, needed in gradients)
