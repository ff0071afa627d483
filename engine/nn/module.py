"""Module: what every layer and network is, with its parameters found by name."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from engine.arrays import Array
from engine.conversion import wishes
from engine.errors import DTypeError
from engine.nn.hooks import Hooked
from engine.nn.parameter import Buffer, Parameter
from engine.nn.state import IncompatibleKeys, load_state
from engine.nn.tree import Tree
from engine.ops.transfer import moved
from engine.placement import device_arrays
from engine.tensor import Tensor

__all__ = ["Buffer", "Module", "Parameter"]


class Module(Tree, Hooked):
    """Base of layers and networks: define ``__init__`` and ``forward``, call the module.

    Parameters, buffers and modules assigned to attributes are found by the attribute's name. Calling
    ``super().__init__()`` first, as PyTorch demands, is welcome but not needed.

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

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Make all parameters learn, or freeze them; returns the module."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to 0."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.zero_()

    def train(self, mode: bool = True) -> Self:
        """Switch this module and all inside it to training; returns the module."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Switch this module and all inside it to evaluation; returns the module."""
        return self.train(False)

    def to(self, *where: Any, dtype: Any = None, device: Any = None) -> Self:
        """Convert floating parameters, gradients and buffers, move all of them, or both; returns the module.

        Parameters
        ----------
        *where : dtype, device, or Tensor
            Such as "float64", "cuda", or a tensor that stands for its device and dtype.
        dtype : dtype, optional
            float32 or float64.
        device : str or Device, optional

        Raises
        ------
        DTypeError
            If the dtype is another.
        DeviceError
            If there is no CUDA device to use; nothing has been moved then.

        Notes
        -----
        Parameters stay the same objects, so that an optimiser made before goes on with them; what it keeps
        for them moves along at its next step.
        """
        kind, place = wishes(where, dtype, device)
        try:
            wanted = None if kind is None else np.dtype(kind)
        except TypeError:
            wanted = np.dtype(object)
        if wanted not in (None, np.float32, np.float64):
            raise DTypeError(f"{type(self).__name__}.to", "float32 or float64, or a device", repr(kind))
        if place is not None and place.type == "cuda":
            device_arrays().require("to")
        for tensor in (*self.parameters(), *self.buffers()):
            for held in (tensor, tensor.grad):
                if held is None:
                    continue
                if wanted is not None and held.dtype.kind == "f":
                    held.array = held.array.astype(wanted, copy=False)
                if place is not None:
                    held.array = moved(held.array, place.type == "cuda")
        return self

    def cuda(self, device: Any = "cuda") -> Self:
        """Move to the CUDA device; see :meth:`to`."""
        return self.to(device=device)

    def cpu(self) -> Self:
        """Move to the memory of the processor; see :meth:`to`."""
        return self.to(device="cpu")

    def double(self) -> Self:
        """Convert to float64; see :meth:`to`."""
        return self.to(np.float64)

    def float(self) -> Self:
        """Convert to float32; see :meth:`to`."""
        return self.to(np.float32)

    def state_dict(self) -> dict[str, Tensor]:
        """Return every parameter and persistent buffer by its path, sharing memory with the module.

        What is used in several places stands under each of its paths, as in PyTorch.
        """
        return {name: tensor.detach() for name, tensor in self._named_state().items()}

    def _named_state(self) -> dict[str, Tensor]:
        state: dict[str, Tensor] = {}
        for path, module in self.named_modules(remove_duplicate=False):
            state |= module._named_tensors(Parameter, path, recurse=False, remove_duplicate=False)
            buffers = module._named_tensors(Buffer, path, recurse=False, remove_duplicate=False)
            state |= {name: buffer for name, buffer in buffers if buffer.persistent}
        return state

    def load_state_dict(self, state_dict: Mapping[str, Tensor | Array], strict: bool = True) -> IncompatibleKeys:
        """Copy values into parameters and buffers; nothing is changed unless all of them fit.

        Parameters
        ----------
        state_dict : mapping of str to Tensor or ndarray
            The names and shapes that :meth:`state_dict` has; values are converted to its dtypes.
        strict : bool
            Whether all names must be there and no others. Shapes must always fit.

        Returns
        -------
        IncompatibleKeys
            With lists ``missing_keys`` and ``unexpected_keys``, both empty if all is well.

        Raises
        ------
        StateError
            If names are missing or unknown, and `strict`.
        ShapeError, DTypeError
            If a value has another shape, or would lose more than digits (floating to whole numbers).
        """
        return load_state(f"{type(self).__name__}.load_state_dict", self._named_state(), state_dict, strict)

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return ""

    def _shown_children(self) -> list[tuple[str, str]]:
        return [(name, repr(child)) for name, child in self._named_slots()]

    def __repr__(self) -> str:
        settings = self.extra_repr()
        lines = [settings] if settings else []
        lines += [f"({name}): {child}" for name, child in self._shown_children()]
        inside = "\n".join(lines)
        if inside == settings and "\n" not in settings:
            return f"{type(self).__name__}({settings})"
        inside = inside.replace("\n", "\n  ")
        return f"{type(self).__name__}(\n  {inside}\n)"
