"""Adam, and AdamW, which keeps weight decay out of the running means."""

import math

import numpy as np

from engine.arrays import Array
from engine.errors import ParameterError
from engine.optim.optimizer import Group, Optimizer, Parameters, State, at_least, decayed


class Adam(Optimizer):
    """Steps of about lr for every element, whatever the size of its gradients.

    m and v are running means of the gradient and of its square; both start at 0, which dividing by
    1 - beta^step makes up for::

        m = beta1 m + (1 - beta1) grad
        v = beta2 v + (1 - beta2) grad^2
        w -= lr * m / (1 - beta1^step) / (sqrt(v / (1 - beta2^step)) + eps)

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to learn; see :class:`engine.optim.Optimizer`.
    lr : float
        Learning rate, >= 0.
    betas : (float, float)
        How much of the running means is kept at each step, from 0 to below 1.
    eps : float
        Keeps the divisor from 0, >= 0.
    weight_decay : float
        Factor of the parameter itself that is added to its gradient, >= 0.
    maximize : bool
        Climb instead.

    Raises
    ------
    ParameterError
        If there is no parameter, or a setting is out of range.

    References
    ----------
    Kingma, Ba, "Adam: a method for stochastic optimization", 2015.

    Examples
    --------
    >>> import engine
    >>> w = engine.nn.Parameter(engine.tensor([1.0, 1.0]))
    >>> optimizer = Adam([w], lr=0.25)
    >>> (w * engine.tensor([1000.0, 0.001])).sum().backward()
    >>> optimizer.step()
    >>> w
    Parameter([0.75     , 0.7500025], requires_grad=True)
    """

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        *,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(params, settings)

    def check(self, group: Group) -> None:
        """Raise ParameterError unless the settings of a group can work."""
        who = type(self).__name__
        at_least(who, group, "lr", "eps", "weight_decay")
        if len(group["betas"]) != 2 or not all(0 <= beta < 1 for beta in group["betas"]):
            raise ParameterError(who, "two betas from 0 to below 1", repr(group["betas"]))

    def update(self, parameter: Array, gradient: Array, state: State, group: Group) -> None:
        """Move one parameter, in place."""
        gradient = decayed(gradient, parameter, group["weight_decay"])
        self.move(parameter, gradient, state, group)

    def move(self, parameter: Array, gradient: Array, state: State, group: Group) -> None:
        """Make the step itself, weight decay already dealt with."""
        if not state:
            state |= {"step": 0, "exp_avg": np.zeros_like(parameter), "exp_avg_sq": np.zeros_like(parameter)}
        state["step"] += 1
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        beta1, beta2 = group["betas"]
        mean += (1 - beta1) * (gradient - mean)
        square *= beta2
        square += (1 - beta2) * gradient * gradient
        divisor = np.sqrt(square) / math.sqrt(1 - beta2 ** state["step"]) + group["eps"]
        parameter -= group["lr"] / (1 - beta1 ** state["step"]) * mean / divisor


class AdamW(Adam):
    """Adam with weight decay of its own: w shrinks by the factor 1 - lr * weight_decay before each step.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to learn; see :class:`engine.optim.Optimizer`.
    lr : float
        Learning rate, >= 0.
    betas : (float, float)
        How much of the running means is kept at each step, from 0 to below 1.
    eps : float
        Keeps the divisor from 0, >= 0.
    weight_decay : float
        How fast parameters shrink, >= 0.
    maximize : bool
        Climb instead.

    Raises
    ------
    ParameterError
        If there is no parameter, or a setting is out of range.

    References
    ----------
    Loshchilov, Hutter, "Decoupled weight decay regularization", 2019.

    Examples
    --------
    >>> import engine
    >>> w = engine.nn.Parameter(engine.tensor([1.0]))
    >>> optimizer = AdamW([w], lr=0.25, weight_decay=0.5)
    >>> (w * 0).sum().backward()
    >>> optimizer.step()
    >>> w
    Parameter([0.875], requires_grad=True)
    """

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, maximize=maximize)

    def update(self, parameter: Array, gradient: Array, state: State, group: Group) -> None:
        """Move one parameter, in place."""
        parameter *= 1 - group["lr"] * group["weight_decay"]
        self.move(parameter, gradient, state, group)
