"""Convolution with a connection table: each output map reads only some of the input maps."""

from collections.abc import Sequence
from typing import TypeAlias

from engine.arrays import Array
from engine.errors import ParameterError, ShapeError
from engine.op import Context, Operand, composite, op
from engine.ops.checks import require_axes, require_floating, require_images
from engine.ops.conv import conv2d
from engine.ops.sliding import Padding
from engine.tensor import Tensor

# For each output map, the input maps it reads.
Table: TypeAlias = Sequence[Sequence[int]]


def connections(who: str, table: Table) -> tuple[list[int], list[int]]:
    """Return the output map and the input map of each connection, in table order.

    Raises
    ------
    ParameterError
        If the table is not a list of map numbers for each output map, each number at most once.
    """
    rows = [list(maps) if isinstance(maps, Sequence) else [] for maps in table]
    for k, maps in enumerate(rows):
        whole = all(isinstance(c, int) and not isinstance(c, bool) and c >= 0 for c in maps)
        if not maps or not whole or len(set(maps)) < len(maps):
            expected = "table with the numbers of at least one input map for each output map, none twice"
            raise ParameterError(who, expected, f"{table[k]!r} for output map {k}")
    if not rows:
        raise ParameterError(who, "table with at least one output map", repr(table))
    return [k for k, maps in enumerate(rows) for _ in maps], [c for maps in rows for c in maps]


@op
def dense_filters(ctx: Context, weight: Operand, table: Table, in_channels: int) -> Array:
    """Lay the filters of a connection table out as a convolution's weight, with zeros where none is.

    Parameters
    ----------
    weight : Tensor (connections, FH, FW)
        One filter for each connection, in table order.
    table : sequence of sequences of int
        For each output map, the input maps it reads.
    in_channels : int
        C, number of input maps.

    Returns
    -------
    Tensor (K, C, FH, FW)
        K is the length of the table. No gradient reaches a zero.

    Raises
    ------
    ShapeError
        If there is not one filter for each connection.
    DTypeError
        If the elements are not floating.
    ParameterError
        If the table names a map twice or one that does not exist.

    Examples
    --------
    >>> import engine
    >>> engine.ops.dense_filters(engine.tensor([[[1.0]], [[2.0]], [[3.0]]]), ((0, 1), (1,)), 2).reshape((2, 2))
    tensor([[1., 2.],
            [0., 3.]])
    """
    who = "table_conv2d"
    require_floating(who, weight=weight)
    require_axes(who, "weight", weight.shape, "connections, FH, FW")
    outputs, inputs = connections(who, table)
    if max(inputs) >= in_channels:
        raise ParameterError(who, f"table with input maps from 0 to {in_channels - 1}", str(max(inputs)))
    if len(weight) != len(inputs):
        got = f"weight {weight.shape} and a table of {len(inputs)} connections"
        raise ShapeError(who, "one filter for each connection, weight (connections, FH, FW)", got)
    dense = ctx.empty((len(table), in_channels, *weight.shape[1:]), weight.dtype)
    dense[...] = 0
    dense[outputs, inputs] = weight
    ctx.save(outputs, inputs)
    return dense


@dense_filters.vjp
def dense_filters_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    outputs, inputs = ctx.saved
    return (dy[outputs, inputs],)


@composite
def table_conv2d(
    input: Operand,
    weight: Operand,
    table: Table,
    bias: Operand | None = None,
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
) -> Tensor:
    """Convolve, where each output map reads only the input maps that a table lists for it.

    Parameters
    ----------
    input : Tensor (N, C, H, W) or (C, H, W)
    weight : Tensor (connections, FH, FW)
        One filter for each pair (output map, input map), in table order.
    table : sequence of sequences of int
        For each of the K output maps, the input maps it reads. A map that none reads is allowed.
    bias : Tensor (K,), optional
    stride : int or (int, int)
        Step between positions, vertically and horizontally.
    padding : int or (int, int) or {"same", "valid"}
        Zeros added on each side, as for :func:`engine.conv2d`.

    Returns
    -------
    Tensor (N, K, OH, OW) or (K, OH, OW)
        out[n, k] = bias[k] + the sum of the cross-correlations of input[n, c] with the filter for (k, c),
        over the maps c in table[k].

    Raises
    ------
    ShapeError
        If the shapes do not go together, or the filter is larger than the padded image.
    DTypeError
        If the dtypes differ or are not floating.
    ParameterError
        If the table names a map twice or one that does not exist, stride < 1 or padding < 0.

    Notes
    -----
    It is a dense convolution whose missing connections are zeros, and is computed as one: what there is to
    learn is then in the table and not in another set of loops, and BLAS is faster than loops that skip the
    zeros. For the third layer of LeNet-5, 60 of 96 filters are no zeros. A pixel that is NaN or infinite
    shows in every output map, since 0 * NaN is NaN.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998,
    table I; nn.SpatialConvolutionMap of Torch7.

    Examples
    --------
    >>> import engine
    >>> import engine.nn.functional as F
    >>> maps = engine.tensor([[[1.0]], [[10.0]], [[100.0]]])
    >>> F.table_conv2d(maps, engine.tensor([[[1.0]], [[1.0]], [[2.0]]]), ((0, 1), (2,)))
    tensor([[[ 11.]],
    <BLANKLINE>
            [[200.]]])
    """
    require_images("table_conv2d", input.shape)
    dense = dense_filters(weight, table, input.shape[-3])
    out: Tensor = conv2d(input, dense, bias, stride, padding)
    return out
