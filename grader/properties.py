"""Properties that many exercises share; each returns a :class:`~grader.exercise.Property`."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hypothesis.strategies import SearchStrategy

from grader.exercise import Property
from grader.trial import FalsifiedError, Trial
from grader.wire import Array, each_array, parts

Cases = SearchStrategy[dict[str, Any]]


def equals_reference(
    name: str,
    points: int,
    cases: Cases,
    outputs: Sequence[str] = (),
    examples: int = 60,
    simplify: bool = True,
) -> Property:
    """Require the student's value to equal the oracle's.

    Parameters
    ----------
    name : str
    points : int
    cases : strategy of dict
    outputs : sequence of str
        Which of several outputs to compare; all by default.
    examples : int
    simplify : bool
    """

    def check(trial: Trial) -> None:
        trial.must_be_right(trial.call(), outputs)

    return Property(name, points, cases, check, examples, simplify)


def leaves_arguments_alone(
    points: int, cases: Cases, examples: int = 10, simplify: bool = True, outputs: Sequence[str] = ()
) -> Property:
    """Require the right value, and arrays, lists and dicts handed in to be the same after the call.

    Parameters
    ----------
    points : int
    cases : strategy of dict
    examples : int
    simplify : bool
    outputs : sequence of str
        Which of several outputs must be right; all by default.
    """

    def check(trial: Trial) -> None:
        trial.must_be_right(trial.call(), outputs, also=True)
        for (argument, before), after in zip(trial.case.items(), trial.arguments_after, strict=False):
            if argument in trial.written:
                continue
            with trial.reading():
                changed = isinstance(before, np.ndarray | list | dict) and not _same(before, after)
            if changed:
                message = f"it changed its argument '{argument}': work on a copy"
                # Not the bare name: an output may be called like the argument, and a diagnosis looks at outputs.
                trial.fail(message, expected=before, got=after, output=f"{argument} after the call")

    return Property("leave its arguments unchanged", points, cases, check, examples, simplify)


def raises(
    name: str, points: int, cases: Cases, answered: Mapping[str, Any], kind: str = "ValueError", examples: int = 40
) -> Property:
    """Require the function to refuse the case with an exception of the given type, and not to refuse all there is.

    Parameters
    ----------
    name : str
    points : int
    cases : strategy of dict
        Cases without an answer.
    answered : mapping
        A plain case that has one, which must be right.
    kind : str
        Name of the exception's type; a subclass will do.
    examples : int
    """

    def check(trial: Trial) -> None:
        trial.must_raise(kind)
        plain = trial.on(answered)
        try:
            plain.must_be_right(plain.call())
        except FalsifiedError as falsified:
            told = falsified.counterexample.message
            trial.fail(f"{kind} is right here, but where there is an answer, that is asked for: {told}")

    return Property(name, points, cases, check, examples)


def depends_on_values_alone(
    points: int,
    cases: Cases,
    examples: int = 10,
    simplify: bool = True,
    outputs: Sequence[str] = (),
    views: bool = True,
) -> Property:
    """Require the right value at a second call with other values between, and for arrays that are views.

    A view of every second element is not contiguous: to reach into its memory, or to reshape it in place, fails.

    Parameters
    ----------
    points : int
    cases : strategy of dict
    examples : int
    simplify : bool
    outputs : sequence of str
        Which of several outputs must be right; all by default.
    views : bool
        Whether the second call has views; kernels are compiled for contiguous arrays alone.
    """

    def check(trial: Trial) -> None:
        trial.must_be_right(trial.call(), outputs, also=True)
        others: dict[str, Any] = {
            name: each_array(value, _other)
            for name, value in trial.case.items()
            if any(map(_is_floating, parts(value)))
        }
        trial.call(**others)
        trial.must_be_right(trial.call(as_views=views), outputs, also=True)

    name = "give the same when called again" + (", and for views of arrays" if views else "")
    return Property(name, points, cases, check, examples, simplify)


def _is_floating(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def _other(array: Array) -> Array:
    return -array if _is_floating(array) else array


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, np.ndarray):
        return isinstance(after, np.ndarray) and before.shape == after.shape and bool(np.all(before == after))
    if isinstance(before, dict):
        same_keys = isinstance(after, dict) and before.keys() == after.keys()
        return same_keys and all(_same(item, after[key]) for key, item in before.items())
    if isinstance(before, list | tuple):
        alike = isinstance(after, list | tuple) and len(before) == len(after)
        return alike and all(_same(*pair) for pair in zip(before, after, strict=True))
    return bool(before == after)
