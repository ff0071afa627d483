"""The locally connected layer: windows as in a convolution, but weights that are not shared."""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.errors import ShapeError
from engine.op import Context, Operand, op
from engine.ops.checks import require_axes, require_floating, require_images
from engine.ops.reduce import sum_over
from engine.ops.sliding import Padding, as_batch, slide


@op
def locally_connected2d(
    ctx: Context,
    input: Operand,
    weight: Operand,
    bias: Operand | None = None,
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
) -> Array:
    """Convolve with filters of their own at each position: no weight is used at two places.

    It suits images whose places differ in kind, such as faces in a fixed pose, and shows what sharing
    weights saves: OH * OW times as many parameters as a convolution, for the same number of products.

    Parameters
    ----------
    input : Tensor (N, C, H, W) or (C, H, W)
    weight : Tensor (OH, OW, K, C, FH, FW)
        ``weight[i, j]`` is what a convolution's weight would be, for the position (i, j).
    bias : Tensor (K, OH, OW), optional
        One for each output.
    stride : int or (int, int)
        Step between positions, vertically and horizontally.
    padding : int or (int, int) or {"same", "valid"}
        Zeros added on each side, as for :func:`engine.conv2d`.

    Returns
    -------
    Tensor (N, K, OH, OW) or (K, OH, OW)
        OH = floor((H + 2 padding - FH) / stride) + 1, OW likewise:
        out[n, k, i, j] = bias[k, i, j] + sum over c, p, q of
        input[n, c, stride i + p - padding, stride j + q - padding] * weight[i, j, k, c, p, q].

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
    Taigman et al., "DeepFace: closing the gap to human-level performance in face verification", 2014.

    Examples
    --------
    >>> import engine
    >>> import engine.nn.functional as F
    >>> pixels = engine.tensor([[[[1.0, 2.0, 3.0]]]])
    >>> weight = engine.tensor([10.0, 100.0, 1000.0]).reshape((1, 3, 1, 1, 1, 1))
    >>> F.locally_connected2d(pixels, weight)
    tensor([[[[  10.,  200., 3000.]]]])
    """
    who = "locally_connected2d"
    require_floating(who, input=input, weight=weight, bias=bias)
    require_images(who, input.shape)
    require_axes(who, "weight", weight.shape, "OH, OW, K, C, FH, FW")
    if 0 in weight.shape:
        raise ShapeError(who, "at least one filter with at least one weight", f"weight {weight.shape}")
    channels, *size = input.shape[-3:]
    filters, depth = weight.shape[2:4]
    if depth != channels:
        got = f"input {input.shape} and weight {weight.shape}"
        raise ShapeError(who, "as many channels in weight (OH, OW, K, C, FH, FW) as in input (N, C, H, W)", got)
    counts, (*numbers, _, _) = slide(who, size, weight.shape[4:], stride, padding)
    if weight.shape[:2] != counts:
        got = f"weight {weight.shape} for {counts[0]}x{counts[1]} positions"
        raise ShapeError(who, "filters for each position, weight (OH, OW, K, C, FH, FW)", got)
    if bias is not None and bias.shape != (filters, *counts):
        raise ShapeError(who, f"bias {(filters, *counts)}, one for each output", f"shape {bias.shape}")
    out = ctx.empty((*input.shape[:-3], filters, *counts), input.dtype)
    b = np.zeros((filters, *counts), input.dtype) if bias is None else bias
    ctx.kernels.locally_connected2d(as_batch(out), as_batch(input), weight, b, *numbers)
    ctx.save(input, weight, numbers)
    return out


@locally_connected2d.vjp
def locally_connected2d_vjp(ctx: Context, dy: Array) -> tuple[Array | None, Array | None, Array | None]:
    input, weight, numbers = ctx.saved
    dx = dw = db = None
    if ctx.needs_grad[0]:
        dx = ctx.empty(input.shape, input.dtype)
        ctx.kernels.locally_connected2d_backward_x(as_batch(dx), as_batch(dy), weight, *numbers)
    if ctx.needs_grad[1]:
        dw = ctx.empty(weight.shape, weight.dtype)
        ctx.kernels.locally_connected2d_backward_w(dw, as_batch(dy), as_batch(input), *numbers)
    if ctx.needs_grad[2]:
        db = sum_over(ctx, as_batch(dy), (0,), divisor=1)
    return dx, dw, db
