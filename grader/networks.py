"""Networks that students build on the engine: what they must be made of, and what they must answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from grader.exercise import Case, Equivalent, Property
from grader.replies import SENSELESS
from grader.strategies import case
from grader.trial import Trial
from grader.wire import Array

CLASSES = 10
# NumPy's.
MOST_AXES = 64
NO_PREPARATION = Equivalent("super().__init__()", "pass", "a module of the engine needs no preparation")
Forward: TypeAlias = Callable[[Sequence[Array], Array, bool], Array]


@dataclass(frozen=True)
class Slot:
    """A parameter, or a buffer.

    Attributes
    ----------
    name : str
        What messages call it.
    shape : tuple of int
    learns : bool
        Whether it is a parameter.
    fan_in : int
        Values are drawn so that sums of so many are of about the size of one; 0 for values that must be positive,
        and are drawn near 1.
    """

    name: str
    shape: tuple[int, ...]
    fan_in: int
    learns: bool = True


@dataclass(frozen=True)
class Network:
    """What a network must be.

    Attributes
    ----------
    slots : tuple of Slot
        Its state, in the order in which data meets it.
    input_shape : tuple of int
        Of one image.
    forward : callable
        Takes the state, images (N, …) and whether it trains; returns the outputs (N, 10), all in float64.
    """

    slots: tuple[Slot, ...]
    input_shape: tuple[int, ...]
    forward: Forward

    @property
    def parameters(self) -> int:
        """How many numbers are learnt."""
        return sum(int(np.prod(slot.shape)) for slot in self.slots if slot.learns)

    def expand(self, drawn: Case) -> Case:
        """Make a state, images and a gradient of the outputs from a seed."""
        rng = np.random.default_rng(drawn["seed"])
        state = [_values(rng, slot) for slot in self.slots]
        x, dy = (
            rng.normal(size=(drawn["images"], *shape)).astype(np.float32) for shape in (self.input_shape, (CLASSES,))
        )
        return case(state=state, x=x, dy=dy, training=drawn["training"])

    def reference(self, state: Sequence[Array], x: Array, dy: Array, training: bool) -> tuple[int, Array]:
        """Return the number of parameters and the outputs, for a case."""
        return self.parameters, self.forward(state, x, training)


def weights(first: str, shape: Sequence[int], outputs: int | None = None) -> tuple[Slot, Slot]:
    """Name the weights and biases of a layer; as many biases as there are filters, unless it is said."""
    fan_in = int(np.prod(shape[1:]))
    return Slot(f"{first}'s weight", tuple(shape), fan_in), Slot(f"{first}'s bias", (outputs or shape[0],), 4)


def batch_norm_slots(first: str, channels: int) -> tuple[Slot, ...]:
    """Name the state of a batch normalisation."""
    return (
        Slot(f"{first}'s weight", (channels,), 0),
        Slot(f"{first}'s bias", (channels,), 4),
        Slot(f"{first}'s running mean", (channels,), 4, learns=False),
        Slot(f"{first}'s running variance", (channels,), 0, learns=False),
        Slot(f"{first}'s number of batches", (), 1, learns=False),
    )


def asked(training: bool = False) -> SearchStrategy[dict[str, Any]]:
    """Draw what :meth:`Network.expand` makes a case of."""
    return st.builds(
        case, seed=st.integers(0, 9999), images=st.integers(2 if training else 1, 3), training=st.just(training)
    )


def _values(rng: np.random.Generator, slot: Slot) -> Array:
    if not slot.shape:
        return np.array(rng.integers(0, 100), np.int64)
    if not slot.fan_in:
        return rng.uniform(0.5, 1.5, slot.shape).astype(np.float32)
    return rng.normal(0.0, slot.fan_in**-0.5, slot.shape).astype(np.float32)


def has_parameters(points: int, network: Network) -> Property:
    """Require a network with the right number of parameters, of the right shapes, in the right order."""

    def check(trial: Trial) -> None:
        about = _made(trial)
        shapes = [list(slot.shape) for slot in network.slots]
        learnt = [shape for shape, learns in zip(about["shapes"], about["learns"], strict=True) if learns]
        count = sum(int(np.prod(shape)) for shape in learnt)
        if about["shapes"] == shapes and about["learns"] == [slot.learns for slot in network.slots]:
            return
        if count != network.parameters:
            message = f"it has {count:,} parameters, but {network.parameters:,} are right"
        else:
            message = f"it has {count:,} parameters, as it should, but not in these shapes or not in this order"
        trial.fail(
            f"{message}; {_first_difference(about, network)}",
            expected=network.parameters,
            got=count,
            output="parameters",
        )

    cases = asked()
    name = f"have {network.parameters:,} parameters of the right shapes"
    return Property(name, points, cases, check, examples=1, shrink=False)


def answers(name: str, points: int, network: Network, training: bool = False) -> Property:
    """Require the right outputs for any values of the parameters and any images.

    Parameters
    ----------
    name : str
    points : int
    network : Network
    training : bool
        Whether the network is told that it trains.
    """

    def check(trial: Trial) -> None:
        about = _with_outputs(trial, network)
        _, right = trial.reference()
        trial.compare(right, about["out"], "out")

    return Property(name, points, asked(training), check, examples=4, shrink=False)


def learns(points: int, network: Network) -> Property:
    """Require the gradient of the outputs to reach every parameter."""

    def check(trial: Trial) -> None:
        about = _with_outputs(trial, network)
        grads = about.get("grads")
        names = [slot.name for slot in network.slots if slot.learns]
        if not isinstance(grads, list) or len(grads) != len(names):
            trial.fail("the outputs cannot be differentiated: they have another shape than they should, or no graph")
        for name, grad in zip(names, about["grads"], strict=True):
            if not isinstance(grad, np.ndarray):
                trial.fail(f"no gradient reaches {name}: is it used, and by ops of the engine alone?")
            elif not np.isfinite(grad).all():
                trial.fail(f"the gradient of {name} is not finite")
            elif not grad.any():
                trial.fail(f"the gradient of {name} is zero everywhere")

    cases = asked(training=True)
    return Property("let the gradient reach every parameter", points, cases, check, examples=2, shrink=False)


def _made(trial: Trial) -> dict[str, Any]:
    """Ask for the network, and return what is known of it."""
    about = trial.call()
    match about:
        case {"names": [*names], "shapes": [*shapes], "learns": [*learns]} if (
            len(names) == len(shapes) == len(learns)
            and all(isinstance(name, str) for name in names)
            and all(_is_shape(shape) for shape in shapes)
            and all(isinstance(one, bool) for one in learns)
        ):
            return dict(about)
        case {"made": str(made), **others} if not others:
            what = "None: is there a return statement?" if made == "NoneType" else f"a {made}"
            trial.fail(f"it returned {what}, but a network is asked for, an nn.Module")
    trial.fail(SENSELESS)
    return {}


def _is_shape(shape: Any) -> bool:
    few = isinstance(shape, list) and len(shape) <= MOST_AXES
    return few and all(isinstance(length, int) and 0 <= length < 1 << 32 for length in shape)


def _with_outputs(trial: Trial, network: Network) -> dict[str, Any]:
    """Ask for the network's outputs for the case's state."""
    about = _made(trial)
    if "out" not in about:
        trial.fail(f"no values could be put into its parameters: {_first_difference(about, network)}")
    return about


def _first_difference(about: dict[str, Any], network: Network) -> str:
    """Say where its state is not what it should be."""
    for i, slot in enumerate(network.slots):
        right = f"{slot.name} has shape {slot.shape}"
        if i >= len(about["shapes"]):
            return f"{right}, and the network has nothing there"
        if about["shapes"][i] != list(slot.shape):
            return (
                f"{right}, and where it should be, the network has {about['names'][i]} of {tuple(about['shapes'][i])}"
            )
        if about["learns"][i] is not slot.learns:
            return f"{slot.name} is {'' if slot.learns else 'not '}to be learnt"
    spare = about["names"][len(network.slots) :]
    return f"{spare[0]} is one too many" if spare else "the shapes are right"
