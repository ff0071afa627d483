"""Keeping gradients small. PyTorch has these in ``torch.nn.utils``: ``nn.utils`` is another name of this module."""

import math
from collections.abc import Iterable

import numpy as np

from engine.errors import GraphError, ParameterError
from engine.placement import on_host
from engine.tensor import Tensor, tensor
from engine.versions import mark_changed


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    """Scale all gradients by one factor so that their norm, as one long vector, is at most `max_norm`.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
        Those without a gradient are passed over; gradients are changed in place.
    max_norm : float
    norm_type : float
        p of the p-norm, > 0; ``math.inf`` for the largest absolute value.
    error_if_nonfinite : bool
        Raise if the norm is infinite or NaN; otherwise the gradients become 0 or NaN then.

    Returns
    -------
    Tensor ()
        The norm before.

    Raises
    ------
    ParameterError
        If `norm_type` is not positive.
    GraphError
        If the norm is not finite and `error_if_nonfinite`.

    Notes
    -----
    The factor is max_norm / (norm + 1e-6), at most 1, as in PyTorch.

    References
    ----------
    Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", 2013.

    Examples
    --------
    >>> import engine
    >>> w = engine.tensor([3.0, 4.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> clip_grad_norm_(w, 1.0), w.grad
    (tensor(10.), tensor([0.5999999, 0.7999999]))
    """
    if not norm_type > 0:
        raise ParameterError("clip_grad_norm_", "norm_type > 0", repr(norm_type))
    gradients = _gradients(parameters)
    if not gradients:
        return tensor(0.0)
    norms = [
        np.linalg.norm(on_host(gradient.array).astype(np.float64).reshape(-1), norm_type) for gradient in gradients
    ]
    norm = float(np.linalg.norm(norms, norm_type))
    if error_if_nonfinite and not math.isfinite(norm):
        raise GraphError("clip_grad_norm_", "gradients with a finite norm", str(norm), "look for the op that made it")
    factor = min(max_norm / (norm + 1e-6), 1.0) if not math.isnan(norm) else norm
    for gradient in gradients:
        gradient.array *= factor
        mark_changed(gradient.array)
    return tensor(norm, gradients[0].dtype)


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Move every element of the gradients into the range from -clip_value to clip_value.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
        Those without a gradient are passed over; gradients are changed in place.
    clip_value : float

    Raises
    ------
    ParameterError
        If `clip_value` is negative.

    Examples
    --------
    >>> import engine
    >>> w = engine.tensor([3.0, 0.25], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> clip_grad_value_(w, 1.0)
    >>> w.grad
    tensor([1. , 0.5])
    """
    if not clip_value >= 0:
        raise ParameterError("clip_grad_value_", "clip_value >= 0", repr(clip_value))
    for gradient in _gradients(parameters):
        np.clip(gradient.array, -clip_value, clip_value, out=gradient.array)
        mark_changed(gradient.array)


def _gradients(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    given = [parameters] if isinstance(parameters, Tensor) else parameters
    return [parameter.grad for parameter in given if parameter.grad is not None]
