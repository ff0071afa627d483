"""Modules made of modules."""

from collections.abc import Iterator
from typing import Any

from engine.errors import DTypeError
from engine.nn.module import Module


class Sequential(Module):
    """Modules one after the other.

    Parameters
    ----------
    *modules : Module
        Named "0", "1", … in state_dict.

    Raises
    ------
    DTypeError
        If something else is given.

    Examples
    --------
    >>> from engine import nn
    >>> print(nn.Sequential(nn.Linear(4, 2), nn.ReLU()))
    Sequential(
      (0): Linear(in_features=4, out_features=2, bias=True)
      (1): ReLU()
    )
    """

    def __init__(self, *modules: Module) -> None:
        for i, module in enumerate(modules):
            if not isinstance(module, Module):
                raise DTypeError("Sequential", "modules", f"{type(module).__name__} at position {i}")
            setattr(self, str(i), module)

    def forward(self, input: Any) -> Any:
        """Hand the input through all modules."""
        for module in self:
            input = module(input)
        return input

    def __iter__(self) -> Iterator[Module]:
        return (module for _, module in self.named_children())

    def __len__(self) -> int:
        return len(list(self.named_children()))

    def __getitem__(self, position: int) -> Module:
        return list(self)[position]
