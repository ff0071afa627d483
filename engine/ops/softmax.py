"""Softmax in logarithms."""

from engine.arrays import Array
from engine.op import Context, Operand, op
from engine.ops.checks import reduced_axis, require_floating
from engine.ops.rows import from_rows, to_rows


@op
def softmax(ctx: Context, input: Operand, dim: int) -> Array:
    """Make any numbers positive and let them sum to 1 along one axis, safe for logits of any size.

    Parameters
    ----------
    input : Tensor, any shape
    dim : int
        The axis that is to sum to 1.

    Returns
    -------
    Tensor
        exp(input) / sum of exp(input) along `dim`, of the same shape.

    Raises
    ------
    ParameterError
        If there is no axis `dim`.
    DTypeError
        If the elements are not floating.

    References
    ----------
    Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990.

    Examples
    --------
    >>> import engine
    >>> engine.softmax(engine.tensor([[0.0, 0.0], [0.0, 1000.0]]), dim=1)
    tensor([[0.5, 0.5],
            [0. , 1. ]])
    """
    require_floating("softmax", input=input)
    axes = reduced_axis("softmax", dim, input.ndim)
    rows = to_rows(ctx, input, axes)
    out = ctx.empty(rows.shape, input.dtype)
    ctx.kernels.softmax(out, rows)
    ctx.save(out, axes)
    return from_rows(ctx, out, axes, input.shape)


@softmax.vjp
def softmax_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    out, axes = ctx.saved
    dx = ctx.empty(out.shape, out.dtype)
    ctx.kernels.softmax_backward(dx, to_rows(ctx, dy, axes), out)
    return (from_rows(ctx, dx, axes, dy.shape),)


@op
def log_softmax(ctx: Context, input: Operand, dim: int) -> Array:
    """Logarithm of the softmax along one axis, safe for logits of any size.

    Parameters
    ----------
    input : Tensor, any shape
    dim : int
        The axis whose exponentials are to sum to 1.

    Returns
    -------
    Tensor
        input - log(sum of exp(input) along `dim`), of the same shape.

    Raises
    ------
    ParameterError
        If there is no axis `dim`.
    DTypeError
        If the elements are not floating.

    Examples
    --------
    >>> import engine
    >>> engine.log_softmax(engine.tensor([[0.0, 0.0, 1000.0]]), dim=1)
    tensor([[-1000., -1000.,     0.]])
    """
    require_floating("log_softmax", input=input)
    axes = reduced_axis("log_softmax", dim, input.ndim)
    rows = to_rows(ctx, input, axes)
    out = ctx.empty(rows.shape, input.dtype)
    ctx.kernels.log_softmax(out, rows)
    ctx.save(out, axes)
    return from_rows(ctx, out, axes, input.shape)


@log_softmax.vjp
def log_softmax_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    out, axes = ctx.saved
    dx = ctx.empty(out.shape, out.dtype)
    ctx.kernels.log_softmax_backward(dx, to_rows(ctx, dy, axes), out)
    return (from_rows(ctx, dx, axes, dy.shape),)
