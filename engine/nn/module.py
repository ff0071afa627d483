"""Module: what every layer and network is, with its parameters found by name."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.errors import DTypeError, ShapeError, StateError
from engine.tensor import Tensor
from engine.versions import mark_changed


class Parameter(Tensor):
    """A tensor that a module learns; assigned to an attribute, it is registered under that name.

    Parameters
    ----------
    data : Tensor or ndarray, any shape
        The starting values; memory is shared.
    requires_grad : bool
        False freezes it.

    Examples
    --------
    >>> Parameter(np.zeros(2, np.float32))
    Parameter([0., 0.], requires_grad=True)
    """

    __slots__ = ()

    def __init__(self, data: Tensor | Array, requires_grad: bool = True) -> None:
        super().__init__(data.array if isinstance(data, Tensor) else data, requires_grad)

    def __repr__(self) -> str:
        return "Parameter" + super().__repr__().removeprefix("tensor")


class Buffer(Tensor):
    """A tensor that belongs to a module's state but is not learnt, such as a running mean.

    Parameters
    ----------
    data : Tensor or ndarray, any shape
        The starting values; memory is shared.
    persistent : bool
        Whether it is part of ``state_dict``.

    Examples
    --------
    >>> Buffer(np.zeros(2, np.float32))
    Buffer([0., 0.])
    """

    __slots__ = ("persistent",)

    def __init__(self, data: Tensor | Array, persistent: bool = True) -> None:
        super().__init__(data.array if isinstance(data, Tensor) else data)
        self.persistent = persistent

    def __repr__(self) -> str:
        return "Buffer" + super().__repr__().removeprefix("tensor")


class Module:
    """Base of layers and networks: define ``__init__`` and ``forward``, call the module.

    Attributes
    ----------
    training : bool
        True after :meth:`train`, False after :meth:`eval`.

    Examples
    --------
    >>> import engine
    >>> class Double(Module):
    ...     def forward(self, x):
    ...         return x * 2
    >>> Double()(engine.tensor([1.0]))
    tensor([2.])
    """

    training: bool = True

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; every module defines its own."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward(self, ...)")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run :meth:`forward`."""
        return self.forward(*args, **kwargs)

    def named_children(self) -> Iterator[tuple[str, "Module"]]:
        """Yield the modules directly inside this one with their attribute names."""
        for name, value in vars(self).items():
            if isinstance(value, Module):
                yield name, value

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, "Module"]]:
        """Yield this module and all inside it, named by their path such as "layer1.0"."""
        yield prefix, self
        for name, child in self.named_children():
            yield from child.named_modules(f"{prefix}.{name}" if prefix else name)

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Yield every parameter once with its path such as "layer1.0.weight"."""
        seen: set[int] = set()
        for path, module in self.named_modules():
            for name, value in vars(module).items():
                if isinstance(value, Parameter) and id(value) not in seen:
                    seen.add(id(value))
                    yield (f"{path}.{name}" if path else name), value

    def parameters(self) -> Iterator[Parameter]:
        """Yield every parameter once."""
        for _, parameter in self.named_parameters():
            yield parameter

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Keep a tensor as part of the state under this attribute name; None for none."""
        setattr(self, name, None if tensor is None else Buffer(tensor, persistent))

    def named_buffers(self) -> Iterator[tuple[str, Buffer]]:
        """Yield every buffer once with its path such as "layer1.1.running_mean"."""
        seen: set[int] = set()
        for path, module in self.named_modules():
            for name, value in vars(module).items():
                if isinstance(value, Buffer) and id(value) not in seen:
                    seen.add(id(value))
                    yield (f"{path}.{name}" if path else name), value

    def buffers(self) -> Iterator[Buffer]:
        """Yield every buffer once."""
        for _, buffer in self.named_buffers():
            yield buffer

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            parameter.grad = None

    def train(self, mode: bool = True) -> "Module":
        """Switch this module and all inside it to training; returns the module."""
        for _, module in self.named_modules():
            module.training = mode
        return self

    def eval(self) -> "Module":
        """Switch this module and all inside it to evaluation; returns the module."""
        return self.train(False)

    def state_dict(self) -> dict[str, Tensor]:
        """Return every parameter and persistent buffer by its path, sharing memory with the module."""
        return {name: tensor.detach() for name, tensor in self._named_state().items()}

    def _named_state(self) -> dict[str, Tensor]:
        parameters: dict[str, Tensor] = dict(self.named_parameters())
        return parameters | {name: buffer for name, buffer in self.named_buffers() if buffer.persistent}

    def load_state_dict(self, state_dict: Mapping[str, Tensor | Array]) -> None:
        """Copy values into parameters and buffers; nothing is changed unless all of them fit.

        Parameters
        ----------
        state_dict : mapping of str to Tensor or ndarray
            Exactly the names, shapes and dtypes that :meth:`state_dict` has.

        Raises
        ------
        StateError
            If names are missing or unknown.
        ShapeError, DTypeError
            If a value has another shape or dtype.
        """
        own = self._named_state()
        who = f"{type(self).__name__}.load_state_dict"
        missing, unknown = sorted(own.keys() - state_dict.keys()), sorted(state_dict.keys() - own.keys())
        if missing or unknown:
            got = "; ".join(
                f"{kind}: {', '.join(names)}" for kind, names in (("missing", missing), ("unknown", unknown)) if names
            )
            raise StateError(who, f"the names {', '.join(own)}", got)
        values = {name: v.array if isinstance(v, Tensor) else np.asarray(v) for name, v in state_dict.items()}
        for name, parameter in own.items():
            if values[name].shape != parameter.shape:
                raise ShapeError(who, f"{name} {parameter.shape}", f"shape {values[name].shape}")
            if values[name].dtype != parameter.dtype:
                raise DTypeError(who, f"{name} {parameter.dtype}", str(values[name].dtype))
        for name, parameter in own.items():
            parameter.array[...] = values[name]
            mark_changed(parameter.array)

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return ""

    def __repr__(self) -> str:
        children = [f"({name}): {child!r}".replace("\n", "\n  ") for name, child in self.named_children()]
        if not children:
            return f"{type(self).__name__}({self.extra_repr()})"
        return "\n  ".join([f"{type(self).__name__}(", *children]) + "\n)"
