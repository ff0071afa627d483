"""How a filter slides over an image: settings checked, and turned into the numbers that kernels take."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from engine.arrays import Array
from engine.errors import ParameterError, ShapeError
from engine.ops.checks import pair, remembered

Padding: TypeAlias = int | Sequence[int] | Literal["same", "valid"]


def as_batch(images: Array) -> Array:
    """Show one image (C, H, W) as a batch of one; a batch (N, C, H, W) stays. Memory is shared."""
    return images if images.ndim == 4 else images[None]


def margins(
    who: str, filter: Sequence[int], stride: Sequence[int], padding: Padding, dilation: Sequence[int]
) -> tuple[int, int, int, int]:
    """Return the widths of padding on the left, on the right, above and below.

    Raises
    ------
    ParameterError
        If it is neither a number >= 0, nor two, nor a known name; or "same" with another stride than 1.
    """
    if not isinstance(padding, str):
        height, width = pair(who, "padding", padding, 0)
        return width, width, height, height
    if padding not in ("same", "valid"):
        raise ParameterError(who, 'padding "same", "valid", a whole number or two of them', repr(padding))
    if padding == "valid":
        return 0, 0, 0, 0
    if tuple(stride) != (1, 1):
        raise ParameterError(who, 'stride 1 with padding="same"', f"stride {stride}", "give the padding as numbers")
    # As many positions as pixels: the filter's reach, less one. An odd one goes below and to the right.
    height, width = dilation[0] * (filter[0] - 1), dilation[1] * (filter[1] - 1)
    return width // 2, width - width // 2, height // 2, height - height // 2


@remembered
def slide(
    who: str,
    image: Sequence[int],
    filter: Sequence[int],
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
) -> tuple[tuple[int, int], tuple[int, int, int, int, int, int]]:
    """Work out where the filter's positions are.

    Parameters
    ----------
    who : str
        The op, for errors.
    image, filter : sequence of int
        (H, W) and (FH, FW).
    stride : int or (int, int)
    padding : int or (int, int) or {"same", "valid"}
    dilation : int or (int, int)

    Returns
    -------
    counts : (int, int)
        (OH, OW), numbers of positions.
    numbers : tuple of int
        stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w.

    Raises
    ------
    ParameterError
        If a setting is out of range.
    ShapeError
        If the filter does not fit into the padded image.
    """
    steps, gaps = pair(who, "stride", stride, 1), pair(who, "dilation", dilation, 1)
    left, right, top, bottom = margins(who, filter, steps, padding, gaps)
    out_h = (image[0] + top + bottom - gaps[0] * (filter[0] - 1) - 1) // steps[0] + 1
    out_w = (image[1] + left + right - gaps[1] * (filter[1] - 1) - 1) // steps[1] + 1
    if out_h < 1 or out_w < 1:
        got = f"filter {filter[0]}x{filter[1]}, image {image[0]}x{image[1]}, padding {(top, left)}, dilation {gaps}"
        raise ShapeError(who, "a filter no larger than the padded image", got, "pad more")
    return (out_h, out_w), (*steps, top, left, *gaps)
