"""Elements put round a tensor, or taken off its edges."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from engine.arrays import Array
from engine.errors import ParameterError, ShapeError
from engine.op import Context, Operand, composite, op
from engine.ops.checks import whole_numbers
from engine.ops.index import getitem
from engine.tensor import Tensor

MODES = ("constant", "reflect", "replicate", "circular")


@op
def constant_pad_nd(ctx: Context, input: Operand, pad: Sequence[int], value: float = 0) -> Array:
    """Put a number round a tensor.

    Parameters
    ----------
    input : Tensor, any shape
    pad : sequence of int
        How many elements before and after, for the last axis, then the last but one and so on; a negative
        number takes elements off.
    value : float
        The number; cut to a whole one where the dtype is.

    Returns
    -------
    Tensor
        A copy.

    Raises
    ------
    ParameterError
        If `pad` is no sequence of pairs of whole numbers.
    ShapeError
        If there are more pairs than axes, or more is taken off an axis than it has.

    Examples
    --------
    >>> import engine
    >>> engine.ops.constant_pad_nd(engine.tensor([1.0, 2.0, 3.0]), (2, -1), 9)
    tensor([9., 9., 1., 2.])
    """
    pairs = _pairs("constant_pad_nd", input.shape, pad)
    cropped = [n + min(low, 0) + min(high, 0) for n, (low, high) in zip(input.shape, pairs, strict=True)]
    if any(n < 0 for n in cropped):
        raise ShapeError("constant_pad_nd", f"no more taken off than shape {input.shape} has", repr(pad))
    out = ctx.empty([n + low + high for n, (low, high) in zip(input.shape, pairs, strict=True)], input.dtype)
    out[...] = value
    kept = tuple(slice(max(-low, 0), n - max(-high, 0)) for n, (low, high) in zip(input.shape, pairs, strict=True))
    inside = tuple(slice(max(low, 0), n - max(high, 0)) for n, (low, high) in zip(out.shape, pairs, strict=True))
    out[inside] = input[kept]
    ctx.save(input.shape, kept, inside)
    return out


@constant_pad_nd.vjp
def constant_pad_nd_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    shape, kept, inside = ctx.saved
    dx = ctx.empty(shape, dy.dtype)
    dx[...] = 0
    dx[kept] = dy[inside]
    return (dx,)


@composite
def pad(
    input: Operand,
    pad: Sequence[int],
    mode: Literal["constant", "reflect", "replicate", "circular"] = "constant",
    value: float | None = None,
) -> Tensor:
    """Make a tensor larger at its edges.

    Parameters
    ----------
    input : Tensor
        Any shape for "constant". Else with one axis in front of the padded ones, or two: (C, …) or (N, C, …).
    pad : sequence of int
        How many elements before and after, for the last axis, then the last but one and so on; a negative
        number takes elements off.
    mode : {"constant", "reflect", "replicate", "circular"}
        What to put there: `value`; what lies inward of the edge, mirrored; the edge itself; what lies at the
        other end.
    value : float, optional
        For "constant"; 0 by default.

    Returns
    -------
    Tensor

    Raises
    ------
    ParameterError
        If `pad` is no sequence of pairs of whole numbers, the mode is unknown, or `value` is given for
        another mode than "constant".
    ShapeError
        If the axes do not go with `pad`; if a reflection would need more than the axis has beside its edge,
        or a circle more than the whole axis; if nothing would be left.

    Examples
    --------
    >>> import engine
    >>> import engine.nn.functional as F
    >>> F.pad(engine.tensor([[1.0, 2.0, 3.0]]), (2, 2), mode="reflect")
    tensor([[3., 2., 1., 2., 3., 2., 1.]])
    """
    if mode == "constant":
        out: Tensor = constant_pad_nd(input, pad, 0 if value is None else value)
        return out
    if mode not in MODES:
        raise ParameterError("pad", f"mode as one of {', '.join(MODES)}", repr(mode))
    if value:
        raise ParameterError("pad", 'a value for mode "constant" only', f"value={value!r} for {mode!r}")
    pairs = _pairs("pad", input.shape, pad)
    count = len(pad) // 2
    if count < 1 or input.ndim - count not in (1, 2):
        raise ShapeError("pad", f"one or two axes before the {count} to pad", f"shape {input.shape}")
    sources = [_source(mode, n, *pair) for n, pair in list(zip(input.shape, pairs, strict=True))[-count:]]
    padded: Tensor = getitem(input, (..., *np.ix_(*sources)))
    return padded


def _pairs(who: str, shape: Sequence[int], pad: Sequence[int]) -> list[tuple[int, int]]:
    """Return (before, after) for every axis in order."""
    given = whole_numbers(who, "pad", pad)
    if not isinstance(pad, Sequence) or len(given) % 2:
        raise ParameterError(who, "pad in pairs, before and after an axis", repr(pad))
    if len(given) > 2 * len(shape):
        raise ShapeError(who, f"at most {len(shape)} pairs for shape {tuple(shape)}", repr(pad))
    pairs = list(zip(given[::2], given[1::2], strict=True))
    return [(0, 0)] * (len(shape) - len(pairs)) + pairs[::-1]


def _source(mode: str, length: int, before: int, after: int) -> Array:
    """Return for each position of the padded axis the position whose value it takes."""
    left = length + min(before, 0) + min(after, 0)
    most = {"reflect": length - 1, "circular": left}.get(mode, max(before, after))
    if max(before, after) > most:
        got = f"{(before, after)} for length {length}"
        raise ShapeError("pad", f"at most {most} elements put to an end by {mode!r}", got)
    if left < 0 or length + before + after < (mode != "circular"):
        raise ShapeError("pad", "something left of every axis", f"{(before, after)} for length {length}")
    positions: Array = np.arange(-before, length + after)
    if mode == "reflect":
        positions = (length - 1) - np.abs((length - 1) - np.abs(positions))
    elif mode == "replicate":
        positions = positions.clip(0, length - 1)
    else:  # what is taken off is no part of the circle
        first = max(-before, 0)
        positions = (positions - first) % left + first
    return positions
