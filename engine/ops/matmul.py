"""Matrix products and the fully connected layer."""

import numpy as np

from engine.arrays import Array
from engine.errors import ShapeError
from engine.op import Context, Operand, op
from engine.ops.checks import require_floating


@op
def matmul(ctx: Context, input: Operand, other: Operand) -> Array:
    """Multiply matrices, or stacks of as many matrices.

    Parameters
    ----------
    input : Tensor (M, L) or (S, M, L)
    other : Tensor (L, N) or (S, L, N)
        Of the same floating dtype.

    Returns
    -------
    Tensor (M, N) or (S, M, N)

    Raises
    ------
    ShapeError
        If the inner lengths or the stacks differ.
    DTypeError
        If the dtypes differ or are not floating.

    Examples
    --------
    >>> import engine
    >>> engine.tensor([[1.0, 2.0]]) @ engine.tensor([[3.0], [4.0]])
    tensor([[11.]])
    """
    require_floating("matmul", input=input, other=other)
    fits = (
        input.ndim == other.ndim
        and input.ndim in (2, 3)
        and input.shape[-1] == other.shape[-2]
        and input.shape[:-2] == other.shape[:-2]
    )
    if not fits:
        got = f"{input.shape} and {other.shape}"
        raise ShapeError("matmul", "(M, L) and (L, N), or (S, M, L) and (S, L, N)", got)
    out = ctx.empty((*input.shape[:-1], other.shape[-1]), input.dtype)
    ctx.kernels.matmul(_stack(out), _stack(input), _stack(other), 0, 0)
    ctx.save(input, other)
    return out


@matmul.vjp
def matmul_vjp(ctx: Context, dy: Array) -> tuple[Array | None, Array | None]:
    a, b = ctx.saved
    da = db = None
    if ctx.needs_grad[0]:
        da = ctx.empty(a.shape, a.dtype)
        ctx.kernels.matmul(_stack(da), _stack(dy), _stack(b), 0, 1)
    if ctx.needs_grad[1]:
        db = ctx.empty(b.shape, b.dtype)
        ctx.kernels.matmul(_stack(db), _stack(a), _stack(dy), 1, 0)
    return da, db


def _stack(matrix: Array) -> Array:
    return matrix.reshape((1, *matrix.shape)) if matrix.ndim == 2 else matrix


@op
def linear(ctx: Context, input: Operand, weight: Operand, bias: Operand | None = None) -> Array:
    """Fully connected layer: every output is a weighted sum of all inputs, plus a bias.

    Parameters
    ----------
    input : Tensor (N, D), or (D,) for a single example
    weight : Tensor (K, D)
        One row for each output.
    bias : Tensor (K,), optional

    Returns
    -------
    Tensor (N, K), or (K,)
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
    require_floating("linear", input=input, weight=weight, bias=bias)
    if weight.ndim != 2:
        raise ShapeError("linear", "weight (K, D)", f"shape {weight.shape}")
    outputs, depth = weight.shape
    if input.ndim not in (1, 2) or input.shape[-1] != depth:
        expected = f"input (N, {depth}) to go with weight {weight.shape}"
        raise ShapeError("linear", expected, f"shape {input.shape}", "flatten images first: x.reshape(N, -1)")
    if bias is not None and bias.shape != (outputs,):
        raise ShapeError("linear", f"bias ({outputs},)", f"shape {bias.shape}")
    rows = input.reshape(-1, depth)
    out = ctx.empty((rows.shape[0], outputs), input.dtype)
    ctx.kernels.linear(out, rows, weight, np.zeros(outputs, input.dtype) if bias is None else bias)
    ctx.save(input, weight)
    return out.reshape((*input.shape[:-1], outputs))


@linear.vjp
def linear_vjp(ctx: Context, dy: Array) -> tuple[Array | None, Array | None, Array | None]:
    input, weight = ctx.saved
    rows, dy = input.reshape(-1, weight.shape[1]), dy.reshape(-1, weight.shape[0])
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
