"""Adaptive pooling: the size of the result is given, the windows follow from it."""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.op import Context, Operand, op
from engine.ops.pool import avg_pool2d_vjp, max_of_windows, max_pool2d_vjp, mean_of_windows
from engine.ops.windows import adaptive_windows, areas, require_maps


@op
def adaptive_avg_pool2d(ctx: Context, input: Operand, output_size: int | Sequence[int | None]) -> Array:
    """Take the mean of each of OH x OW windows that share out the map, whatever its size.

    Parameters
    ----------
    input : Tensor (N, C, H, W) or (C, H, W)
    output_size : int or (int or None, int or None)
        OH and OW; None keeps the input's length.

    Returns
    -------
    Tensor (N, C, OH, OW) or (C, OH, OW)
        Window (i, j) holds the rows from floor(i H / OH) to just before ceil((i + 1) H / OH), the columns
        likewise: neighbours overlap by one where the length does not divide.

    Raises
    ------
    ShapeError
        If `input` does not have these axes.
    DTypeError
        If the elements are not floating.
    ParameterError
        If `output_size` is not one whole number from 0 on, nor two of them or None.

    References
    ----------
    With output_size 1, the global average pooling of Lin, Chen and Yan, "Network in network", 2013.

    Examples
    --------
    >>> import engine
    >>> import engine.nn.functional as F
    >>> F.adaptive_avg_pool2d(engine.tensor([[[[1.0, 2.0, 3.0]]]]), (None, 2))
    tensor([[[[1.5, 2.5]]]])
    """
    require_maps("adaptive_avg_pool2d", input)
    rows, columns = adaptive_windows("adaptive_avg_pool2d", input.shape[-2:], output_size)
    return mean_of_windows(ctx, input, rows, columns, areas(rows, columns))


@adaptive_avg_pool2d.vjp
def adaptive_avg_pool2d_vjp(ctx: Context, dy: Array) -> Sequence[Array | None]:
    return avg_pool2d_vjp(ctx, dy)


@op
def adaptive_max_pool2d(
    ctx: Context, input: Operand, output_size: int | Sequence[int | None], return_indices: bool = False
) -> Array | tuple[Array, Array]:
    """Keep the largest value of each of OH x OW windows that share out the map, whatever its size.

    Parameters
    ----------
    input : Tensor (N, C, H, W) or (C, H, W)
    output_size : int or (int or None, int or None)
        OH and OW; None keeps the input's length.
    return_indices : bool
        Return also where the largest values were.

    Returns
    -------
    Tensor (N, C, OH, OW) or (C, OH, OW)
        The windows are those of :func:`adaptive_avg_pool2d`; ties and NaN are as in :func:`max_pool2d`.
    Tensor of the same shape, int64
        If `return_indices`: the position h * W + w of the largest value in its map.

    Raises
    ------
    ShapeError
        If `input` does not have these axes.
    DTypeError
        If the elements are not floating.
    ParameterError
        If `output_size` is not one whole number from 0 on, nor two of them or None.

    Examples
    --------
    >>> import engine
    >>> import engine.nn.functional as F
    >>> F.adaptive_max_pool2d(engine.tensor([[[[1.0, 3.0, 2.0]]]]), (None, 2))
    tensor([[[[3., 3.]]]])
    """
    require_maps("adaptive_max_pool2d", input)
    rows, columns = adaptive_windows("adaptive_max_pool2d", input.shape[-2:], output_size)
    out, index = max_of_windows(ctx, input, rows, columns)
    return (out, index.reshape(out.shape).astype(np.int64)) if return_indices else out


@adaptive_max_pool2d.vjp
def adaptive_max_pool2d_vjp(ctx: Context, dy: Array) -> Sequence[Array | None]:
    return max_pool2d_vjp(ctx, dy)
