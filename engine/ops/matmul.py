"""Matrix products and the fully connected layer."""

import math

import numpy as np

from engine.arrays import Array
from engine.errors import ShapeError
from engine.op import Context, Operand, op
from engine.ops.checks import require_floating
from engine.ops.formula import unbroadcast


@op
def matmul(ctx: Context, input: Operand, other: Operand) -> Array:
    """Multiply matrices, matrices and vectors, or batches of them.

    Parameters
    ----------
    input : Tensor (…, M, L), or a vector (L,)
    other : Tensor (…, L, N), or a vector (L,)
        Of the same floating dtype. The axes in front of matrices broadcast as in arithmetic.

    Returns
    -------
    Tensor (…, M, N)
        Without M where `input` is a vector, without N where `other` is.

    Raises
    ------
    ShapeError
        If the inner lengths differ, the axes in front do not broadcast, or one of the two is a scalar.
    DTypeError
        If the dtypes differ or are not floating.

    Examples
    --------
    >>> import engine
    >>> engine.tensor([[1.0, 2.0]]) @ engine.tensor([[3.0], [4.0]])
    tensor([[11.]])
    >>> engine.tensor([[1.0, 2.0], [0.0, 1.0]]) @ engine.tensor([3.0, 4.0])
    tensor([11.,  4.])
    """
    require_floating("matmul", input=input, other=other)
    got = f"{input.shape} and {other.shape}"
    if input.ndim == 0 or other.ndim == 0:
        raise ShapeError("matmul", "tensors with at least one axis", got, "multiply by a scalar with *")
    a = input.reshape(1, -1) if input.ndim == 1 else input
    b = other.reshape(-1, 1) if other.ndim == 1 else other
    if a.shape[-1] != b.shape[-2]:
        raise ShapeError("matmul", "(…, M, L) and (…, L, N), or a vector (L,) for either", got)
    try:
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError:
        raise ShapeError("matmul", "axes in front of the matrices that broadcast", got) from None
    (*_, rows, length), columns = a.shape, b.shape[-1]
    products = math.prod(batch)
    if math.prod(b.shape[:-2]) == 1:  # one matrix on the right serves all rows: a single, large product
        products, rows = 1, products * rows
        left = a.reshape(1, rows, length)
    else:
        left = _stack(ctx, a, batch)
    right = _stack(ctx, b, batch)
    out = ctx.empty((products, rows, columns), a.dtype)
    ctx.kernels.matmul(out, left, right, 0, 0)
    shapes = (out.shape, batch, input.shape, a.shape, other.shape, b.shape)
    ctx.save(shapes, left if ctx.needs_grad[1] else None, right if ctx.needs_grad[0] else None)
    return out.reshape((*batch, *a.shape[-2:-1] * (input.ndim > 1), *b.shape[-1:] * (other.ndim > 1)))


@matmul.vjp
def matmul_vjp(ctx: Context, dy: Array) -> tuple[Array | None, Array | None]:
    (shape, batch, input_shape, a_shape, other_shape, b_shape), left, right = ctx.saved
    products, rows, columns = shape
    length, dy = a_shape[-1], dy.reshape(shape)
    da = db = None
    if ctx.needs_grad[0]:
        full = ctx.empty((products, rows, length), dy.dtype)
        ctx.kernels.matmul(full, dy, right, 0, 1)
        da = unbroadcast(ctx, full.reshape((*batch, *a_shape[-2:])), a_shape).reshape(input_shape)
    if ctx.needs_grad[1]:
        full = ctx.empty((products, length, columns), dy.dtype)
        ctx.kernels.matmul(full, left, dy, 1, 0)
        # A single product has summed over the batch already.
        db = full if products == 1 else unbroadcast(ctx, full.reshape((*batch, length, columns)), b_shape)
        db = db.reshape(other_shape)
    return da, db


def _stack(ctx: Context, matrices: Array, batch: tuple[int, ...]) -> Array:
    """Return (S, rows, columns) for a batch of S, or (1, rows, columns) where one matrix serves all."""
    count = math.prod(matrices.shape[:-2])
    if count not in (1, math.prod(batch)):
        count = math.prod(batch)
        matrices = ctx.contiguous(np.broadcast_to(matrices, (*batch, *matrices.shape[-2:])))
    return matrices.reshape(count, *matrices.shape[-2:])


@op
def linear(ctx: Context, input: Operand, weight: Operand, bias: Operand | None = None) -> Array:
    """Fully connected layer: every output is a weighted sum of all inputs, plus a bias.

    Parameters
    ----------
    input : Tensor (…, D)
        Usually (N, D), a row for each example.
    weight : Tensor (K, D)
        One row for each output.
    bias : Tensor (K,), optional

    Returns
    -------
    Tensor (…, K)
        input @ weight.T + bias.

    Raises
    ------
    ShapeError
        If the shapes do not go together.
    DTypeError
        If the dtypes differ or are not floating.

    Examples
    --------
    >>> import engine
    >>> w = engine.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    >>> engine.linear(engine.tensor([[3.0, 4.0]]), w, engine.tensor([0.0, 0.0, 1.0]))
    tensor([[3., 7., 9.]])
    """
    return affine(ctx, "linear", input, weight, bias, relu=0)


def affine(ctx: Context, who: str, input: Array, weight: Array, bias: Array | None, relu: int) -> Array:
    """Compute :func:`linear`, rectified if so wished; save what its vjp needs."""
    require_floating(who, input=input, weight=weight, bias=bias)
    if weight.ndim != 2:
        raise ShapeError(who, "weight (K, D)", f"shape {weight.shape}")
    outputs, depth = weight.shape
    if input.ndim == 0 or input.shape[-1] != depth:
        expected = f"input (…, {depth}) to go with weight {weight.shape}"
        flatten = "flatten images first: x.reshape(N, -1)" if input.ndim > 2 else ""
        raise ShapeError(who, expected, f"shape {input.shape}", flatten)
    if bias is not None and bias.shape != (outputs,):
        raise ShapeError(who, f"bias ({outputs},)", f"shape {bias.shape}")
    rows = input.reshape(math.prod(input.shape[:-1]), depth)
    out = ctx.empty((rows.shape[0], outputs), input.dtype)
    ctx.kernels.linear(out, rows, weight, np.zeros(outputs, input.dtype) if bias is None else bias, relu)
    ctx.save(input, weight)
    return out.reshape((*input.shape[:-1], outputs))


@linear.vjp
def linear_vjp(ctx: Context, dy: Array) -> tuple[Array | None, Array | None, Array | None]:
    input, weight = ctx.saved[:2]  # linear_relu saves its result, too
    count = math.prod(input.shape[:-1])
    rows, dy = input.reshape(count, weight.shape[1]), dy.reshape(count, weight.shape[0])
    dx = dw = db = None
    if ctx.needs_grad[0]:
        dx = ctx.empty(rows.shape, rows.dtype)
        ctx.kernels.linear_backward_x(dx, dy, weight)
        dx = dx.reshape(input.shape)
    if ctx.needs_grad[1]:
        dw = ctx.empty(weight.shape, weight.dtype)
        ctx.kernels.linear_backward_w(dw, dy, rows)
    if ctx.needs_grad[2]:
        db = ctx.empty((weight.shape[0],), weight.dtype)
        ctx.kernels.linear_backward_b(db, dy)
    return dx, dw, db
