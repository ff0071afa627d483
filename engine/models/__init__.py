"""Networks."""

from engine.models.lenet import LeNet

__all__ = ["LeNet"]
