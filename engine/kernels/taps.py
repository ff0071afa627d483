"""Where the taps of a convolution are: each weight of a filter is one shift of the image laid out as a line."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from engine.arrays import Array


class Taps(NamedTuple):
    """Which shift and which weight belong together, for every phase of the output.

    Attributes
    ----------
    first : ndarray (phases + 1,)
        Where each phase's taps begin; int64, as all of these.
    row, aside, weight : ndarray (taps,)
        How many rows further and how many places aside the tap meets its pixel, and which of a filter's
        weights it is.
    start, sizes : ndarray (phases, 2)
        The first row and column of the output that a phase fills, and how many.
    """

    first: Array
    row: Array
    aside: Array
    weight: Array
    start: Array
    sizes: Array


class Layout(NamedTuple):
    """How an image is dealt and padded: rows and columns of each part, which has its origin at (top, left).

    Padding at the end of a row is followed by padding at the beginning of the next: zeros both, of which the
    line needs one set only. So a row begins `columns` places after the one before, though it is `full` wide.
    """

    step_h: int
    step_w: int
    top: int
    left: int
    rows: int
    columns: int
    full: int


def _shared_zeros(width: int, step: int, left: int, full: int) -> int:
    """Return how many zeros every row has at its beginning and at its end, whichever are fewer."""
    fewest = full
    for b in range(step):
        low = min(full, max(0, -((b - left) // step)))
        high = min(full, -((b - left - width) // step))
        if low < high:
            fewest = min(fewest, low, full - high)
    return fewest


@lru_cache(maxsize=256)
def forward_taps(
    channels: int, filter_h: int, filter_w: int, out_h: int, out_w: int, width: int, numbers: tuple[int, ...]
) -> tuple[Layout, Taps]:
    """Return how to lay out x, whose rows have this width, and which taps to sum: one phase, the whole output."""
    stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w = numbers
    reach_h, reach_w = (filter_h - 1) * dilation_h, (filter_w - 1) * dilation_w
    rows, full = out_h + reach_h // stride_h, out_w + reach_w // stride_w
    columns = full - min(reach_w // stride_w, _shared_zeros(width, stride_w, pad_left, full))
    c, i, j = np.meshgrid(np.arange(channels), np.arange(filter_h), np.arange(filter_w), indexing="ij")
    h, w = i * dilation_h, j * dilation_w
    part = (c * stride_h + h % stride_h) * stride_w + w % stride_w
    row, aside = part * rows + h // stride_h, w // stride_w
    layout = Layout(stride_h, stride_w, pad_top, pad_left, rows, columns, full)
    taps = Taps(
        whole_numbers([0, row.size]),
        whole_numbers(row.reshape(-1)),
        whole_numbers(aside.reshape(-1)),
        np.arange(row.size),
        whole_numbers([[0, 0]]),
        whole_numbers([[out_h, out_w]]),
    )
    return layout, taps


@lru_cache(maxsize=256)
def backward_taps(
    filters: int,
    channels: int,
    filter_h: int,
    filter_w: int,
    height: int,
    width: int,
    out_w: int,
    numbers: tuple[int, ...],
) -> tuple[Layout, Taps]:
    """Return how to lay out dy, out_w wide, and which taps to sum for dx: a phase for each remainder of the stride.

    A pixel at h of the padded image met tap i in output row (h - i dilation) / stride, if that is whole: so
    pixels with the same remainder met the same taps, each a shift of the upstream gradient.
    """
    stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w = numbers
    back_h, back_w = (filter_h - 1) * dilation_h // stride_h, (filter_w - 1) * dilation_w // stride_w
    # The first pixel of the image is at row pad_top of the padded image, of quotient and remainder:
    ends = [(pad_top, height, stride_h), (pad_left, width, stride_w)]
    phases = [[_phase(remainder, pad, length, stride) for remainder in range(stride)] for pad, length, stride in ends]
    low_h, low_w = (min(p[0] for p in axis) for axis in phases)
    high_h, high_w = (max(p[0] + p[2] for p in axis) for axis in phases)
    rows, full = high_h - low_h + back_h, high_w - low_w + back_w
    columns = full - min(back_w, _shared_zeros(out_w, 1, back_w - low_w, full))
    k, i, j = np.meshgrid(np.arange(filters), np.arange(filter_h), np.arange(filter_w), indexing="ij")
    weight = (k * channels * filter_h + i) * filter_w + j
    first, lines, asides, weights, starts, counts = [0], [], [], [], [], []
    for r, (first_h, start_h, count_h) in enumerate(phases[0]):
        for c, (first_w, start_w, count_w) in enumerate(phases[1]):
            met = (i * dilation_h % stride_h == r) & (j * dilation_w % stride_w == c)
            up = first_h - low_h + back_h - i[met] * dilation_h // stride_h
            lines.append(k[met] * rows + up)
            asides.append(first_w - low_w + back_w - j[met] * dilation_w // stride_w)
            weights.append(weight[met])
            first.append(first[-1] + int(met.sum()))
            starts.append([start_h, start_w])
            counts.append([count_h, count_w])
    layout = Layout(1, 1, back_h - low_h, back_w - low_w, rows, columns, full)
    taps = Taps(
        whole_numbers(first),
        whole_numbers(np.concatenate(lines)),
        whole_numbers(np.concatenate(asides)),
        whole_numbers(np.concatenate(weights)),
        whole_numbers(starts),
        whole_numbers(counts),
    )
    return layout, taps


def _phase(remainder: int, pad: int, length: int, stride: int) -> tuple[int, int, int]:
    """Return (first quotient, first pixel, number of pixels) of those at quotient * stride + remainder - pad."""
    first = max(0, -(-(pad - remainder) // stride))
    start = first * stride + remainder - pad
    return first, start, max(0, -(-(length - start) // stride))


def whole_numbers(numbers: object) -> Array:
    """Return numbers as int64 in one block of memory."""
    return np.ascontiguousarray(numbers, np.int64)
