"""What all optimisers share: groups of parameters with settings, state for each parameter, saving it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from engine.arrays import Array
from engine.cuda import recording
from engine.errors import DeviceError, DTypeError, GraphError, ParameterError, ShapeError, StateError
from engine.ops.transfer import moved
from engine.placement import is_on_device, on_host
from engine.tensor import Tensor
from engine.versions import mark_changed

Parameters: TypeAlias = Tensor | Iterable[Tensor] | Iterable[dict[str, Any]]
Group: TypeAlias = dict[str, Any]
State: TypeAlias = dict[str, Any]


class Optimizer:
    """Base of optimisers: a subclass says how one parameter moves (:meth:`update`), or many (:meth:`update_all`).

    Parameters
    ----------
    params : Tensor, iterable of Tensor, or of dict
        What to learn; or groups ``{"params": …, "lr": …}`` with settings of their own.
    defaults : dict
        Settings of groups that do not say otherwise.

    Attributes
    ----------
    param_groups : list of dict
        Each with its parameters under "params" and its settings. Settings may be changed at any time.
    state : dict
        What is kept for each parameter from step to step, by its number: its place in all groups.

    Raises
    ------
    ParameterError
        If there is no parameter, one is given twice, or a setting is out of range.
    DTypeError
        If something is no tensor.
    GraphError
        If a tensor is the result of an op: only leaves are learnt.
    """

    def __init__(self, params: Parameters, defaults: Mapping[str, Any]) -> None:
        self.defaults = dict(defaults)
        self.param_groups: list[Group] = []
        self.state: dict[int, State] = {}
        given: list[Any] = [params] if isinstance(params, Tensor | dict) else list(params)
        if not given:
            raise ParameterError(type(self).__name__, "at least one parameter", "none", "pass model.parameters()")
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    def check(self, group: Group) -> None:
        """Raise ParameterError unless the settings of a group can work."""

    def update(self, parameter: Array, gradient: Array, state: State, group: Group) -> None:
        """Move one parameter, in place.

        Parameters
        ----------
        parameter : ndarray, any shape
        gradient : ndarray of the same shape
            Not to be changed.
        state : dict
            What was kept for this parameter; empty at its first step.
        group : dict
            The settings.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define update(...)")

    def add_param_group(self, param_group: Group) -> None:
        """Learn more parameters, with settings of their own.

        Parameters
        ----------
        param_group : dict
            A tensor or an iterable of tensors under "params"; settings that are missing are the defaults.
        """
        who = type(self).__name__
        if not isinstance(param_group, dict) or "params" not in param_group:
            raise DTypeError(who, 'groups as dicts with "params"', f"{type(param_group).__name__} {param_group!r}")
        given = param_group["params"]
        group = self.defaults | param_group | {"params": [given] if isinstance(given, Tensor) else list(given)}
        known = {id(parameter) for other in self.param_groups for parameter in other["params"]}
        for parameter in group["params"]:
            if not isinstance(parameter, Tensor):
                raise DTypeError(who, "parameters as tensors", type(parameter).__name__, "pass model.parameters()")
            if parameter.grad_fn is not None:
                raise GraphError(who, "leaves of the graph", repr(parameter), "learn the tensors it was made from")
            if id(parameter) in known:
                raise ParameterError(who, "every parameter once", f"one of shape {parameter.shape} again")
            known.add(id(parameter))
        self.check(group)
        self.param_groups.append(group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to 0."""
        for _, _, parameter in self._numbered():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.zero_()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient.

        Parameters
        ----------
        closure : callable, optional
            Called first, to compute loss and gradients.

        Returns
        -------
        object
            What `closure` returned.
        """
        loss = closure() if closure is not None else None
        number = 0
        for group in self.param_groups:
            moving = []
            for parameter in group["params"]:
                if parameter.grad is not None:
                    gradient = parameter.grad.array.astype(parameter.dtype, copy=False)
                    if parameter.grad.is_cuda != parameter.is_cuda:
                        got = f"the gradient of one on {parameter.device} on {parameter.grad.device}"
                        fix = "move the model before backward, or forget the gradients: optimizer.zero_grad()"
                        raise DeviceError(f"{type(self).__name__}.step", "gradients where parameters are", got, fix)
                    if gradient.shape != parameter.shape:
                        expected = f"a gradient {parameter.shape}, as its parameter"
                        raise ShapeError(f"{type(self).__name__}.step", expected, f"shape {gradient.shape}")
                    gradient = -gradient if group["maximize"] else gradient
                    moving.append((parameter.array, gradient, self._state_beside(number, parameter)))
                number += 1
            for kind in {(array.dtype, is_on_device(array)) for array, _, _ in moving}:
                moves = [move for move in moving if (move[0].dtype, is_on_device(move[0])) == kind]
                self._update_or_record(moves, group)
            for array, _, _ in moving:
                mark_changed(array)
        return loss

    def _state_beside(self, number: int, parameter: Tensor) -> State:
        """Return what is kept for a parameter, moved to where it is now."""
        state = self.state.setdefault(number, {})
        for name, value in state.items():
            if hasattr(value, "dtype") and is_on_device(value) != parameter.is_cuda:
                state[name] = moved(value, parameter.is_cuda)
        return state

    def _update_or_record(self, moves: Sequence[tuple[Array, Array, State]], group: Group) -> None:
        if recording.is_capturing() and type(self).update_all is Optimizer.update_all:
            got = f"{type(self).__name__}, whose settings a graph would freeze"
            raise DeviceError(
                "graph", "an optimiser that updates all parameters at once", got, "use SGD, Adam or AdamW"
            )
        self.update_all(moves, group)
        recording.repeat_before_replay(lambda: self.update_all(moves, group))

    def update_all(self, moving: Sequence[tuple[Array, Array, State]], group: Group) -> None:
        """Move parameters of one dtype, in place: each by :meth:`update`, unless a subclass knows a quicker way.

        Parameters
        ----------
        moving : sequence of (parameter, gradient, state)
            As for :meth:`update`; at least one.
        group : dict
            The settings.
        """
        for parameter, gradient, state in moving:
            self.update(parameter, gradient, state, group)

    def _numbered(self) -> Iterator[tuple[int, Group, Tensor]]:
        pairs = ((group, parameter) for group in self.param_groups for parameter in group["params"])
        return ((number, group, parameter) for number, (group, parameter) in enumerate(pairs))

    def state_dict(self) -> dict[str, Any]:
        """Return state and settings, with numbers for parameters; arrays share memory with the optimiser.

        The layout and the names are PyTorch's.
        """
        groups, first = [], 0
        for group in self.param_groups:
            last = first + len(group["params"])
            groups.append(group | {"params": list(range(first, last))})
            first = last
        return {"state": {number: dict(kept) for number, kept in self.state.items()}, "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over copies of state and settings; nothing is changed unless all of them fit.

        Parameters
        ----------
        state_dict : mapping
            What :meth:`state_dict` of an optimiser of the same kind, for the same parameters, returned.

        Raises
        ------
        StateError
            If the numbers of groups or parameters, or the shapes, differ.
        """
        who = f"{type(self).__name__}.load_state_dict"
        sizes = [len(group["params"]) for group in self.param_groups]
        got = [len(group["params"]) for group in state_dict["param_groups"]]
        if sizes != got:
            raise StateError(who, f"groups of {sizes} parameters", str(got), "give the optimiser the same parameters")
        parameters = [parameter for _, _, parameter in self._numbered()]
        state: dict[int, State] = {}
        for number, kept in state_dict["state"].items():
            state[number] = {}
            for name, value in kept.items():
                if not hasattr(value, "dtype"):
                    state[number][name] = value
                elif value.shape != parameters[number].shape:
                    expected = f"{name} {parameters[number].shape} for parameter {number}"
                    raise StateError(who, expected, f"shape {value.shape}")
                else:
                    state[number][name] = np.array(on_host(value), parameters[number].dtype, order="C")
        groups = [
            dict(new) | {"params": old["params"]}
            for new, old in zip(state_dict["param_groups"], self.param_groups, strict=True)
        ]
        for group in groups:
            self.check(group)
        self.state, self.param_groups = state, groups

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join([*lines, ")"])


def at_least(who: str, group: Group, *names: str) -> None:
    """Raise ParameterError unless these settings are 0 or more (NaN is not)."""
    for name in names:
        if not group[name] >= 0:
            raise ParameterError(who, f"{name} >= 0", repr(group[name]))


def decayed(gradient: Array, parameter: Array, weight_decay: float) -> Array:
    """Return the gradient of the loss with weight_decay / 2 * parameter^2 added."""
    return gradient + weight_decay * parameter if weight_decay else gradient
