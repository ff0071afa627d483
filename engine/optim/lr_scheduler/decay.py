"""Schedules that change the learning rate there is, so that several may follow each other in every step."""

import math
from collections import Counter
from collections.abc import Iterable

from engine.errors import ParameterError
from engine.optim.lr_scheduler.scheduler import LRScheduler
from engine.optim.optimizer import Optimizer


class StepLR(LRScheduler):
    """Times gamma after every `step_size` steps: lr(t) = lr(0) * gamma^floor(t / step_size).

    Parameters
    ----------
    optimizer : Optimizer
    step_size : int
        At least 1.
    gamma : float
    last_epoch : int
        -1 to start; see :class:`LRScheduler`.

    Raises
    ------
    ParameterError
        If `step_size` is below 1.

    Examples
    --------
    >>> import engine
    >>> optimizer = engine.optim.SGD(engine.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for _ in range(5):
    ...     scheduler.step()
    >>> optimizer.param_groups[0]["lr"]
    0.25
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size = _at_least_1("StepLR", "step_size", step_size)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return lr * gamma where a new stretch begins."""
        if self.last_epoch == 0 or self.last_epoch % self.step_size:
            return self._present()
        return [lr * self.gamma for lr in self._present()]


class MultiStepLR(LRScheduler):
    """Times gamma at each milestone: lr(t) = lr(0) * gamma^(number of milestones <= t).

    Parameters
    ----------
    optimizer : Optimizer
    milestones : iterable of int
        Numbers of steps; one that is named twice counts twice.
    gamma : float
    last_epoch : int
        -1 to start; see :class:`LRScheduler`.

    Examples
    --------
    >>> import engine
    >>> optimizer = engine.optim.SGD(engine.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = MultiStepLR(optimizer, [2, 3], gamma=0.5)
    >>> for _ in range(5):
    ...     scheduler.step()
    >>> optimizer.param_groups[0]["lr"]
    0.25
    """

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return lr * gamma at a milestone."""
        return [lr * self.gamma ** self.milestones[self.last_epoch] for lr in self._present()]


class ExponentialLR(LRScheduler):
    """Times gamma at every step: lr(t) = lr(0) * gamma^t.

    Parameters
    ----------
    optimizer : Optimizer
    gamma : float
    last_epoch : int
        -1 to start; see :class:`LRScheduler`.

    Examples
    --------
    >>> import engine
    >>> optimizer = engine.optim.SGD(engine.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = ExponentialLR(optimizer, gamma=0.5)
    >>> for _ in range(3):
    ...     scheduler.step()
    >>> optimizer.param_groups[0]["lr"]
    0.125
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return lr * gamma."""
        return self._present() if self._is_first else [lr * self.gamma for lr in self._present()]


class LinearLR(LRScheduler):
    """A straight line of factors, for warming up: from start_factor to end_factor in total_iters steps.

    Parameters
    ----------
    optimizer : Optimizer
    start_factor : float
        Above 0, at most 1.
    end_factor : float
        From 0 to 1; holds for all steps after.
    total_iters : int
    last_epoch : int
        -1 to start; see :class:`LRScheduler`.

    Raises
    ------
    ParameterError
        If a factor is out of its range.

    Examples
    --------
    >>> import engine
    >>> optimizer = engine.optim.SGD(engine.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = LinearLR(optimizer, start_factor=0.5, total_iters=4)
    >>> for _ in range(2):
    ...     scheduler.step()
    >>> optimizer.param_groups[0]["lr"]
    0.75
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < start_factor <= 1:
            raise ParameterError("LinearLR", "start_factor above 0, at most 1", repr(start_factor))
        if not 0 <= end_factor <= 1:
            raise ParameterError("LinearLR", "end_factor from 0 to 1", repr(end_factor))
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return lr * (this step's factor) / (the last step's factor)."""
        if self.last_epoch == 0:
            return [lr * self.start_factor for lr in self._present()]
        if self._is_first or self.last_epoch > self.total_iters:
            return self._present()
        rise = self.end_factor - self.start_factor
        last = self.total_iters * self.start_factor + (self.last_epoch - 1) * rise
        return [lr * (1 + rise / last) for lr in self._present()]


class CosineAnnealingLR(LRScheduler):
    """Half a cosine wave: lr(t) = eta_min + (lr(0) - eta_min) (1 + cos(pi t / T_max)) / 2.

    Parameters
    ----------
    optimizer : Optimizer
    T_max : int
        Steps until `eta_min` is reached, at least 1; after that the learning rate rises again.
    eta_min : float
    last_epoch : int
        -1 to start; see :class:`LRScheduler`.

    Raises
    ------
    ParameterError
        If `T_max` is below 1.

    References
    ----------
    Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017.

    Examples
    --------
    >>> import engine
    >>> optimizer = engine.optim.SGD(engine.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = CosineAnnealingLR(optimizer, T_max=4)
    >>> for _ in range(2):
    ...     scheduler.step()
    >>> round(optimizer.param_groups[0]["lr"], 12)
    0.5
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max = _at_least_1("CosineAnnealingLR", "T_max", T_max)
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return what the wave makes of lr in one step."""
        if self._is_first:
            return self._present()
        before, now = (1 + math.cos(math.pi * t / self.T_max) for t in (self.last_epoch - 1, self.last_epoch))
        if (self.last_epoch - 1 - self.T_max) % (2 * self.T_max) == 0:
            # One step past the trough, where `before` is 0 and there is nothing to multiply.
            return [group["lr"] + (base_lr - self.eta_min) * now / 2 for group, base_lr in self._groups()]
        return [now / before * (lr - self.eta_min) + self.eta_min for lr in self._present()]


def _at_least_1(who: str, what: str, value: int) -> int:
    if value < 1:
        raise ParameterError(who, f"{what} >= 1", repr(value))
    return value
