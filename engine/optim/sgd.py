"""Stochastic gradient descent."""

from collections.abc import Iterable

import numpy as np

from engine.errors import ParameterError
from engine.nn.module import Parameter
from engine.versions import mark_changed


class SGD:
    """Stochastic gradient descent with momentum, in PyTorch's form: v = momentum v + grad, w -= lr v.

    Parameters
    ----------
    params : iterable of Parameter
        What to learn.
    lr : float
        Learning rate, > 0.
    momentum : float
        Share of the former step kept, from 0 to below 1.

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

    def __init__(self, params: Iterable[Parameter], lr: float = 1e-3, momentum: float = 0.0) -> None:
        self.params = list(params)
        if not self.params:
            raise ParameterError("SGD", "at least one parameter", "none", "pass model.parameters()")
        if not lr > 0:
            raise ParameterError("SGD", "lr > 0", repr(lr))
        if not 0 <= momentum < 1:
            raise ParameterError("SGD", "momentum from 0 to below 1", repr(momentum))
        self.lr = lr
        self.momentum = momentum
        self._velocities = [np.zeros_like(parameter.array) for parameter in self.params]

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.params:
            parameter.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient against it."""
        for parameter, velocity in zip(self.params, self._velocities, strict=True):
            if parameter.grad is None:
                continue
            velocity *= self.momentum
            velocity += parameter.grad.array
            parameter.array -= self.lr * velocity
            mark_changed(parameter.array)
