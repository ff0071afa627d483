"""The one-cycle schedule."""

import math
from collections.abc import Sequence
from typing import Literal

from engine.errors import ParameterError
from engine.optim.lr_scheduler.scheduler import LRScheduler
from engine.optim.optimizer import Group, Optimizer


class OneCycleLR(LRScheduler):
    """Up to a large learning rate and down to a very small one, while momentum does the opposite.

    The learning rate starts from max_lr / div_factor, is at max_lr after the share `pct_start` of all
    steps, and ends at max_lr / div_factor / final_div_factor. Step it after every batch.

    Parameters
    ----------
    optimizer : Optimizer
        Its learning rates are replaced.
    max_lr : float or sequence of float
        For all groups, or for each.
    total_steps : int, optional
        In place of it: `epochs` and `steps_per_epoch`.
    epochs, steps_per_epoch : int, optional
    pct_start : float
        From 0 to 1.
    anneal_strategy : {"cos", "linear"}
        Half a cosine wave between the corners, or straight lines.
    cycle_momentum : bool
        Whether to move "momentum", or the first of "betas", from `max_momentum` to `base_momentum` and
        back.
    base_momentum, max_momentum : float or sequence of float
    div_factor, final_div_factor : float
    three_phase : bool
        Go down as slowly as up, then on to the very small learning rate.
    last_epoch : int
        -1 to start; see :class:`LRScheduler`.

    Raises
    ------
    ParameterError
        If a setting cannot work, or on a step after the last.

    References
    ----------
    Smith, Topin, "Super-convergence: very fast training of neural networks using large learning rates",
    2018.

    Examples
    --------
    >>> import engine
    >>> optimizer = engine.optim.SGD(engine.nn.Linear(1, 1).parameters(), lr=0.1, momentum=0.9)
    >>> scheduler = OneCycleLR(optimizer, max_lr=1.0, total_steps=11, anneal_strategy="linear")
    >>> optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]
    (0.04, 0.95)
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | Sequence[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | Sequence[float] = 0.85,
        max_momentum: float | Sequence[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        if total_steps is None:
            total_steps = (epochs or 0) * (steps_per_epoch or 0)
        if total_steps < 1:
            got = f"total_steps={total_steps}, epochs={epochs}, steps_per_epoch={steps_per_epoch}"
            raise ParameterError("OneCycleLR", "total_steps, or epochs and steps_per_epoch, of at least 1", got)
        if not 0 <= pct_start <= 1:
            raise ParameterError("OneCycleLR", "pct_start from 0 to 1", repr(pct_start))
        if anneal_strategy not in ("cos", "linear"):
            raise ParameterError("OneCycleLR", 'anneal_strategy "cos" or "linear"', repr(anneal_strategy))
        if cycle_momentum and not {"momentum", "betas"} & set(optimizer.defaults):
            fix = "pass cycle_momentum=False"
            raise ParameterError("OneCycleLR", "an optimiser with momentum or betas", type(optimizer).__name__, fix)
        self.total_steps = total_steps
        self.anneal_strategy = anneal_strategy
        self.cycle_momentum = cycle_momentum
        # The last step of each phase, and which settings of a group it goes between.
        rise_end, end = float(pct_start * total_steps) - 1, total_steps - 1
        up = ("initial_lr", "max_lr", "max_momentum", "base_momentum")
        down = ("max_lr", "min_lr", "base_momentum", "max_momentum")
        self._phases: list[tuple[float, tuple[str, str, str, str]]] = [(rise_end, up), (end, down)]
        if three_phase:
            back = ("max_lr", "initial_lr", "base_momentum", "max_momentum")
            out = ("initial_lr", "min_lr", "max_momentum", "max_momentum")
            self._phases = [(rise_end, up), (float(2 * pct_start * total_steps) - 2, back), (end, out)]
        if last_epoch == -1:
            count = len(optimizer.param_groups)
            for group, top, low, high in zip(
                optimizer.param_groups,
                _each("max_lr", max_lr, count),
                _each("base_momentum", base_momentum, count),
                _each("max_momentum", max_momentum, count),
                strict=True,
            ):
                group["max_lr"], group["initial_lr"] = top, top / div_factor
                group["min_lr"] = group["initial_lr"] / final_div_factor
                if cycle_momentum:
                    group["base_momentum"], group["max_momentum"] = low, high
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the learning rates after ``last_epoch`` steps; sets the momenta, too."""
        if self.last_epoch > self.total_steps:
            raise ParameterError("OneCycleLR", f"at most {self.total_steps} steps", str(self.last_epoch))
        number = 0
        while number < len(self._phases) - 1 and self.last_epoch > self._phases[number][0]:
            number += 1
        start = self._phases[number - 1][0] if number else 0.0
        end, (first_lr, last_lr, first_momentum, last_momentum) = self._phases[number]
        share = (self.last_epoch - start) / (end - start) if end != start else 1.0
        lrs = []
        for group in self.optimizer.param_groups:
            lrs.append(self._between(group[first_lr], group[last_lr], share))
            if self.cycle_momentum:
                _set_momentum(group, self._between(group[first_momentum], group[last_momentum], share))
        return lrs

    def _between(self, start: float, end: float, share: float) -> float:
        if self.anneal_strategy == "linear":
            return (end - start) * share + start
        return end + (start - end) / 2 * (math.cos(math.pi * share) + 1)


def _set_momentum(group: Group, momentum: float) -> None:
    if "betas" in group:
        group["betas"] = (momentum, *group["betas"][1:])
    else:
        group["momentum"] = momentum


def _each(what: str, value: float | Sequence[float], count: int) -> list[float]:
    values = list(value) if isinstance(value, Sequence) else [value] * count
    if len(values) != count:
        raise ParameterError("OneCycleLR", f"{what} for each of {count} groups", str(len(values)))
    return values
