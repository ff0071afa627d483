"""Adagrad."""

import numpy as np

from engine.arrays import Array
from engine.optim.optimizer import Group, Optimizer, Parameters, State, at_least, decayed


class Adagrad(Optimizer):
    """Divide each gradient by the root of the sum of all its squares so far.

    ::

        s += grad^2
        w -= lr / (1 + (step - 1) lr_decay) * grad / (sqrt(s) + eps)

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to learn; see :class:`engine.optim.Optimizer`.
    lr : float
        Learning rate, >= 0.
    lr_decay : float
        How fast the learning rate falls, >= 0.
    weight_decay : float
        Factor of the parameter itself that is added to its gradient, >= 0.
    initial_accumulator_value : float
        What s starts from, >= 0.
    eps : float
        Keeps the divisor from 0, >= 0.
    maximize : bool
        Climb instead.

    Raises
    ------
    ParameterError
        If there is no parameter, or a setting is out of range.

    References
    ----------
    Duchi, Hazan, Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", 2011.

    Examples
    --------
    >>> import engine
    >>> w = engine.nn.Parameter(engine.tensor([1.0, 1.0]))
    >>> optimizer = Adagrad([w], lr=0.25)
    >>> (w * engine.tensor([1000.0, 0.5])).sum().backward()
    >>> optimizer.step()
    >>> w
    Parameter([0.75, 0.75], requires_grad=True)
    """

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "eps": eps,
                "maximize": maximize,
            },
        )

    def check(self, group: Group) -> None:
        """Raise ParameterError unless the settings of a group can work."""
        at_least("Adagrad", group, "lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps")

    def update(self, parameter: Array, gradient: Array, state: State, group: Group) -> None:
        """Move one parameter, in place."""
        if not state:
            state |= {"step": 0, "sum": np.full_like(parameter, group["initial_accumulator_value"])}
        state["step"] += 1
        gradient = decayed(gradient, parameter, group["weight_decay"])
        squares = state["sum"]
        squares += gradient * gradient
        lr = group["lr"] / (1 + (state["step"] - 1) * group["lr_decay"])
        parameter -= lr * gradient / (np.sqrt(squares) + group["eps"])
