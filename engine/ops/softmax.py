"""Softmax in logarithms."""

import numpy as np

from engine.arrays import Array
from engine.op import Context, Operand, op
from engine.ops.checks import axes_of, require_floating


@op
def log_softmax(ctx: Context, input: Operand, dim: int) -> Array:
    """Logarithm of the softmax along one axis, safe for logits of any size.

    Parameters
    ----------
    input : Tensor, any shape with at least one axis
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
    (axis,) = axes_of("log_softmax", int(dim), input.ndim)
    rows = _rows(input, axis)
    out = ctx.empty(rows.shape, input.dtype)
    ctx.kernels.log_softmax(out, rows)
    ctx.save(out, axis)
    return _unrows(out, axis, input.shape)


@log_softmax.vjp
def log_softmax_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    out, axis = ctx.saved
    dx = ctx.empty(out.shape, out.dtype)
    ctx.kernels.log_softmax_backward(dx, _rows(dy, axis), out)
    return (_unrows(dx, axis, dy.shape),)


def _rows(array: Array, axis: int) -> Array:
    """Move `axis` to the end and flatten the rest: (…, n, …) to (rows, n)."""
    return np.asarray(np.moveaxis(array, axis, -1), order="C").reshape(-1, array.shape[axis])


def _unrows(rows: Array, axis: int, shape: tuple[int, ...]) -> Array:
    """Undo :func:`_rows`."""
    moved = rows.reshape([*shape[:axis], *shape[axis + 1 :], shape[axis]])
    return np.asarray(np.moveaxis(moved, -1, axis), order="C")
