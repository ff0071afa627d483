"""Tensors put together, and taken apart again."""

from collections.abc import Iterable, Sequence

import numpy as np

from engine.arrays import Array
from engine.errors import ParameterError, ShapeError
from engine.op import Context, Operand, Operands, composite, op
from engine.ops.checks import single_axis, whole_numbers
from engine.ops.index import getitem
from engine.ops.shape import reshape
from engine.tensor import Tensor

# PyTorch's exception from the rule that shapes must agree: it joins in nothing, so cat passes over it.
NOTHING = (0,)


@op
def cat(ctx: Context, tensors: Operands, dim: int = 0) -> Array:
    """Join tensors along an axis they have.

    Parameters
    ----------
    tensors : sequence of Tensor
        At least one; of the same shape but for axis `dim`. Those of shape (0,) go with any other. Dtypes
        are promoted as in NumPy (int64 with float32 gives float64, in PyTorch float32).
    dim : int
        The axis to join along.

    Returns
    -------
    Tensor
        A copy.

    Raises
    ------
    ShapeError
        If the shapes do not go together, or a tensor is a scalar.
    ParameterError
        If there is no axis `dim`.
    DTypeError
        If `tensors` is empty, or not a sequence of tensors.

    Examples
    --------
    >>> import engine
    >>> engine.cat([engine.tensor([[1.0, 2.0]]), engine.tensor([[3.0, 4.0]])], dim=1)
    tensor([[1., 2., 3., 4.]])
    """
    parts = [array for array in tensors if array.shape != NOTHING] or tensors
    shapes = [array.shape for array in parts]
    if any(shape == () for shape in shapes):
        raise ShapeError("cat", "tensors with at least one axis", f"shapes {shapes}", "stack joins scalars")
    axis = single_axis("cat", dim, len(shapes[0]))
    around = {(*shape[:axis], -1, *shape[axis + 1 :]) for shape in shapes}
    if len(around) > 1:
        raise ShapeError("cat", f"shapes that agree but for axis {axis}", f"shapes {shapes}")
    ctx.save([(array.shape, array.dtype) for array in tensors], axis)
    return ctx.contiguous(np.concatenate(parts, axis, dtype=np.result_type(*tensors)))


@cat.vjp
def cat_vjp(ctx: Context, dy: Array) -> list[Array | None]:
    parts, axis = ctx.saved
    gradients: list[Array | None] = []
    end = 0
    for needed, (shape, dtype) in zip(ctx.needs_grad, parts, strict=True):
        length = 0 if shape == NOTHING else shape[axis]
        start, end = end, end + length
        part = dy[(slice(None),) * axis + (slice(start, end),)].reshape(shape)
        gradients.append(ctx.contiguous(part).astype(dtype, copy=False) if needed else None)
    return gradients


@composite
def stack(tensors: Operands, dim: int = 0) -> Tensor:
    """Join tensors along a new axis.

    Parameters
    ----------
    tensors : sequence of Tensor
        At least one, all of the same shape. Dtypes are promoted as in NumPy.
    dim : int
        Which axis of the result is the new one.

    Returns
    -------
    Tensor
        A copy, with one axis more.

    Raises
    ------
    ShapeError
        If the shapes differ, or there is no tensor.
    ParameterError
        If the result has no axis `dim`.

    Examples
    --------
    >>> import engine
    >>> engine.stack([engine.tensor([1.0, 2.0]), engine.tensor([3.0, 4.0])], dim=1)
    tensor([[1., 3.],
            [2., 4.]])
    """
    shapes = [tensor.shape for tensor in tensors]
    if len(set(shapes)) != 1:
        raise ShapeError("stack", "tensors of one shape", f"shapes {shapes}")
    axis = single_axis("stack", dim, len(shapes[0]) + 1)
    longer = (*shapes[0][:axis], 1, *shapes[0][axis:])
    out: Tensor = cat([reshape(tensor, longer) for tensor in tensors], axis)
    return out


@composite
def split(tensor: Operand, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Cut a tensor along an axis.

    Parameters
    ----------
    tensor : Tensor with at least one axis
    split_size_or_sections : int or sequence of int
        The length of every piece (the last may be shorter), or the length of each.
    dim : int
        The axis to cut.

    Returns
    -------
    tuple of Tensor
        Slices, see :func:`engine.ops.getitem`.

    Raises
    ------
    ParameterError
        If there is no axis `dim`, a length is negative, or 0 for all pieces.
    ShapeError
        If the lengths do not add up to that of the axis.

    Examples
    --------
    >>> import engine
    >>> engine.split(engine.tensor([1.0, 2.0, 3.0]), 2)
    (tensor([1., 2.]), tensor([3.]))
    """
    axis = single_axis("split", dim, tensor.ndim)
    length = tensor.shape[axis]
    sizes = whole_numbers("split", "split_size_or_sections", split_size_or_sections, 0)
    if not isinstance(split_size_or_sections, Iterable):
        (size,) = sizes
        if size == 0 < length:
            raise ParameterError("split", "split_size_or_sections above 0", "0")
        sizes = tuple(min(size, length - start) for start in range(0, length, size or 1)) or (0,)
    if sum(sizes) != length:
        got = f"{sizes}, which is {sum(sizes)}"
        raise ShapeError("split", f"lengths that add up to {length}, that of axis {axis}", got)
    ends = np.cumsum(sizes, dtype=int)
    before = (slice(None),) * axis
    return tuple(getitem(tensor, (*before, slice(end - size, end))) for size, end in zip(sizes, ends, strict=True))


@composite
def chunk(input: Operand, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Cut a tensor along an axis into a number of pieces.

    Parameters
    ----------
    input : Tensor with at least one axis
    chunks : int
        How many; fewer come out where the length of the axis does not allow for them, as in PyTorch.
    dim : int
        The axis to cut.

    Returns
    -------
    tuple of Tensor
        Pieces of length ceil(length / chunks), the last may be shorter.

    Raises
    ------
    ParameterError
        If there is no axis `dim`, or `chunks` is below 1.

    Examples
    --------
    >>> import engine
    >>> engine.chunk(engine.tensor([1.0, 2.0, 3.0, 4.0, 5.0]), 4)
    (tensor([1., 2.]), tensor([3., 4.]), tensor([5.]))
    """
    axis = single_axis("chunk", dim, input.ndim)
    (count,) = whole_numbers("chunk", "chunks", chunks, 1)
    length = input.shape[axis]
    return split(input, -(-length // count) if length else [0] * count, axis)
