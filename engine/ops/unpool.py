"""Max unpooling, which undoes max pooling as far as that is possible."""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.errors import DTypeError, ParameterError, ShapeError
from engine.op import Context, Operand, op
from engine.ops.checks import pair
from engine.ops.windows import planes, require_maps
from engine.placement import on_host


@op
def max_unpool2d(
    ctx: Context,
    input: Operand,
    indices: Operand,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    output_size: Sequence[int] | None = None,
) -> Array:
    """Put each value back to where max pooling found it; all other pixels are 0.

    Where one index occurs several times in a map, the last of its values in reading order stays, and only
    that one gets a gradient. (PyTorch leaves open which.)

    Parameters
    ----------
    input : Tensor (N, C, H, W) or (C, H, W)
    indices : Tensor of the same shape, whole numbers
        Positions i * OW + j, as :func:`max_pool2d` returns them.
    kernel_size : int or (int, int)
        FH and FW of the pooling to undo.
    stride : int or (int, int), optional
        Its stride; `kernel_size` by default.
    padding : int or (int, int)
        Its padding.
    output_size : sequence of int, optional
        (OH, OW), or a whole shape (N, C, OH, OW): maps of several sizes are pooled to the same, and this
        says which it was. It may differ from the default by less than `stride`.

    Returns
    -------
    Tensor (N, C, OH, OW) or (C, OH, OW)
        By default OH = (H - 1) stride - 2 padding + FH, OW likewise.

    Raises
    ------
    ShapeError
        If the shapes do not go together.
    DTypeError
        If `input` is not floating or `indices` are not whole numbers.
    ParameterError
        If a setting cannot be, or an index lies outside the map.

    References
    ----------
    Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2014, section 2.1.

    Examples
    --------
    >>> import engine
    >>> import engine.nn.functional as F
    >>> largest, where = engine.max_pool2d(engine.tensor([[[[1.0, 5.0], [3.0, 4.0]]]]), 2, return_indices=True)
    >>> F.max_unpool2d(largest, where, 2)
    tensor([[[[0., 5.],
              [0., 0.]]]])
    """
    require_maps("max_unpool2d", input)
    if indices.dtype.kind not in "iu":
        raise DTypeError("max_unpool2d", "indices of whole numbers", str(indices.dtype))
    if indices.shape != input.shape:
        got = f"indices {indices.shape} for input {input.shape}"
        raise ShapeError("max_unpool2d", "an index for each value", got)
    out_h, out_w = _output_size(input.shape[-2:], kernel_size, stride, padding, output_size)
    places = on_host(indices)
    outside = places[(places < 0) | (places >= out_h * out_w)]
    if outside.size:
        expected = f"indices from 0 to {out_h * out_w - 1}, for maps of {out_h}x{out_w}"
        raise ParameterError("max_unpool2d", expected, str(outside[0]), "give the pooled map's size as output_size")
    out = ctx.empty((*input.shape[:-2], out_h, out_w), input.dtype)
    index = ctx.contiguous(indices.astype(np.int64, copy=False))
    ctx.kernels.max_unpool2d(planes(out), planes(input), planes(index))
    ctx.save(index)
    return out


@max_unpool2d.vjp
def max_unpool2d_vjp(ctx: Context, dy: Array) -> tuple[Array, None]:
    (index,) = ctx.saved
    dx = ctx.empty(index.shape, dy.dtype)
    ctx.kernels.max_unpool2d_backward(planes(dx), planes(dy), planes(index))
    return dx, None


def _output_size(
    size: Sequence[int],
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None,
    padding: int | Sequence[int],
    output_size: Sequence[int] | None,
) -> tuple[int, int]:
    who = "max_unpool2d"
    kernel = pair(who, "kernel_size", kernel_size, 1)
    steps = kernel if stride is None else pair(who, "stride", stride, 1)
    pads = pair(who, "padding", padding, 0)
    default = tuple((n - 1) * s - 2 * p + k for n, s, p, k in zip(size, steps, pads, kernel, strict=True))
    if output_size is None:
        chosen = default
    elif isinstance(output_size, Sequence) and len(output_size) in (2, 4):
        chosen = pair(who, "output_size", tuple(output_size[-2:]), 1)
    else:
        raise ParameterError(who, "output_size of 2 numbers, or a shape of 4", repr(output_size))
    if any(abs(n - usual) >= step for n, usual, step in zip(chosen, default, steps, strict=True)):
        expected = f"output_size less than the stride {steps} from {default}"
        raise ParameterError(who, expected, repr(output_size))
    if min(chosen) < 1:
        raise ParameterError(who, "padding that leaves a pixel of the result", f"{pads}, for maps of {default}")
    return chosen[0], chosen[1]
