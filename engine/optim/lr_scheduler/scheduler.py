"""What all schedules share, and the one that is any function of the number of steps."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.errors import DTypeError, ParameterError
from engine.optim.optimizer import Group, Optimizer


class LRScheduler:
    """Base of schedules: a subclass says what the next learning rates are (:meth:`get_lr`).

    Parameters
    ----------
    optimizer : Optimizer
        Its groups keep the learning rate they start from as "initial_lr".
    last_epoch : int
        -1 to start. To go on after so many steps, give an optimiser whose groups have "initial_lr".

    Attributes
    ----------
    base_lrs : list of float
        The learning rate each group started from.
    last_epoch : int
        Steps done.

    Raises
    ------
    DTypeError
        If `optimizer` is none.
    ParameterError
        If there is nothing to go on from.
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        if not isinstance(optimizer, Optimizer):
            raise DTypeError(type(self).__name__, "an Optimizer", type(optimizer).__name__)
        self.optimizer = optimizer
        for group in optimizer.param_groups:
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                fix = "load the optimiser's state_dict first, or leave last_epoch out"
                raise ParameterError(type(self).__name__, '"initial_lr" in every group', "a group without", fix)
        self.base_lrs: list[float] = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._last_lr: list[float] = []
        self._first_step()

    def get_lr(self) -> list[float]:
        """Return the learning rates after ``last_epoch`` steps; the groups still have those before."""
        raise NotImplementedError(f"{type(self).__name__} does not define get_lr()")

    def step(self) -> None:
        """Set the learning rates for the next step of the optimiser."""
        self.last_epoch += 1
        for group, lr in zip(self.optimizer.param_groups, self.get_lr(), strict=True):
            group["lr"] = lr
        self._last_lr = self._present()

    def restart(self) -> None:
        """Begin anew at the learning rates the groups started from, whatever happened since."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        self.last_epoch = -1
        self._first_step()

    def _first_step(self) -> None:
        self._is_first = True
        self.step()
        self._is_first = False

    def _groups(self) -> list[tuple[Group, float]]:
        return list(zip(self.optimizer.param_groups, self.base_lrs, strict=True))

    def _present(self) -> list[float]:
        return [group["lr"] for group in self.optimizer.param_groups]

    def get_last_lr(self) -> list[float]:
        """Return the learning rates that the last step set, one for each group."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """Return what changes from step to step; the settings are the constructor's."""
        return {"last_epoch": self.last_epoch, "base_lrs": list(self.base_lrs), "_last_lr": list(self._last_lr)}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where a scheduler of the same settings was. Load the optimiser's state, too, afterwards."""
        self.last_epoch = state_dict["last_epoch"]
        self.base_lrs = list(state_dict["base_lrs"])
        self._last_lr = list(state_dict["_last_lr"])


class LambdaLR(LRScheduler):
    """The initial learning rate times any function of the number of steps.

    Parameters
    ----------
    optimizer : Optimizer
    lr_lambda : callable or sequence of callables
        Told the number of steps done, returns the factor; one for all groups, or one for each.
    last_epoch : int
        -1 to start; see :class:`LRScheduler`.

    Raises
    ------
    ParameterError
        If there are not as many functions as groups.

    Examples
    --------
    >>> import engine
    >>> optimizer = engine.optim.SGD(engine.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = LambdaLR(optimizer, lambda step: 1 / (1 + step))
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        groups = len(optimizer.param_groups)
        self.lr_lambdas = [lr_lambda] * groups if callable(lr_lambda) else list(lr_lambda)
        if len(self.lr_lambdas) != groups:
            raise ParameterError("LambdaLR", f"a function for each of {groups} groups", str(len(self.lr_lambdas)))
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return base_lr * lr_lambda(last_epoch)."""
        factors = [function(self.last_epoch) for function in self.lr_lambdas]
        return [base_lr * factor for base_lr, factor in zip(self.base_lrs, factors, strict=True)]
