"""Modules made of modules."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from operator import index
from typing import Any, Self, overload

from engine.errors import DTypeError
from engine.nn.fusion import runs
from engine.nn.module import Module


class _Listed(Module):
    """What Sequential and ModuleList share: modules in an order, named "0", "1", … unless names are given."""

    def _hold(self, modules: Iterable[Module]) -> None:
        """Hold these modules and no others, numbered from 0."""
        modules = list(modules)
        for name in self._names():
            delattr(self, name)
        self.extend(modules)

    def _module(self, value: Module, position: int) -> Module:
        if not isinstance(value, Module):
            raise DTypeError(type(self).__name__, "modules", f"{type(value).__name__} at position {position}")
        return value

    def _names(self) -> list[str]:
        return [name for name, _ in self._named_slots()]

    def _names_at(self, position: int | slice) -> list[str]:
        return self._names()[position] if isinstance(position, slice) else [self._names()[index(position)]]

    def __len__(self) -> int:
        return len(self._names())

    def __iter__(self) -> Iterator[Module]:
        return iter([module for _, module in self._named_slots()])

    def __setitem__(self, position: int, module: Module) -> None:
        (name,) = self._names_at(index(position))
        self.add_module(name, self._module(module, position))

    def __delitem__(self, position: int | slice) -> None:
        gone = self._names_at(position)
        self._hold(module for name, module in self._named_slots() if name not in gone)

    def append(self, module: Module) -> Self:
        """Add a module at the end; returns the container."""
        self.add_module(str(len(self)), self._module(module, len(self)))
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add modules at the end; returns the container."""
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Put a module before the one at a position, as a list does; the names after it move up."""
        modules = list(self)
        modules.insert(index, self._module(module, index))
        self._hold(modules)
        return self

    def pop(self, key: int) -> Module:
        """Take out the module at a position and return it."""
        (name,) = self._names_at(index(key))
        module: Module = getattr(self, name)
        del self[key]
        return module


class Sequential(_Listed):
    """Modules one after the other.

    Parameters
    ----------
    *modules : Module
        Named "0", "1", … in state_dict; or one OrderedDict that names them.

    Raises
    ------
    DTypeError
        If something else is given.

    Examples
    --------
    >>> from engine import nn
    >>> net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    >>> print(net[:2])
    Sequential(
      (0): Linear(in_features=4, out_features=3, bias=True)
      (1): ReLU()
    )
    >>> net[-1].out_features
    2
    """

    @overload
    def __init__(self, *modules: Module) -> None: ...
    @overload
    def __init__(self, modules: OrderedDict[str, Any], /) -> None: ...
    def __init__(self, *modules: Any) -> None:
        super().__init__()
        first = modules[0] if modules else None
        if len(modules) == 1 and isinstance(first, OrderedDict):
            for name, module in first.items():
                self.add_module(name, module)
        else:
            self.extend(modules)

    def forward(self, input: Any) -> Any:
        """Hand the input through all modules; see engine/nn/fusion.py for what is done in one go."""
        for run in runs(list(self)):
            input = run(input)
        return input

    @overload
    def __getitem__(self, position: int) -> Any: ...
    @overload
    def __getitem__(self, position: slice) -> Self: ...
    def __getitem__(self, position: int | slice) -> Any:
        names = self._names_at(position)
        if isinstance(position, slice):
            return type(self)(OrderedDict((name, getattr(self, name)) for name in names))
        return getattr(self, names[0])


class ModuleList(_Listed):
    """A list of modules whose parameters are found, unlike those in a list of Python's.

    ``self.layers = [nn.Linear(2, 2)]`` is the classic mistake: a Python list hides what is in it, so
    ``parameters()`` is empty, the optimiser leaves the layer as it is and ``state_dict`` does not save it.
    Write ``self.layers = nn.ModuleList([nn.Linear(2, 2)])``.

    Parameters
    ----------
    modules : iterable of Module, optional
        Named "0", "1", … in state_dict.

    Raises
    ------
    DTypeError
        If something else is given.

    Examples
    --------
    >>> from engine import nn
    >>> nn.ModuleList(nn.Linear(2, 2) for _ in range(3))
    ModuleList(
      (0-2): 3 x Linear(in_features=2, out_features=2, bias=True)
    )
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(modules or ())

    @overload
    def __getitem__(self, position: int) -> Any: ...
    @overload
    def __getitem__(self, position: slice) -> Self: ...
    def __getitem__(self, position: int | slice) -> Any:
        names = self._names_at(position)
        if isinstance(position, slice):
            return type(self)(getattr(self, name) for name in names)
        return getattr(self, names[0])

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def _shown_children(self) -> list[tuple[str, str]]:
        """Show equal neighbours in one line, as in "(0-2): 3 x ReLU()"."""
        runs: list[tuple[int, int, str]] = []
        for i, module in enumerate(self):
            first, _, former = runs[-1] if runs else (i, i, None)
            if repr(module) == former:
                runs[-1] = (first, i, former)
            else:
                runs.append((i, i, repr(module)))
        return [
            (f"{first}", text) if first == last else (f"{first}-{last}", f"{last - first + 1} x {text}")
            for first, last, text in runs
        ]


class ModuleDict(Module):
    """A dict of modules whose parameters are found.

    Parameters
    ----------
    modules : mapping of str to Module, or iterable of pairs, optional
        The keys are the names in state_dict: no dots, and no name a Module has already.

    Raises
    ------
    DTypeError, ParameterError
        If a value is no module, or a key cannot be a name.

    Examples
    --------
    >>> from engine import nn
    >>> activations = nn.ModuleDict({"relu": nn.ReLU(), "tanh": nn.Tanh()})
    >>> list(activations), activations["tanh"]
    (['relu', 'tanh'], Tanh())
    """

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None) -> None:
        super().__init__()
        self.update(modules or {})

    def __getitem__(self, key: str) -> Any:
        return dict(self._named_slots())[key]

    def __setitem__(self, key: str, module: Module) -> None:
        if not isinstance(module, Module):
            raise DTypeError("ModuleDict", "modules", f"{type(module).__name__} for {key!r}")
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        self[key]  # KeyError for an attribute that is no module
        delattr(self, key)

    def __len__(self) -> int:
        return len(self.keys())

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __contains__(self, key: object) -> bool:
        return key in self.keys()

    def keys(self) -> list[str]:
        """Return the names."""
        return [name for name, _ in self._named_slots()]

    def values(self) -> list[Module]:
        """Return the modules."""
        return [module for _, module in self._named_slots()]

    def items(self) -> list[tuple[str, Module]]:
        """Return the names with the modules."""
        return list(self._named_slots())

    def update(self, modules: "Mapping[str, Module] | ModuleDict | Iterable[tuple[str, Module]]") -> None:
        """Add modules; a name there was gets the new one."""
        pairs = modules.items() if isinstance(modules, Mapping | ModuleDict) else modules
        for key, module in pairs:
            self[key] = module

    def pop(self, key: str) -> Module:
        """Take out a module and return it."""
        module: Module = self[key]
        del self[key]
        return module

    def clear(self) -> None:
        """Take out all modules."""
        for key in self.keys():
            delattr(self, key)
