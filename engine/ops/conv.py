"""Convolution, and the transposed convolution that undoes its change of size."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from engine.arrays import Array
from engine.errors import ParameterError, ShapeError
from engine.kernels import formulas
from engine.op import Context, Operand, op
from engine.ops.checks import pair, remembered, require_axes, require_floating, require_images
from engine.ops.sliding import Padding, as_batch, slide

# Of input, weight and bias.
Gradients: TypeAlias = tuple[Array | None, Array | None, Array | None]


def _require_filters(who: str, weight: tuple[int, ...], axes: str, groups: int) -> None:
    require_axes(who, "weight", weight, axes)
    if 0 in weight:
        raise ShapeError(who, "at least one filter with at least one weight", f"weight {weight}")
    if not isinstance(groups, int) or isinstance(groups, bool) or groups < 1:
        raise ParameterError(who, "groups as a whole number >= 1", repr(groups))
    if weight[0] % groups:
        got = f"weight {weight} and groups {groups}"
        raise ShapeError(who, f"weight ({axes}) whose first axis the groups can share equally", got)


def _require_bias(who: str, bias: Array | None, maps: int) -> None:
    if bias is not None and bias.shape != (maps,):
        raise ShapeError(who, f"bias ({maps},), one for each output map", f"shape {bias.shape}")


@op
def conv2d(
    ctx: Context,
    input: Operand,
    weight: Operand,
    bias: Operand | None = None,
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Array:
    """Slide filters over images; at each position, sum the products.

    As in every deep learning library this is a cross-correlation: the filter is not flipped.

    Parameters
    ----------
    input : Tensor (N, C, H, W) or (C, H, W)
    weight : Tensor (K, C / groups, FH, FW)
        K filters, each as deep as the image, or as its group's share of it.
    bias : Tensor (K,), optional
    stride : int or (int, int)
        Step between positions, vertically and horizontally.
    padding : int or (int, int) or {"same", "valid"}
        Zeros added on each side, above and below, left and right. "valid" adds none; "same", for stride 1,
        as many as give an output of the image's size. If that is an odd number, one more goes below and to
        the right.
    dilation : int or (int, int)
        Distance between pixels that neighbouring weights meet; above 1, the filter has holes.
    groups : int
        Channels and filters are cut into as many equal parts; a filter sees the channels of its own part.
        With groups = C each filter sees one channel: the depthwise convolution.

    Returns
    -------
    Tensor (N, K, OH, OW) or (K, OH, OW)
        OH = floor((H + 2 padding - dilation (FH - 1) - 1) / stride) + 1, OW likewise. With groups = 1,
        out[n, k, i, j] = bias[k] + sum over c, p, q of weight[k, c, p, q] *
        input[n, c, stride i + dilation p - padding, stride j + dilation q - padding].

    Raises
    ------
    ShapeError
        If the shapes do not go together, or the filter is larger than the padded image.
    DTypeError
        If the dtypes differ or are not floating.
    ParameterError
        If stride, dilation or groups < 1, padding < 0, or padding is "same" with another stride than 1.

    References
    ----------
    Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, relationships 6 and 15.

    Examples
    --------
    >>> import engine
    >>> image = engine.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    >>> engine.conv2d(image, engine.tensor([[[[1.0, -1.0]]]]))
    tensor([[[[-1., -1.],
              [-1., -1.]]]])
    >>> engine.conv2d(image, engine.tensor([[[[1.0, -1.0]]]]), padding="same")
    tensor([[[[-1., -1.,  3.],
              [-1., -1.,  6.]]]])
    """
    return convolve(ctx, "conv2d", input, weight, bias, (stride, padding, dilation, groups), relu=0)


def convolve(
    ctx: Context, who: str, input: Array, weight: Array, bias: Array | None, settings: Any, relu: int
) -> Array:
    """Compute :func:`conv2d`, rectified if so wished; save what its vjp needs.

    The settings are stride, padding, dilation and groups.
    """
    shape, b, numbers = checked(who, input, weight, bias, settings)
    out = ctx.empty(shape, input.dtype)
    ctx.kernels.conv2d(as_batch(out), as_batch(input), weight, b, *numbers, relu)
    ctx.save(input, weight, numbers)
    return out


def checked(
    who: str, input: Array, weight: Array, bias: Array | None, settings: Any
) -> tuple[tuple[int, ...], Array, tuple[int, ...]]:
    """Check the operands of a convolution; return its result's shape, its bias, and the numbers its kernels want."""
    require_floating(who, input=input, weight=weight, bias=bias)
    shape, numbers = _result(who, input.shape, weight.shape, *settings)
    _require_bias(who, bias, weight.shape[0])
    return shape, np.zeros(weight.shape[0], input.dtype) if bias is None else bias, numbers


@remembered
def _result(
    who: str, input: tuple[int, ...], weight: tuple[int, ...], stride: Any, padding: Any, dilation: Any, groups: Any
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the shape of a convolution's result, and the numbers its kernels want."""
    require_images(who, input)
    _require_filters(who, weight, "K, C / groups, FH, FW", groups)
    channels, *size = input[-3:]
    if weight[1] * groups != channels:
        got = f"input {input}, weight {weight}, groups {groups}"
        raise ShapeError(who, "as many channels in weight (K, C / groups, FH, FW) as in input (N, C, H, W)", got)
    counts, numbers = slide(who, size, weight[2:], stride, padding, dilation)
    return (*input[:-3], weight[0], *counts), (*numbers, groups)


@conv2d.vjp
def conv2d_vjp(ctx: Context, dy: Array) -> Gradients:
    return gradients(ctx, dy, *ctx.saved)


def gradients(ctx: Context, dy: Array, input: Array, weight: Array, numbers: tuple[int, ...]) -> Gradients:
    """Return dx, dw and db of a convolution, those that are needed."""
    dx = dw = db = None
    if ctx.needs_grad[0]:
        dx = ctx.empty(input.shape, input.dtype)
        ctx.kernels.conv2d_backward_x(as_batch(dx), as_batch(dy), weight, *numbers)
    if ctx.needs_grad[1]:
        dw = ctx.empty(weight.shape, weight.dtype)
        ctx.kernels.conv2d_backward_w(dw, as_batch(dy), as_batch(input), *numbers)
    if ctx.needs_grad[2]:
        db = ctx.empty((weight.shape[0],), weight.dtype)
        ctx.kernels.conv2d_backward_b(db, as_batch(dy))
    return dx, dw, db


@op
def conv_transpose2d(
    ctx: Context,
    input: Operand,
    weight: Operand,
    bias: Operand | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Array:
    """Stamp filters onto a larger image, each times one input pixel; where stamps overlap, they add up.

    Parameters
    ----------
    input : Tensor (N, C, H, W) or (C, H, W)
    weight : Tensor (C, K / groups, FH, FW)
        For each input channel, the stamp it leaves in each output map (of its group).
    bias : Tensor (K,), optional
    stride : int or (int, int)
        Distance between the stamps of neighbouring pixels.
    padding : int or (int, int)
        Rows and columns cut off on each side of the result.
    output_padding : int or (int, int)
        Rows added below and columns added to the right of the result; less than stride or dilation.
    groups : int
        Input channels and output maps are cut into as many equal parts; each part sees only its own.
    dilation : int or (int, int)
        Distance between neighbouring weights of a stamp.

    Returns
    -------
    Tensor (N, K, OH, OW) or (K, OH, OW)
        OH = (H - 1) stride - 2 padding + dilation (FH - 1) + output_padding + 1, OW likewise.

    Raises
    ------
    ShapeError
        If the shapes do not go together, or nothing is left of the result.
    DTypeError
        If the dtypes differ or are not floating.
    ParameterError
        If stride, dilation or groups < 1, padding < 0, or output_padding is out of its range.

    Notes
    -----
    A convolution is linear in its image: written out, every output is a row of a matrix, times the pixels.
    This op multiplies by that matrix transposed. So does a convolution's backward pass: it stamps each
    output's gradient back onto the pixels that made it. Hence no kernel of its own. Take the convolution
    with this weight, stride, padding and dilation, whose *output* has the shape of `input` here, and read
    it the other way round:

    - forward is that convolution's gradient with respect to its image;
    - the gradient with respect to `input` is that convolution itself, applied to dy;
    - the gradient with respect to `weight` is the convolution's, image and output gradient exchanged.

    With stride 2, images of 5 and of 6 rows become outputs of equal height under a 3x3 filter.
    `output_padding` chooses which of them to go back to.

    References
    ----------
    Zeiler et al., "Deconvolutional networks", 2010; Dumoulin and Visin, "A guide to convolution arithmetic
    for deep learning", 2016, chapter 4.

    Examples
    --------
    >>> import engine
    >>> pixels, stamp = engine.tensor([[[[1.0, 10.0]]]]), engine.tensor([[[[1.0, 2.0, 3.0]]]])
    >>> engine.conv_transpose2d(pixels, stamp, stride=2)
    tensor([[[[ 1.,  2., 13., 20., 30.]]]])
    """
    who = "conv_transpose2d"
    require_floating(who, input=input, weight=weight, bias=bias)
    require_images(who, input.shape)
    _require_filters(who, weight.shape, "C, K / groups, FH, FW", groups)
    maps = weight.shape[1] * groups
    _require_bias(who, bias, maps)
    channels, *size = input.shape[-3:]
    if weight.shape[0] != channels:
        got = f"input {input.shape} and weight {weight.shape}"
        raise ShapeError(who, "as many channels in weight (C, K / groups, FH, FW) as in input (N, C, H, W)", got)
    steps, pads = pair(who, "stride", stride, 1), pair(who, "padding", padding, 0)
    gaps, extra = pair(who, "dilation", dilation, 1), pair(who, "output_padding", output_padding, 0)
    if any(e >= max(s, d) for e, s, d in zip(extra, steps, gaps, strict=True)):
        got = f"output_padding {extra}, stride {steps}, dilation {gaps}"
        raise ParameterError(who, "output_padding less than stride or dilation", got)
    out_h, out_w = (
        (size[i] - 1) * steps[i] - 2 * pads[i] + gaps[i] * (weight.shape[2 + i] - 1) + extra[i] + 1 for i in (0, 1)
    )
    if out_h < 1 or out_w < 1:
        raise ShapeError(who, "an output of at least 1x1", f"{out_h}x{out_w}", "pad less: padding cuts off here")
    out = ctx.empty((*input.shape[:-3], maps, out_h, out_w), input.dtype)
    numbers = (*steps, *pads, *gaps, groups)
    ctx.kernels.conv2d_backward_x(as_batch(out), as_batch(input), weight, *numbers)
    if bias is not None:
        ctx.kernels.elementwise(out, formulas.add, out, bias.reshape(maps, 1, 1))
    ctx.save(input, weight, numbers)
    return out


@conv_transpose2d.vjp
def conv_transpose2d_vjp(ctx: Context, dy: Array) -> Gradients:
    input, weight, numbers = ctx.saved
    dx = dw = db = None
    if ctx.needs_grad[0]:
        dx = ctx.empty(input.shape, input.dtype)
        no_bias = np.zeros(weight.shape[0], input.dtype)
        ctx.kernels.conv2d(as_batch(dx), as_batch(dy), weight, no_bias, *numbers, 0)
    if ctx.needs_grad[1]:
        dw = ctx.empty(weight.shape, weight.dtype)
        ctx.kernels.conv2d_backward_w(dw, as_batch(input), as_batch(dy), *numbers)
    if ctx.needs_grad[2]:
        db = ctx.empty((dy.shape[-3],), weight.dtype)
        ctx.kernels.conv2d_backward_b(db, as_batch(dy))
    return dx, dw, db
