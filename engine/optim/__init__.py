"""Optimisers, under PyTorch's names."""

from engine.optim.sgd import SGD

__all__ = ["SGD"]
