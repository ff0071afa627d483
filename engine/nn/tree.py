"""How a module finds what was assigned to its attributes: modules, parameters and buffers, by name and path."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from engine.errors import DTypeError, ParameterError, PathError
from engine.nn.parameter import Buffer, Parameter
from engine.tensor import Tensor

if TYPE_CHECKING:
    from engine.nn.module import Module

T = TypeVar("T", bound=Tensor)
K = TypeVar("K")


class Tree:
    """The part of Module that registers and finds; every Tree is a Module."""

    @cached_property
    def _buffers_persistent(self) -> dict[str, bool]:
        """Whether each buffer is part of state_dict; knows the name of a buffer that is None, too."""
        return {}

    def __setattr__(self, name: str, value: Any) -> None:
        accepted = _replacements(vars(self).get(name))
        if value is not None and not isinstance(value, accepted):
            kinds = " or ".join(_kind_name(kind) for kind in accepted)
            fix = "delete the attribute first, or write into it in place under engine.no_grad()"
            raise DTypeError(f"{type(self).__name__}.{name}", f"a {kinds}, or None", type(value).__name__, fix)
        if isinstance(value, Parameter | Tree):
            self._buffers_persistent.pop(name, None)
        elif isinstance(value, Buffer):
            self._buffers_persistent[name] = value.persistent
        elif isinstance(value, Tensor) and name in self._buffers_persistent:
            value = Buffer(value, self._buffers_persistent[name])
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        self._buffers_persistent.pop(name, None)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Do what ``self.name = param`` does; None for a parameter this module goes without."""
        self._register(name, param, Parameter)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Keep a tensor as part of the state under this attribute name; None for none."""
        buffer = Buffer(tensor, persistent) if isinstance(tensor, Tensor) else tensor
        self._register(name, buffer, Buffer)
        self._buffers_persistent[name] = persistent

    def add_module(self, name: str, module: "Module | None") -> None:
        """Do what ``self.name = module`` does, for names that are made up while the program runs."""
        self._register(name, module, Tree)

    def register_module(self, name: str, module: "Module | None") -> None:
        """Do the same as :meth:`add_module`."""
        self.add_module(name, module)

    def _register(self, name: str, value: Any, kind: type) -> None:
        who, what = type(self).__name__, _kind_name(kind)
        if not isinstance(name, str):
            raise DTypeError(who, f"a name for the {what}", repr(name))
        if value is not None and not isinstance(value, kind):
            raise DTypeError(who, f"{name} as a {what} or None", type(value).__name__)
        if not name or "." in name:
            raise ParameterError(who, "a name without dots, not empty", repr(name), "dots separate names in a path")
        if hasattr(self, name) and not isinstance(getattr(self, name), kind | None):
            raise ParameterError(who, "a name that is not in use", repr(name))
        setattr(self, name, value)

    def _named_slots(self) -> Iterator[tuple[str, "Module"]]:
        return ((name, cast("Module", value)) for name, value in vars(self).items() if isinstance(value, Tree))

    def named_children(self) -> Iterator[tuple[str, "Module"]]:
        """Yield each module directly inside this one, once, with its attribute name."""
        seen: set[int] = set()
        for name, child in self._named_slots():
            if id(child) not in seen:
                seen.add(id(child))
                yield name, child

    def children(self) -> Iterator["Module"]:
        """Yield each module directly inside this one, once."""
        return (child for _, child in self.named_children())

    def named_modules(
        self, memo: "set[Module] | None" = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, "Module"]]:
        """Yield this module and all inside it, named by their path such as "layer1.0".

        Parameters
        ----------
        memo : set of Module, optional
            Those to leave out; the ones that are yielded are added.
        prefix : str
            Path of this module.
        remove_duplicate : bool
            Whether a module that is used in several places is yielded once.
        """
        memo, own = set() if memo is None else memo, cast("Module", self)
        if own in memo:
            return
        if remove_duplicate:
            memo.add(own)
        yield prefix, own
        for name, child in self._named_slots():
            yield from child.named_modules(memo, _join(prefix, name), remove_duplicate)

    def modules(self) -> Iterator["Module"]:
        """Yield this module and all inside it, each once."""
        return (module for _, module in self.named_modules())

    def _named_tensors(
        self, kind: type[T], prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, T]]:
        inside = self.named_modules(None, prefix, remove_duplicate) if recurse else iter([(prefix, self)])
        seen: set[int] = set()
        for path, module in inside:
            for name, value in vars(module).items():
                if isinstance(value, kind) and id(value) not in seen:
                    if remove_duplicate:
                        seen.add(id(value))
                    yield _join(path, name), value

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Yield every parameter once with its path such as "layer1.0.weight"."""
        return self._named_tensors(Parameter, prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Yield every parameter once."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Buffer]]:
        """Yield every buffer once with its path such as "layer1.1.running_mean"."""
        return self._named_tensors(Buffer, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Buffer]:
        """Yield every buffer once."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def get_submodule(self, target: str) -> "Module":
        """Return the module at a path such as "layer1.0"; "" is this one. PathError if there is none."""
        module = cast("Module", self)
        for name in target.split(".") if target else []:
            module = cast("Module", module._get(name, Tree, target))
        return module

    def get_parameter(self, target: str) -> Parameter:
        """Return the parameter at a path such as "layer1.0.weight". PathError if there is none."""
        path, _, name = target.rpartition(".")
        return self.get_submodule(path)._get(name, Parameter, target)

    def get_buffer(self, target: str) -> Buffer:
        """Return the buffer at a path such as "layer1.1.running_mean". PathError if there is none."""
        path, _, name = target.rpartition(".")
        return self.get_submodule(path)._get(name, Buffer, target)

    def _get(self, name: str, kind: type[K], target: str) -> K:
        value = vars(self).get(name)
        if not isinstance(value, kind):
            there = [other for other, value in vars(self).items() if isinstance(value, kind)]
            expected = f"the name of a {_kind_name(kind)} ({', '.join(there) or 'it has none'})"
            raise PathError(type(self).__name__, expected, f"{name!r} in path {target!r}")
        return value

    def apply(self, fn: Callable[["Module"], Any]) -> Self:
        """Call a function with every module inside, then with this one; returns the module.

        Examples
        --------
        >>> from engine import nn
        >>> def clear_bias(module):
        ...     if isinstance(module, nn.Linear):
        ...         nn.init.zeros_(module.bias)
        >>> nn.Sequential(nn.Linear(2, 1)).apply(clear_bias)[0].bias
        Parameter([0.], requires_grad=True)
        """
        for child in self.children():
            child.apply(fn)
        fn(cast("Module", self))
        return self


def _replacements(former: Any) -> tuple[type, ...]:
    """Return what may take the place of an attribute, so that nothing registered silently leaves the state."""
    if isinstance(former, Parameter):
        return (Parameter,)
    if isinstance(former, Tree):
        return (Tree, Parameter)
    if isinstance(former, Buffer):
        return (Tensor, Tree)
    return (object,)


def _kind_name(kind: type) -> str:
    return "Module" if kind is Tree else kind.__name__


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
