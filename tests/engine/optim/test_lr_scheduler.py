"""Schedules: closed forms, and PyTorch's results over 50 steps where that is installed."""

import copy
import math
import re
from collections.abc import Callable
from typing import Any

import pytest

import engine
from engine import optim
from engine.errors import DTypeError, ParameterError
from engine.optim import lr_scheduler

STEPS = 50
LR = 0.3


def optimizer(framework: Any = engine, name: str = "SGD", **settings: Any) -> Any:
    make = framework.tensor
    settings = settings or ({"momentum": 0.9} if name == "SGD" else {})
    groups = [{"params": [make([1.0], requires_grad=True)]}, {"params": [make([1.0], requires_grad=True)], "lr": 0.1}]
    return getattr(framework.optim, name)(groups, lr=LR, **settings)


def history(scheduler: Any, keys: tuple[str, ...] = ("lr",), steps: int = STEPS) -> list[Any]:
    """Return the settings of all groups before each step."""
    found = []
    for _ in range(steps):
        found.append([group[key] for group in scheduler.optimizer.param_groups for key in keys])
        scheduler.optimizer.step()
        scheduler.step()
        assert scheduler.get_last_lr() == [group["lr"] for group in scheduler.optimizer.param_groups]
    return found


def flat(rows: list[Any]) -> list[float]:
    return [value for row in rows for cell in row for value in (cell if isinstance(cell, tuple) else (cell,))]


def sequence(s: Any, o: Any) -> Any:
    parts = [
        s.LinearLR(o, 0.1, total_iters=10),
        s.CosineAnnealingLR(o, 15),
        s.StepLR(o, 4, 0.5),
        s.ExponentialLR(o, 0.9),
    ]
    return s.SequentialLR(o, parts, [10, 22, 35])


SCHEDULES: dict[str, Callable[[Any, Any], Any]] = {
    "StepLR": lambda s, o: s.StepLR(o, 7),
    "StepLR gamma": lambda s, o: s.StepLR(o, 1, 0.9),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [30, 4, 11, 11], 0.5),
    "MultiStepLR at once": lambda s, o: s.MultiStepLR(o, [0, 3]),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.95),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, 50),
    "CosineAnnealingLR up again": lambda s, o: s.CosineAnnealingLR(o, 12, 0.01),
    "LinearLR": lambda s, o: s.LinearLR(o),
    "LinearLR down": lambda s, o: s.LinearLR(o, 1.0, 0.0, 20),
    "LambdaLR": lambda s, o: s.LambdaLR(o, lambda step: 0.9**step),
    "LambdaLR each": lambda s, o: s.LambdaLR(o, [lambda step: 0.9**step, lambda step: 1 / (step + 1)]),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, 1.0, 50),
    "OneCycleLR linear": lambda s, o: s.OneCycleLR(
        o, [1.0, 2.0], epochs=10, steps_per_epoch=6, anneal_strategy="linear"
    ),
    "OneCycleLR three phases": lambda s, o: s.OneCycleLR(
        o, 1.0, 50, pct_start=0.4, three_phase=True, base_momentum=[0.5, 0.6], div_factor=5.0, final_div_factor=10.0
    ),
    "OneCycleLR momentum alone": lambda s, o: s.OneCycleLR(o, 1.0, 50, cycle_momentum=False, pct_start=0.0),
    "SequentialLR": sequence,
    "SequentialLR one": lambda s, o: s.SequentialLR(o, [s.StepLR(o, 3)], []),
    "SequentialLR one cycle": lambda s, o: s.SequentialLR(o, [s.LinearLR(o), s.OneCycleLR(o, 1.0, 40)], [10]),
}


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
@pytest.mark.parametrize("name", SCHEDULES)
def test_equal_to_pytorchs(name: str) -> None:
    torch = pytest.importorskip("torch")
    make = SCHEDULES[name]
    ours = history(make(lr_scheduler, optimizer()), ("lr", "momentum"))
    theirs = history(make(torch.optim.lr_scheduler, optimizer(torch)), ("lr", "momentum"))
    assert flat(ours) == pytest.approx(flat(theirs), rel=1e-12, abs=1e-15)


def test_betas_equal_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    ours = history(lr_scheduler.OneCycleLR(optimizer(name="Adam"), 1.0, 50), ("lr", "betas"))
    theirs = history(torch.optim.lr_scheduler.OneCycleLR(optimizer(torch, "Adam"), 1.0, 50), ("lr", "betas"))
    assert flat(ours) == pytest.approx(flat(theirs), rel=1e-12)


CLOSED: dict[str, Callable[[int], float]] = {
    "StepLR": lambda t: LR * 0.1 ** (t // 7),
    "StepLR gamma": lambda t: LR * 0.9**t,
    "MultiStepLR": lambda t: LR * 0.5 ** sum(t >= milestone for milestone in (4, 11, 11, 30)),
    "ExponentialLR": lambda t: LR * 0.95**t,
    "CosineAnnealingLR": lambda t: LR * (1 + math.cos(math.pi * t / 50)) / 2,
    "CosineAnnealingLR up again": lambda t: 0.01 + (LR - 0.01) * (1 + math.cos(math.pi * t / 12)) / 2,
    "LinearLR": lambda t: LR * (1 + 2 * min(t, 5) / 5) / 3,
    "LinearLR down": lambda t: LR * max(1 - t / 20, 0.0),
    "LambdaLR": lambda t: LR * 0.9**t,
    "OneCycleLR": lambda t: (
        0.04 + 0.96 * (1 - math.cos(math.pi * t / 14)) / 2
        if t <= 14
        else 0.04e-4 + (1 - 0.04e-4) * (1 + math.cos(math.pi * (t - 14) / 35)) / 2
    ),
    "OneCycleLR linear": lambda t: 0.04 + 0.96 * t / 17 if t <= 17 else 1 - (1 - 0.04e-4) * (t - 17) / 42,
    "SequentialLR": lambda t: (
        LR * (0.1 + 0.9 * t / 10)
        if t < 10
        else LR * (1 + math.cos(math.pi * (t - 10) / 15)) / 2
        if t < 22
        else LR * 0.5 ** ((t - 22) // 4)
        if t < 35
        else LR * 0.9 ** (t - 35)
    ),
}


@pytest.mark.parametrize("name", CLOSED)
def test_closed_form(name: str) -> None:
    got = [row[0] for row in history(SCHEDULES[name](lr_scheduler, optimizer()))]
    assert got == pytest.approx([CLOSED[name](t) for t in range(STEPS)], rel=1e-11, abs=1e-15)


def test_momentum_moves_against_the_learning_rate() -> None:
    rows = history(lr_scheduler.OneCycleLR(optimizer(), 1.0, 50, anneal_strategy="linear"), ("momentum",))
    assert [rows[t][0] for t in (0, 14, 49)] == pytest.approx([0.95, 0.85, 0.95])


def test_schedules_used_together_multiply() -> None:
    both = optimizer()
    warm_up, decay = lr_scheduler.LinearLR(both, 0.5, total_iters=4), lr_scheduler.ExponentialLR(both, 0.9)
    for t in range(8):
        assert both.param_groups[0]["lr"] == pytest.approx(LR * min(0.5 + t / 8, 1) * 0.9**t)
        warm_up.step()
        decay.step()


@pytest.mark.parametrize("name", SCHEDULES)
def test_saved_and_loaded_it_goes_on(name: str) -> None:
    def fresh() -> Any:
        return SCHEDULES[name](lr_scheduler, optimizer())

    expected = history(fresh())
    first, second = fresh(), fresh()
    history(first, steps=20)
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    second.optimizer.load_state_dict(first.optimizer.state_dict())
    assert second.get_last_lr() == first.get_last_lr()
    assert history(second, steps=STEPS - 20) == expected[20:]


def test_going_on_by_last_epoch_equals_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    for name in ("StepLR", "StepLR gamma", "MultiStepLR", "ExponentialLR", "LinearLR", "LambdaLR", "OneCycleLR"):
        rows = []
        for framework, schedulers in ((engine, lr_scheduler), (torch, torch.optim.lr_scheduler)):
            first = SCHEDULES[name](schedulers, optimizer(framework))
            history(first, steps=3)
            settings: Any = {
                "StepLR": {"step_size": 7},
                "StepLR gamma": {"step_size": 1, "gamma": 0.9},
                "MultiStepLR": {"milestones": [4, 11], "gamma": 0.5},
                "ExponentialLR": {"gamma": 0.95},
                "LinearLR": {},
                "LambdaLR": {"lr_lambda": lambda step: 0.9**step},
                "OneCycleLR": {"max_lr": 1.0, "total_steps": 50},
            }[name]
            kind: Any = getattr(schedulers, name.split()[0])
            rows.append(flat(history(kind(first.optimizer, **settings, last_epoch=2), steps=10)))
        assert rows[0] == pytest.approx(rows[1], rel=1e-12), name


def test_a_schedule_of_ones_own() -> None:
    class Halve(lr_scheduler.LRScheduler):
        def get_lr(self) -> list[float]:
            return [base_lr / 2**self.last_epoch for base_lr in self.base_lrs]

    assert [row[0] for row in history(Halve(optimizer()), steps=3)] == [LR, LR / 2, LR / 4]
    with pytest.raises(NotImplementedError, match="LRScheduler does not define get_lr"):
        lr_scheduler.LRScheduler(optimizer())


NO_OPTIMIZER: Any = 3


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda o: lr_scheduler.StepLR(NO_OPTIMIZER, 1), DTypeError, "StepLR: expected an Optimizer, got int"),
        (lambda o: lr_scheduler.StepLR(o, 0), ParameterError, "StepLR: expected step_size >= 1, got 0"),
        (lambda o: lr_scheduler.CosineAnnealingLR(o, 0), ParameterError, "CosineAnnealingLR: expected T_max >= 1"),
        (lambda o: lr_scheduler.LinearLR(o, 0), ParameterError, "LinearLR: expected start_factor above 0, at most 1"),
        (lambda o: lr_scheduler.LinearLR(o, 1, 2), ParameterError, "LinearLR: expected end_factor from 0 to 1, got 2"),
        (
            lambda o: lr_scheduler.LambdaLR(o, [abs]),
            ParameterError,
            "LambdaLR: expected a function for each of 2 groups",
        ),
        (
            lambda o: lr_scheduler.StepLR(o, 1, last_epoch=3),
            ParameterError,
            'StepLR: expected "initial_lr" in every group',
        ),
        (lambda o: lr_scheduler.OneCycleLR(o, 1.0), ParameterError, "OneCycleLR: expected total_steps, or epochs and"),
        (lambda o: lr_scheduler.OneCycleLR(o, 1.0, 9, pct_start=2.0), ParameterError, "expected pct_start from 0 to 1"),
        (lambda o: lr_scheduler.OneCycleLR(o, [1.0], 9), ParameterError, "expected max_lr for each of 2 groups, got 1"),
        (
            lambda o: lr_scheduler.OneCycleLR(optimizer(name="Adagrad"), 1.0, 9),
            ParameterError,
            "OneCycleLR: expected an optimiser with momentum or betas, got Adagrad; pass cycle_momentum=False",
        ),
        (lambda o: lr_scheduler.SequentialLR(o, [], []), ParameterError, "SequentialLR: expected schedulers of this"),
        (
            lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.StepLR(optimizer(), 1)], []),
            ParameterError,
            "SequentialLR: expected schedulers of this optimiser",
        ),
        (
            lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.StepLR(o, 1)], [1]),
            ParameterError,
            "SequentialLR: expected a milestone between each two schedulers, got 1 milestones for 1 schedulers",
        ),
        (
            lambda o: history(lr_scheduler.OneCycleLR(o, 1.0, 9), steps=10),
            ParameterError,
            "OneCycleLR: expected at most 9 steps, got 10",
        ),
    ],
)
def test_bad_settings(make: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        make(optimizer())


def test_unknown_strategy() -> None:
    strategy: Any = "exp"
    with pytest.raises(ParameterError, match='OneCycleLR: expected anneal_strategy "cos" or "linear"'):
        lr_scheduler.OneCycleLR(optim.SGD([engine.tensor([1.0])]), 1.0, 9, anneal_strategy=strategy)
