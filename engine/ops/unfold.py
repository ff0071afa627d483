"""Windows of images as columns of a matrix, and columns added back into images."""

from collections.abc import Sequence

from engine.arrays import Array
from engine.errors import ShapeError
from engine.op import Context, Operand, op
from engine.ops.checks import pair, require_floating, require_images
from engine.ops.sliding import as_batch, slide


@op
def unfold(
    ctx: Context,
    input: Operand,
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    stride: int | Sequence[int] = 1,
) -> Array:
    """Copy every window of an image into a column of its own (im2col).

    A convolution is then one matrix product: filters as rows, times these columns.

    Parameters
    ----------
    input : Tensor (N, C, H, W) or (C, H, W)
    kernel_size : int or (int, int)
        FH and FW, height and width of a window.
    dilation : int or (int, int)
        Distance between neighbouring pixels of a window.
    padding : int or (int, int)
        Zeros added on each side.
    stride : int or (int, int)
        Step between windows.

    Returns
    -------
    Tensor (N, C * FH * FW, L) or (C * FH * FW, L)
        L = OH * OW windows in reading order, as many as a convolution has positions. Going down a column,
        the channels come one after the other, each window of them row by row.

    Raises
    ------
    ShapeError
        If `input` is no image, or the window does not fit into it.
    DTypeError
        If the elements are not floating.
    ParameterError
        If kernel_size, dilation or stride < 1, or padding < 0.

    References
    ----------
    Chellapilla, Puri and Simard, "High performance convolutional neural networks for document
    processing", 2006.

    Examples
    --------
    >>> import engine
    >>> import engine.nn.functional as F
    >>> F.unfold(engine.tensor([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]), 2)
    tensor([[1., 2.],
            [2., 3.],
            [4., 5.],
            [5., 6.]])
    """
    require_floating("unfold", input=input)
    require_images("unfold", input.shape)
    window = pair("unfold", "kernel_size", kernel_size, 1)
    pads = pair("unfold", "padding", padding, 0)
    channels, *size = input.shape[-3:]
    counts, numbers = slide("unfold", size, window, stride, pads, dilation)
    images = as_batch(input)
    columns = ctx.empty((len(images), channels, *window, *counts), input.dtype)
    ctx.kernels.unfold(columns, images, *numbers)
    ctx.save(input.shape, columns.shape, numbers)
    return columns.reshape(*input.shape[:-3], channels * window[0] * window[1], counts[0] * counts[1])


@unfold.vjp
def unfold_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    shape, columns, numbers = ctx.saved
    dx = ctx.empty(shape, dy.dtype)
    ctx.kernels.fold(as_batch(dx), dy.reshape(columns), *numbers)
    return (dx,)


@op
def fold(
    ctx: Context,
    input: Operand,
    output_size: int | Sequence[int],
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    stride: int | Sequence[int] = 1,
) -> Array:
    """Add columns back to the places of an image that :func:`unfold` copies them from (col2im).

    Not its inverse: a pixel that lies in several windows gets the sum of its copies. It is the adjoint,
    which is what backward needs.

    Parameters
    ----------
    input : Tensor (N, C * FH * FW, L) or (C * FH * FW, L)
        Columns, ordered as by :func:`unfold`.
    output_size : int or (int, int)
        H and W of the images.
    kernel_size : int or (int, int)
        FH and FW, height and width of a window.
    dilation : int or (int, int)
        Distance between neighbouring pixels of a window.
    padding : int or (int, int)
        Rows and columns that the windows reach beyond the image; what falls there is dropped.
    stride : int or (int, int)
        Step between windows.

    Returns
    -------
    Tensor (N, C, H, W) or (C, H, W)

    Raises
    ------
    ShapeError
        If the columns are not as long, or not as many, as the settings say.
    DTypeError
        If the elements are not floating.
    ParameterError
        If output_size, kernel_size, dilation or stride < 1, or padding < 0.

    Examples
    --------
    >>> import engine
    >>> import engine.nn.functional as F
    >>> F.fold(F.unfold(engine.tensor([[[1.0, 1.0, 1.0]]]), (1, 2)), (1, 3), (1, 2))
    tensor([[[1., 2., 1.]]])
    """
    require_floating("fold", input=input)
    if input.ndim not in (2, 3) or 0 in input.shape[-2:]:
        raise ShapeError("fold", "input (N, C FH FW, L) or (C FH FW, L), not empty", f"shape {input.shape}")
    size, window = pair("fold", "output_size", output_size, 1), pair("fold", "kernel_size", kernel_size, 1)
    pads = pair("fold", "padding", padding, 0)
    counts, numbers = slide("fold", size, window, stride, pads, dilation)
    *batch, length, windows = input.shape
    area = window[0] * window[1]
    if length % area:
        raise ShapeError("fold", f"columns of C * {window[0]} * {window[1]} numbers", f"shape {input.shape}")
    if windows != counts[0] * counts[1]:
        expected = f"{counts[0]} * {counts[1]} columns, one for each window of a {size[0]}x{size[1]} image"
        raise ShapeError("fold", expected, f"{windows}, shape {input.shape}")
    out = ctx.empty((*batch, length // area, *size), input.dtype)
    images = as_batch(out)
    columns = input.reshape(*images.shape[:2], *window, *counts)
    ctx.kernels.fold(images, columns, *numbers)
    ctx.save(input.shape, columns.shape, numbers)
    return out


@fold.vjp
def fold_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    shape, columns, numbers = ctx.saved
    dx = ctx.empty(columns, dy.dtype)
    ctx.kernels.unfold(dx, as_batch(dy), *numbers)
    return (dx.reshape(shape),)
