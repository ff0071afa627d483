"""Where pooling windows lie: the same reckoning for rows and for columns, done before any kernel runs."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.errors import ParameterError, ShapeError
from engine.ops.checks import pair, remembered, require_floating, require_images

INT32, INT64 = np.dtype(np.int32), np.dtype(np.int64)


def require_maps(who: str, input: Array) -> None:
    """Raise unless `input` is floating, (N, C, H, W) or (C, H, W), with no axis empty but N."""
    require_floating(who, input=input)
    require_images(who, input.shape)


def planes(array: Array) -> Array:
    """View (N, C, H, W) or (C, H, W) as (P, H, W): to pooling, each map of each image is alike."""
    *outer, height, width = array.shape
    return array.reshape(math.prod(outer), height, width)


def sliding_windows(
    who: str,
    size: tuple[int, ...],
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None,
    padding: int | Sequence[int],
    dilation: int | Sequence[int],
    ceil_mode: bool,
) -> tuple[Array, Array]:
    """Return where the windows begin and end, vertically and horizontally: (OH, 2) and (OW, 2).

    The ends are counted from the first pixel: those of windows that lie partly on the padding are below
    0 or above the length.
    """
    kernel = pair(who, "kernel_size", kernel_size, 1)
    steps = kernel if stride is None else pair(who, "stride", stride, 1)
    pads, gaps = pair(who, "padding", padding, 0), pair(who, "dilation", dilation, 1)
    if 2 * pads[0] > kernel[0] or 2 * pads[1] > kernel[1]:
        got = f"padding {pads} with kernel_size {kernel}"
        raise ParameterError(who, "padding of at most half the kernel_size", got)
    rows, columns = (_along(size[i], kernel[i], steps[i], pads[i], gaps[i], bool(ceil_mode)) for i in (0, 1))
    if len(rows) == 0 or len(columns) == 0:
        got = f"kernel_size {kernel}, dilation {gaps} on maps of {size[0]}x{size[1]}, padding {pads}"
        raise ShapeError(who, "a window no larger than the padded map", got)
    return rows, columns


# Nobody writes into these arrays.
@remembered
def _along(length: int, kernel: int, stride: int, pad: int, dilation: int, ceil_mode: bool) -> Array:
    reach = dilation * (kernel - 1) + 1
    room = length + 2 * pad - reach
    count = room // stride + 1
    if ceil_mode:
        count = -(-room // stride) + 1
        if (count - 1) * stride >= length + pad:
            count -= 1  # it would begin on the padding behind the last pixel
    starts = np.arange(count) * stride - pad
    return np.stack([starts, starts + reach], axis=1)


def adaptive_windows(who: str, size: tuple[int, ...], output_size: int | Sequence[int | None]) -> tuple[Array, Array]:
    """Return where OH and OW windows begin and end that share out the map: they may overlap by a pixel."""
    wanted: Any = output_size
    if isinstance(output_size, Sequence) and len(output_size) == 2:
        wanted = [length if n is None else n for n, length in zip(output_size, size, strict=True)]
    counts = pair(who, "output_size", wanted, 0)
    rows, columns = (
        np.array([(i * length // count, -(-(i + 1) * length // count)) for i in range(count)], np.int64).reshape(-1, 2)
        for count, length in zip(counts, size, strict=True)
    )
    return rows, columns


def without_padding(windows: Array, length: int, dilation: int = 1) -> Array:
    """Cut windows down to the pixels in them, `dilation` apart."""
    if windows[0, 0] >= 0 and windows[-1, 1] <= length:
        return windows
    starts, stops = windows.T
    # Python's remainder is what is left of `dilation` after whole steps from a start before pixel 0.
    return np.stack([np.where(starts < 0, starts % dilation, starts), np.minimum(stops, length)], axis=1)


def places_dtype(size: Sequence[int]) -> np.dtype[Any]:
    """Return the dtype of places in a map (H, W): half the memory of int64, unless the map is too large."""
    return INT32 if size[0] * size[1] < 2**31 else INT64


def areas(rows: Array, columns: Array) -> Array:
    """Return the number of places in each window, (OH, OW)."""
    return np.outer(rows[:, 1] - rows[:, 0], columns[:, 1] - columns[:, 0])
