"""Finite differences: what every vjp is held against."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.autograd import no_grad
from engine.errors import DTypeError, GradientError
from engine.tensor import Tensor


@dataclass(frozen=True)
class GradientReport:
    """What :func:`gradcheck` compared.

    Attributes
    ----------
    checked : int
        Elements whose derivative was compared.
    kinks : int
        Elements passed over because the function bends there (a ReLU near 0, two equal values in a
        pooling window): slopes from the left and from the right differ, so there is no derivative.
    worst : float
        The largest difference found.
    """

    checked: int
    kinks: int
    worst: float


def gradcheck(
    function: Callable[..., Tensor],
    inputs: Sequence[Tensor | None],
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    seed: int = 0,
) -> GradientReport:
    """Compare the gradients of `function` with central differences at every element.

    The upstream gradient is random, so that a vjp which ignores it, or mixes its elements up, fails.

    Parameters
    ----------
    function : callable
        Takes the inputs, returns one tensor; called many times, must be deterministic.
    inputs : sequence of Tensor or None
        Those with requires_grad=True are checked; they must be float64. None is handed on.
    eps : float
        Step of the differences.
    atol, rtol : float
        |vjp - difference| must be at most atol + rtol * |difference|.
    seed : int
        Draws the upstream gradient.

    Returns
    -------
    GradientReport

    Raises
    ------
    GradientError
        At the first element that disagrees: which input, which index, both values. Also if most
        elements lie at kinks, so that nothing would be proved.
    DTypeError
        If an input to be checked is not float64.

    Examples
    --------
    >>> import engine
    >>> x = engine.tensor([0.5, -1.0], dtype="float64", requires_grad=True)
    >>> engine.gradcheck(engine.tanh, [x]).checked
    2
    """
    checked = [(i, tensor) for i, tensor in enumerate(inputs) if tensor is not None and tensor.requires_grad]
    if not checked or any(tensor.dtype != np.float64 for _, tensor in checked):
        got = ", ".join(f"{t.dtype} requires_grad={t.requires_grad}" for t in inputs if t is not None)
        raise DTypeError("gradcheck", "float64 inputs, at least one with requires_grad=True", got)
    for _, tensor in checked:
        tensor.grad = None
    out = function(*inputs)
    cotangent = np.random.default_rng(seed).standard_normal(out.shape)
    out.backward(Tensor(cotangent))
    kinks = compared = 0
    worst = 0.0
    for i, tensor in checked:
        gradient = np.zeros(tensor.shape) if tensor.grad is None else tensor.grad.array
        for position in np.ndindex(tensor.shape):
            left, right = _slopes(function, inputs, tensor, position, cotangent, eps)
            difference = (left + right) / 2
            if abs(left - right) > 1e-3 * max(1.0, abs(left), abs(right)):
                kinks += 1
                continue
            compared += 1
            error = abs(gradient[position] - difference)
            worst = max(worst, float(error))
            if not error <= atol + rtol * abs(difference):
                raise GradientError(
                    f"gradcheck of input {i} at {position}",
                    f"{difference:.8g} by finite differences",
                    f"{gradient[position]:.8g} from backward",
                )
    if compared < kinks:
        fix = "move them away from 0 and from each other"
        raise GradientError("gradcheck", "inputs away from kinks", f"{kinks} of {kinks + compared} at one", fix)
    return GradientReport(compared, kinks, worst)


def _slopes(
    function: Callable[..., Tensor],
    inputs: Sequence[Tensor | None],
    tensor: Tensor,
    position: tuple[int, ...],
    cotangent: Array,
    eps: float,
) -> tuple[float, float]:
    """Slopes of <cotangent, function> to the left and to the right of one element."""
    here = tensor.array[position]
    values = []
    with no_grad():
        for step in (-eps, 0.0, eps):
            tensor.array[position] = here + step
            values.append(float(np.sum(function(*inputs).array * cotangent)))
    tensor.array[position] = here
    return (values[1] - values[0]) / eps, (values[2] - values[1]) / eps
