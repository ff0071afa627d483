"""Schedules one after the other."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import ParameterError
from engine.optim.lr_scheduler.scheduler import LRScheduler
from engine.optim.optimizer import Optimizer


class SequentialLR(LRScheduler):
    """One schedule after the other; each begins at the initial learning rate.

    Parameters
    ----------
    optimizer : Optimizer
    schedulers : sequence of LRScheduler
        All of this optimiser.
    milestones : sequence of int
        The numbers of steps after which the next one takes over, one fewer than schedulers.
    last_epoch : int
        -1 to start.

    Raises
    ------
    ParameterError
        If there is no scheduler, one is of another optimiser, or the number of milestones is wrong.

    Examples
    --------
    >>> import engine
    >>> optimizer = engine.optim.SGD(engine.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> from engine.optim import lr_scheduler
    >>> warm_up = lr_scheduler.LinearLR(optimizer, start_factor=0.5, total_iters=2)
    >>> decay = lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    >>> scheduler = SequentialLR(optimizer, [warm_up, decay], milestones=[2])
    >>> for _ in range(4):
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.75]
    [1.0]
    [0.5]
    [0.25]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: Sequence[LRScheduler],
        milestones: Sequence[int],
        last_epoch: int = -1,
    ) -> None:
        if not schedulers or any(scheduler.optimizer is not optimizer for scheduler in schedulers):
            raise ParameterError("SequentialLR", "schedulers of this optimiser", repr(schedulers))
        if len(milestones) != len(schedulers) - 1:
            got = f"{len(milestones)} milestones for {len(schedulers)} schedulers"
            raise ParameterError("SequentialLR", "a milestone between each two schedulers", got)
        self._schedulers = list(schedulers)
        self._milestones = list(milestones)
        super().__init__(optimizer, last_epoch)

    def step(self) -> None:
        """Set the learning rates for the next step of the optimiser."""
        self.last_epoch += 1
        number = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[number]
        if self._is_first or (number > 0 and self._milestones[number - 1] == self.last_epoch):
            scheduler.restart()
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()

    def state_dict(self) -> dict[str, Any]:
        """Return what changes from step to step, for all schedulers."""
        return super().state_dict() | {"_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where a scheduler of the same settings was. Load the optimiser's state, too, afterwards."""
        super().load_state_dict(state_dict)
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            scheduler.load_state_dict(state)
