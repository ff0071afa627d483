"""RMSprop."""

import numpy as np

from engine.arrays import Array
from engine.optim.optimizer import Group, Optimizer, Parameters, State, at_least, decayed


class RMSprop(Optimizer):
    """Divide each gradient by the root of a running mean of its square.

    ::

        v = alpha v + (1 - alpha) grad^2
        w -= lr * grad / (sqrt(v) + eps)

    With momentum, the quotient goes into a velocity first: u = momentum u + quotient, w -= lr u.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to learn; see :class:`engine.optim.Optimizer`.
    lr : float
        Learning rate, >= 0.
    alpha : float
        How much of the running mean is kept at each step, >= 0.
    eps : float
        Keeps the divisor from 0, >= 0.
    weight_decay : float
        Factor of the parameter itself that is added to its gradient, >= 0.
    momentum : float
        Share of the former step kept, >= 0.
    centered : bool
        Divide by the standard deviation: the square of the gradient's running mean is taken off v.
    maximize : bool
        Climb instead.

    Raises
    ------
    ParameterError
        If there is no parameter, or a setting is out of range.

    References
    ----------
    Hinton, Srivastava, Swersky, "Neural networks for machine learning", lecture 6e, 2012; centred:
    Graves, "Generating sequences with recurrent neural networks", 2013.

    Examples
    --------
    >>> import engine
    >>> w = engine.nn.Parameter(engine.tensor([1.0, 1.0]))
    >>> optimizer = RMSprop([w], lr=0.25, alpha=0.75)
    >>> (w * engine.tensor([1000.0, 0.5])).sum().backward()
    >>> optimizer.step()
    >>> w
    Parameter([0.5, 0.5], requires_grad=True)
    """

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "alpha": alpha,
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum": momentum,
                "centered": centered,
                "maximize": maximize,
            },
        )

    def check(self, group: Group) -> None:
        """Raise ParameterError unless the settings of a group can work."""
        at_least("RMSprop", group, "lr", "alpha", "eps", "weight_decay", "momentum")

    def update(self, parameter: Array, gradient: Array, state: State, group: Group) -> None:
        """Move one parameter, in place."""
        gradient = decayed(gradient, parameter, group["weight_decay"])
        alpha, momentum = group["alpha"], group["momentum"]
        square = state.setdefault("square_avg", np.zeros_like(parameter))
        square *= alpha
        square += (1 - alpha) * gradient * gradient
        spread = square
        if group["centered"]:
            mean = state.setdefault("grad_avg", np.zeros_like(parameter))
            mean += (1 - alpha) * (gradient - mean)
            spread = square - mean * mean
        step = gradient / (np.sqrt(spread) + group["eps"])
        if momentum:
            velocity = state.setdefault("momentum_buffer", np.zeros_like(parameter))
            velocity *= momentum
            velocity += step
            step = velocity
        parameter -= group["lr"] * step
