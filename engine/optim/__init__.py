"""Optimisers, under PyTorch's names."""

from engine.optim import lr_scheduler
from engine.optim.adagrad import Adagrad
from engine.optim.adam import Adam, AdamW
from engine.optim.levenberg import (
    DiagonalLevenbergMarquardt,
    cross_entropy_root,
    rbf_loss_root,
    squared_error_root,
)
from engine.optim.optimizer import Optimizer
from engine.optim.rmsprop import RMSprop
from engine.optim.sgd import SGD

__all__ = [
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "DiagonalLevenbergMarquardt",
    "Optimizer",
    "RMSprop",
    "cross_entropy_root",
    "lr_scheduler",
    "rbf_loss_root",
    "squared_error_root",
]
