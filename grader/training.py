"""Networks that students train: judged here, on images that the worker never saw.

Which images these are is decided by the weights that come back: drawn anew for each, they can be known to nobody
before, and are the same for the same weights.
"""

from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256
from typing import Any

import numpy as np
from hypothesis import strategies as st

from engine import data
from grader.exercise import Case, Property
from grader.networks import Network
from grader.strategies import case
from grader.trial import Trial
from grader.wire import Array

TRAIN, TEST = 2000, 1000
GLYPHS = data.GLYPHS
SIDE = 28
# Share of right answers so small that the wrong ones are no accident.
WORSE_THAN_GUESSING = 0.03
# Digits of other seeds are drawn for tests.
TRAIN_SEED = 7

# Of a data set from files, more digits: they are harder.
TRAIN_OF_FILES = 10_000
CASES = st.just(case(data=GLYPHS))

Prepare = Callable[[Array], Array]
Choose = Callable[..., Array]


def from_zero_to_one(images: Array) -> Array:
    """Turn images uint8 (N, 28, 28) into what a network reads: float32 (N, 1, 28, 28), 0 for paper, 1 for ink.

    Examples
    --------
    >>> from_zero_to_one(np.full((2, 28, 28), 255, np.uint8)).max()
    np.float32(1.0)
    """
    scaled: Array = (images[:, None] / 255.0).astype(np.float32)
    return scaled


def as_lenet5_reads(images: Array) -> Array:
    """Turn images uint8 (N, 28, 28) into what LeNet-5 reads: float32 (N, 1, 32, 32), -0.1 for paper, 1.175 for ink.

    Examples
    --------
    >>> x = as_lenet5_reads(np.full((1, 28, 28), 255, np.uint8))
    >>> x.shape, x[0, 0, 0, 0], x[0, 0, 2, 2]
    ((1, 1, 32, 32), np.float32(-0.1), np.float32(1.175))
    """
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2)))[:, None]
    scaled: Array = (padded * (1.275 / 255.0) - 0.1).astype(np.float32)
    return scaled


def digits_for(prepare: Prepare) -> Callable[[Case], Case]:
    """Return what makes the arguments of a function that trains: images and labels.

    Parameters
    ----------
    prepare : callable
        Makes of images what the network reads.
    """

    def expand(drawn: Case) -> Case:
        images, labels = _digits(drawn["data"])
        return case(images=prepare(images), labels=labels)

    return expand


@cache
def _digits(name: str) -> tuple[Array, Array]:
    if name == GLYPHS:
        drawn = data.load_glyphs(TRAIN, 1, TRAIN_SEED)
        return drawn.train_images, drawn.train_labels.astype(np.int64)
    read = of_files(name)
    return read.train_images[:TRAIN_OF_FILES], read.train_labels[:TRAIN_OF_FILES].astype(np.int64)


@cache
def of_files(name: str) -> data.ImageData:
    """Read a data set, once."""
    return data.load(name)


def has_shapes(points: int, network: Network) -> Property:
    """Require a list of arrays with the shapes of the network's state, all finite.

    Parameters
    ----------
    points : int
    network : Network
    """

    def check(trial: Trial) -> None:
        _trained(trial, network)

    return Property("return the network's weights", points, CASES, check, examples=1, shrink=False)


def classifies(points: int, share: float, network: Network, prepare: Prepare, choose: Choose = np.argmax) -> Property:
    """Require a share of digits that nobody has seen to be classified right.

    Parameters
    ----------
    points : int
    share : float
        Between 0 and 1.
    network : Network
    prepare : callable
        Makes of images what the network reads.
    choose : callable
        Takes outputs and an axis, and returns classes: ``np.argmax``, or ``np.argmin`` where outputs are penalties.
    """

    def check(trial: Trial) -> str:
        state = _trained(trial, network)
        if "answers" not in trial.memory:
            images, labels = unseen(state, TEST, trial.case["data"])
            wide = [value.astype(np.float64) for value in state]
            outputs = network.forward(wide, prepare(images).astype(np.float64), False)
            trial.memory["answers"] = choose(outputs, axis=1), labels
        answers, labels = trial.memory["answers"]
        right = float(np.mean(answers == labels))
        if right < share:
            trial.fail(
                f"it classifies {right:.1%} of {TEST} digits right that it has not seen, and {share:.0%} are asked for"
                f"{what_is_odd(answers, right)}"
            )
        return f"{right:.1%} of {TEST} unseen digits right"

    name = f"classify {share:.0%} of digits right that it has not seen"
    return Property(name, points, CASES, check, examples=1, shrink=False)


def unseen(state: Sequence[Array], count: int, name: str = GLYPHS) -> tuple[Array, Array]:
    """Draw digits for a trained network, by its weights; of a data set from files, choose some of the test images.

    Parameters
    ----------
    state : sequence of ndarray
    count : int
    name : str
        Of the data set, or where it lies.

    Returns
    -------
    images : ndarray, uint8 (count, 28, 28)
    labels : ndarray, uint8 (count,)
    """
    digest = sha256(b"".join(np.ascontiguousarray(value).tobytes() for value in state)).digest()
    seed = int.from_bytes(digest[:6], "little") + TRAIN_SEED + 1
    if name == GLYPHS:
        drawn = data.load_glyphs(1, count, seed)
        return drawn.test_images, drawn.test_labels
    read = of_files(name)
    chosen = np.random.default_rng(seed).permutation(len(read.test_images))[:count]
    return read.test_images[chosen], read.test_labels[chosen]


def what_is_odd(answers: Array, right: float) -> str:
    """Say in a clause what a share of right answers that is too small may come from.

    Parameters
    ----------
    answers : ndarray (N,)
        Of the network.
    right : float
        The share that is right.
    """
    found, counts = np.unique(answers, return_counts=True)
    if counts.max() > 0.9 * len(answers):
        return (
            f"; it says {found[counts.argmax()]} for nearly all. Is there a step after each backward, are gradients "
            "set to zero before it, and is the rate small enough?"
        )
    if right < WORSE_THAN_GUESSING:
        return "; by guessing it would be one in ten: is the loss the one for what this network puts out?"
    if right < 0.2:
        return "; one in ten is what guessing gives: does the loss go down, and do images and labels belong together?"
    return "; it has learnt something: more epochs may help, or a smaller learning rate"


def _trained(trial: Trial, network: Network) -> list[Array]:
    """Return the state that the student's function comes to; it trains once for all properties."""
    if "trained" not in trial.memory:
        trial.memory["trained"] = trial.call()
    state = trial.memory["trained"]
    problem = no_state(state, network)
    if problem:
        trial.fail(problem)
    return [np.asarray(value) for value in state]


def no_state(value: Any, network: Network) -> str:
    """Say in a sentence why a value is not the state of a network; "" if it is.

    Parameters
    ----------
    value : Any
        What a student's function returned.
    network : Network
    """
    if value is None:
        return "it returned None: is there a return statement?"
    if not isinstance(value, list | tuple) or not all(isinstance(array, np.ndarray | np.generic) for array in value):
        return "it must return a list of arrays: [value.numpy() for value in network.state_dict().values()]"
    if len(value) != len(network.slots):
        return f"it returned {len(value)} arrays, but the network has {len(network.slots)}"
    for slot, array in zip(network.slots, value, strict=True):
        if array.shape != slot.shape:
            return f"{slot.name} has shape {array.shape}, but {slot.shape} is right"
        if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
            return f"{slot.name} is not finite: was the learning rate too large?"
    return ""
