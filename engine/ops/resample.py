"""Maps at another size: nearest neighbours and bilinear interpolation."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.errors import ParameterError, ShapeError
from engine.op import Context, Operand, op
from engine.ops.checks import pair, require_axes, require_floating
from engine.ops.windows import planes

MODES = ("nearest", "nearest-exact", "bilinear")


@op
def interpolate(
    ctx: Context,
    input: Operand,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
) -> Array:
    """Make maps larger or smaller, by copying pixels or by mixing neighbours.

    Along an axis of length H that becomes OH, let s be H / OH, or 1 / scale_factor where that was given;
    the two differ when H scale_factor is not whole. Output pixel i takes

    - "nearest": input pixel floor(s i), in float32 as PyTorch reckons; i itself where OH = H, and
      floor(i / 2) where OH = 2 H, also if s says otherwise;
    - "nearest-exact": input pixel floor(s (i + 1/2)), whose centre is nearest;
    - "bilinear": the mixture at s (i + 1/2) - 1/2, not below 0: pixels are squares, their centres lie
      half a pixel from the border. With `align_corners`, that at i (H - 1) / (OH - 1): pixels are points,
      the first and the last stay where they are. Where OH = H the map is not changed.

    Pixels past the end are the last one.

    Parameters
    ----------
    input : Tensor (N, C, H, W)
    size : int or (int, int), optional
        OH and OW.
    scale_factor : float or (float, float), optional
        Instead of `size`: OH = floor(H scale_factor), OW likewise.
    mode : {"nearest", "nearest-exact", "bilinear"}
    align_corners : bool, optional
        For "bilinear" only; False by default.
    recompute_scale_factor : bool, optional
        Use `scale_factor` only for the size, and H / OH for s.

    Returns
    -------
    Tensor (N, C, OH, OW)

    Raises
    ------
    ShapeError
        If `input` does not have four axes, or one but N is empty.
    DTypeError
        If the elements are not floating.
    ParameterError
        If there is not exactly one of `size` and `scale_factor`, if nothing would be left of the map, or
        if the settings do not go together.

    Examples
    --------
    >>> import engine
    >>> import engine.nn.functional as F
    >>> F.interpolate(engine.tensor([[[[1.0, 2.0]]]]), scale_factor=2)
    tensor([[[[1., 1., 2., 2.],
              [1., 1., 2., 2.]]]])
    >>> F.interpolate(engine.tensor([[[[1.0, 2.0]]]]), size=(1, 4), mode="bilinear")
    tensor([[[[1.  , 1.25, 1.75, 2.  ]]]])
    """
    require_floating("interpolate", input=input)
    require_axes("interpolate", "input", input.shape, "N, C, H, W")
    if 0 in input.shape[1:]:
        raise ShapeError("interpolate", "input (N, C, H, W), no axis but N empty", f"shape {input.shape}")
    if mode not in MODES:
        raise ParameterError("interpolate", f"mode {', '.join(MODES)}", repr(mode))
    if align_corners is not None and mode != "bilinear":
        raise ParameterError("interpolate", 'align_corners only with mode "bilinear"', f"mode {mode!r}")
    lengths = input.shape[2:]
    counts, scales = _sizes(lengths, size, scale_factor, recompute_scale_factor)
    out = ctx.empty((*input.shape[:2], *counts), input.dtype)
    along = list(zip(lengths, counts, scales, strict=True))
    if mode == "bilinear":
        places = [neighbours(*axis, bool(align_corners)) for axis in along]
        tables = [pixels for pixels, _ in places] + [shares.astype(input.dtype) for _, shares in places]
        ctx.kernels.upsample_bilinear2d(planes(out), planes(input), *tables)
    else:
        tables = [nearest(*axis, mode == "nearest-exact") for axis in along]
        ctx.kernels.upsample_nearest2d(planes(out), planes(input), *tables)
    ctx.save(input.shape, mode, tables)
    return out


@interpolate.vjp
def interpolate_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    shape, mode, tables = ctx.saved
    dx = ctx.empty(shape, dy.dtype)
    if mode == "bilinear":
        ctx.kernels.upsample_bilinear2d_backward(planes(dx), planes(dy), *tables)
    else:
        ctx.kernels.upsample_nearest2d_backward(planes(dx), planes(dy), *tables)
    return (dx,)


def _sizes(
    lengths: tuple[int, ...],
    size: int | Sequence[int] | None,
    scale_factor: float | Sequence[float] | None,
    recompute_scale_factor: bool | None,
) -> tuple[tuple[int, ...], tuple[float | None, ...]]:
    """Return OH and OW, and for each axis the scale factor to reckon with: None for OH / H."""
    who, unknown = "interpolate", (None, None)
    if (size is None) == (scale_factor is None):
        got = f"size {size!r}, scale_factor {scale_factor!r}"
        raise ParameterError(who, "either size or scale_factor", got)
    if size is not None:
        if recompute_scale_factor:
            raise ParameterError(who, "recompute_scale_factor only with scale_factor", f"size {size!r}")
        return pair(who, "size", size, 1), unknown
    factors: tuple[Any, ...] = tuple(scale_factor) if isinstance(scale_factor, Sequence) else (scale_factor,) * 2
    if len(factors) != 2 or not all(isinstance(f, int | float) and 0 < f < math.inf for f in factors):
        raise ParameterError(who, "scale_factor as a number > 0, or two of them", repr(scale_factor))
    counts = tuple(int(length * factor) for length, factor in zip(lengths, factors, strict=True))
    if min(counts) < 1:
        got = f"{scale_factor!r} for maps of {lengths[0]}x{lengths[1]}"
        raise ParameterError(who, "a scale_factor that leaves at least one pixel", got)
    return counts, unknown if recompute_scale_factor else factors


def nearest(length: int, count: int, scale: float | None, exact: bool) -> Array:
    """Return for each of `count` output pixels the input pixel to copy: (count,), int64."""
    places = np.arange(count)
    if not exact and count in (length, 2 * length):
        return places * length // count
    # In float32, as PyTorch has it: where s i is nearly whole, the rounding decides which pixel it is.
    step = np.float32(length) / np.float32(count) if scale is None else np.float32(1 / scale)
    half = np.float32(0.5 if exact else 0)
    found: Array = np.floor((places.astype(np.float32) + half) * step).astype(np.int64)
    return np.minimum(found, length - 1)


def neighbours(length: int, count: int, scale: float | None, align_corners: bool) -> tuple[Array, Array]:
    """Return for each of `count` output pixels the two input pixels to mix, and their shares: (count, 2) each."""
    places = np.arange(count, dtype=np.float64)
    if count == length:
        at = places
    elif align_corners:
        at = places * ((length - 1) / max(count - 1, 1))
    else:
        at = np.maximum((places + 0.5) * (length / count if scale is None else 1 / scale) - 0.5, 0)
    before = np.minimum(at.astype(np.int64), length - 1)
    # Unchanged maps mix each pixel with itself, so that 0 times an infinite neighbour does not make it NaN.
    after = before if count == length else np.minimum(before + 1, length - 1)
    share = np.clip(at - before, 0, 1)
    return np.stack([before, after], axis=1), np.stack([1 - share, share], axis=1)
