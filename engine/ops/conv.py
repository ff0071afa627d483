"""Convolution."""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.errors import ShapeError
from engine.op import Context, Operand, op
from engine.ops.checks import pair, require_axes, require_floating


@op
def conv2d(
    ctx: Context,
    input: Operand,
    weight: Operand,
    bias: Operand | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
) -> Array:
    """Slide filters over images; at each position, sum the products.

    As in every deep learning library this is a cross-correlation: the filter is not flipped.

    Parameters
    ----------
    input : Tensor (N, C, H, W)
    weight : Tensor (K, C, FH, FW)
        K filters, each as deep as the image.
    bias : Tensor (K,), optional
    stride : int or (int, int)
        Step between positions, vertically and horizontally.
    padding : int or (int, int)
        Zeros added on each side, above and below, left and right.

    Returns
    -------
    Tensor (N, K, OH, OW)
        OH = floor((H + 2 padding - FH) / stride) + 1, OW likewise:
        out[n, k, i, j] = bias[k] + sum over c, p, q of
        input[n, c, stride i + p - padding, stride j + q - padding] * weight[k, c, p, q].

    Raises
    ------
    ShapeError
        If the shapes do not go together, or the filter is larger than the padded image.
    DTypeError
        If the dtypes differ or are not floating.
    ParameterError
        If stride < 1 or padding < 0.

    References
    ----------
    Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, relationship 6.

    Examples
    --------
    >>> import engine
    >>> image = engine.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    >>> engine.conv2d(image, engine.tensor([[[[1.0, -1.0]]]]))
    tensor([[[[-1., -1.],
              [-1., -1.]]]])
    """
    require_floating("conv2d", input=input, weight=weight, bias=bias)
    require_axes("conv2d", "input", input, "N, C, H, W")
    require_axes("conv2d", "weight", weight, "K, C, FH, FW")
    strides, pads = pair("conv2d", "stride", stride, 1), pair("conv2d", "padding", padding, 0)
    batch, channels, height, width = input.shape
    filters, depth, filter_h, filter_w = weight.shape
    if depth != channels:
        got = f"input {input.shape} and weight {weight.shape}"
        raise ShapeError("conv2d", "as many channels in weight (K, C, FH, FW) as in input (N, C, H, W)", got)
    if bias is not None and bias.shape != (filters,):
        raise ShapeError("conv2d", f"bias ({filters},), one for each filter", f"shape {bias.shape}")
    out_h = (height + 2 * pads[0] - filter_h) // strides[0] + 1
    out_w = (width + 2 * pads[1] - filter_w) // strides[1] + 1
    if out_h < 1 or out_w < 1:
        got = f"filter {filter_h}x{filter_w}, image {height}x{width}, padding {pads}"
        raise ShapeError("conv2d", "a filter no larger than the padded image", got, "pad more")
    out = ctx.empty((batch, filters, out_h, out_w), input.dtype)
    ctx.kernels.conv2d(out, input, weight, np.zeros(filters, input.dtype) if bias is None else bias, *strides, *pads)
    ctx.save(input, weight, strides, pads)
    return out


@conv2d.vjp
def conv2d_vjp(ctx: Context, dy: Array) -> tuple[Array | None, Array | None, Array | None]:
    input, weight, strides, pads = ctx.saved
    dx = dw = db = None
    if ctx.needs_grad[0]:
        dx = ctx.empty(input.shape, input.dtype)
        ctx.kernels.conv2d_backward_x(dx, dy, weight, *strides, *pads)
    if ctx.needs_grad[1]:
        dw = ctx.empty(weight.shape, weight.dtype)
        ctx.kernels.conv2d_backward_w(dw, dy, input, *strides, *pads)
    if ctx.needs_grad[2]:
        db = ctx.empty((weight.shape[0],), weight.dtype)
        ctx.kernels.conv2d_backward_b(db, dy)
    return dx, dw, db
