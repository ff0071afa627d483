"""Stochastic gradient descent."""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.errors import ParameterError
from engine.optim.optimizer import Group, Optimizer, Parameters, State, at_least
from engine.placement import kernels_for


class SGD(Optimizer):
    """Stochastic gradient descent with momentum, in PyTorch's form: v = momentum v + grad, w -= lr v.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to learn; see :class:`engine.optim.Optimizer`.
    lr : float
        Learning rate, >= 0.
    momentum : float
        Share of the former step kept, >= 0.
    dampening : float
        The gradient enters v with factor 1 - dampening, except at the first step.
    weight_decay : float
        Factor of the parameter itself that is added to its gradient, >= 0.
    nesterov : bool
        Move by grad + momentum v: the gradient as if the step by v were already made.
    maximize : bool
        Climb instead.

    Raises
    ------
    ParameterError
        If there is no parameter, or a setting is out of range.

    References
    ----------
    Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.

    Examples
    --------
    >>> import engine
    >>> w = engine.nn.Parameter(engine.tensor([1.0]))
    >>> optimizer = SGD([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    Parameter([0.8], requires_grad=True)
    """

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
            },
        )

    def check(self, group: Group) -> None:
        """Raise ParameterError unless the settings of a group can work."""
        at_least("SGD", group, "lr", "momentum", "weight_decay")
        if group["nesterov"] and not (group["momentum"] > 0 and group["dampening"] == 0):
            got = f"momentum={group['momentum']}, dampening={group['dampening']}"
            raise ParameterError("SGD", "momentum > 0 and dampening = 0 with nesterov", got)

    def update_all(self, moving: Sequence[tuple[Array, Array, State]], group: Group) -> None:
        """Move parameters, in place, in one pass over memory."""
        momentum, velocities, first = group["momentum"], [], []
        if momentum:
            for parameter, _, state in moving:
                first.append("momentum_buffer" not in state)
                if first[-1]:
                    state["momentum_buffer"] = np.zeros_like(parameter)
                velocities.append(state["momentum_buffer"])
        kernels_for(moving[0][0]).sgd(
            [parameter for parameter, _, _ in moving],
            [gradient for _, gradient, _ in moving],
            velocities,
            [0.0 if new else momentum for new in first],
            [1.0 if new else 1 - group["dampening"] for new in first],
            group["lr"],
            momentum,
            group["weight_decay"],
            int(group["nesterov"]),
        )
