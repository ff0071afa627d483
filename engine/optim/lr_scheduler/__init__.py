"""Schedules of the learning rate, under PyTorch's names.

Call ``scheduler.step()`` after ``optimizer.step()``, once per epoch or once per batch, as the schedule is
meant. LambdaLR and OneCycleLR set the learning rate; the others change the one there is, so that several
may be used on one optimiser.
"""

from engine.optim.lr_scheduler.decay import CosineAnnealingLR, ExponentialLR, LinearLR, MultiStepLR, StepLR
from engine.optim.lr_scheduler.one_cycle import OneCycleLR
from engine.optim.lr_scheduler.scheduler import LambdaLR, LRScheduler
from engine.optim.lr_scheduler.sequential import SequentialLR

__all__ = [
    "CosineAnnealingLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "OneCycleLR",
    "SequentialLR",
    "StepLR",
]
