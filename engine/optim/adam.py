"""Adam, and AdamW, which keeps weight decay out of the running means."""

import math
from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.errors import ParameterError
from engine.optim.optimizer import Group, Optimizer, Parameters, State, at_least
from engine.placement import kernels_for


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

    def update_all(self, moving: Sequence[tuple[Array, Array, State]], group: Group) -> None:
        """Move parameters, in place, in one pass over memory."""
        self.move(moving, group, decay=group["weight_decay"], shrink=1.0)

    def move(self, moving: Sequence[tuple[Array, Array, State]], group: Group, *, decay: float, shrink: float) -> None:
        """Make the step: `decay` times a parameter is added to its gradient, and it shrinks by a factor."""
        for parameter, _, state in moving:
            if not state:
                state |= {"step": 0, "exp_avg": np.zeros_like(parameter), "exp_avg_sq": np.zeros_like(parameter)}
            state["step"] += 1
        beta1, beta2 = group["betas"]
        kernels_for(moving[0][0]).adam(
            [parameter for parameter, _, _ in moving],
            [gradient for _, gradient, _ in moving],
            [state["exp_avg"] for _, _, state in moving],
            [state["exp_avg_sq"] for _, _, state in moving],
            [group["lr"] / (1 - beta1 ** state["step"]) for _, _, state in moving],
            [1 / math.sqrt(1 - beta2 ** state["step"]) for _, _, state in moving],
            beta1,
            beta2,
            group["eps"],
            decay,
            shrink,
        )


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

    def update_all(self, moving: Sequence[tuple[Array, Array, State]], group: Group) -> None:
        """Move parameters, in place, in one pass over memory."""
        self.move(moving, group, decay=0.0, shrink=1 - group["lr"] * group["weight_decay"])
