"""Loading a state_dict: all of it fits, or nothing is changed."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.errors import DTypeError, ShapeError, StateError
from engine.placement import is_on_device, on_host
from engine.tensor import Tensor
from engine.versions import mark_changed


class IncompatibleKeys(NamedTuple):
    """What ``load_state_dict`` found amiss.

    Attributes
    ----------
    missing_keys : list of str
        Names the module has and the state_dict has not.
    unexpected_keys : list of str
        The other way round.
    """

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


def load_state(
    who: str, own: Mapping[str, Tensor], given: Mapping[str, Tensor | Array], strict: bool
) -> IncompatibleKeys:
    """Copy `given` into `own`; see :meth:`engine.nn.Module.load_state_dict`."""
    missing = [name for name in own if name not in given]
    unexpected = [name for name in given if name not in own]
    if strict and (missing or unexpected):
        amiss = (("missing", missing), ("unknown", unexpected))
        got = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in amiss if names)
        raise StateError(who, f"the names {', '.join(own)}", got, "strict=False loads what there is")
    values = {name: _array(given[name]) for name in own if name in given}
    for name, value in values.items():
        if value.shape != own[name].shape:
            raise ShapeError(who, f"{name} {own[name].shape}", f"shape {value.shape}")
        if not np.can_cast(value.dtype, own[name].dtype, "same_kind"):
            raise DTypeError(who, f"{name} {own[name].dtype}", str(value.dtype))
    for name, value in values.items():
        target = own[name].array
        target[...] = value if is_on_device(target) else on_host(value)
        mark_changed(own[name].array)
    return IncompatibleKeys(missing, unexpected)


def _array(value: Tensor | Array) -> Array:
    return value.array if isinstance(value, Tensor) else np.asarray(value)
