"""Local response normalisation, as in AlexNet."""

import math

from engine.arrays import Array
from engine.errors import ParameterError, ShapeError
from engine.op import Context, Operand, op
from engine.ops.checks import require_floating


@op
def local_response_norm(
    ctx: Context, input: Operand, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Array:
    """Divide each number by what it and its neighbours in depth amount to.

    Parameters
    ----------
    input : Tensor (N, C, L, …)
    size : int
        How many neighbouring channels are looked at: those from c - size // 2 to c + (size - 1) // 2,
        with 0 for those that do not exist.
    alpha, beta, k : float

    Returns
    -------
    Tensor (N, C, L, …)
        input / (k + alpha / size * sum of squares over the neighbours) ** beta.

    Raises
    ------
    ShapeError
        If `input` has fewer than three axes, or no element.
    DTypeError
        If the elements are not floating.
    ParameterError
        If `size` is below 1.

    Notes
    -----
    This is PyTorch's formula. The paper does not divide alpha by the size: its n = 5, alpha = 1e-4,
    k = 2 are here ``size=5, alpha=5e-4, k=2.0``.

    References
    ----------
    Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks",
    2012, section 3.3.

    Examples
    --------
    >>> import engine
    >>> x = engine.tensor([[[1.0], [2.0], [0.0]]])
    >>> engine.local_response_norm(x, 3, alpha=3.0, beta=1.0)
    tensor([[[0.16666667],
             [0.33333334],
             [0.        ]]])
    """
    require_floating("local_response_norm", input=input)
    if input.ndim < 3 or input.size == 0:
        expected = "input (N, C, L, …) with at least one element"
        raise ShapeError("local_response_norm", expected, f"shape {input.shape}")
    if not isinstance(size, int) or size < 1:
        raise ParameterError("local_response_norm", "size as a whole number >= 1", repr(size))
    x = input.reshape(*input.shape[:2], math.prod(input.shape[2:]))
    out, strength = ctx.empty(x.shape, x.dtype), ctx.empty(x.shape, x.dtype)
    ctx.kernels.local_response_norm(out, strength, x, size, float(alpha), float(beta), float(k))
    ctx.save(x, out, strength, size, float(alpha), float(beta))
    return out.reshape(input.shape)


@local_response_norm.vjp
def local_response_norm_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    x, out, strength, size, alpha, beta = ctx.saved
    dx = ctx.empty(x.shape, x.dtype)
    ctx.kernels.local_response_norm_backward(dx, dy.reshape(x.shape), x, out, strength, size, alpha, beta)
    return (dx.reshape(dy.shape),)
