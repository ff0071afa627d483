"""Properties of functions for Numba: compiled as they should be, and without a race.

What a file says is read (kernel_source.py); what its turns write is seen in plain Python (launching.py), so that a race
is found every time, and not when two threads happen to meet.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from grader.compare import difference
from grader.exercise import Property
from grader.kernel_source import KernelSource
from grader.properties import Cases
from grader.replies import SENSELESS
from grader.trial import Trial

NJIT = ("numba.njit", "numba.jit")
# Threads, and turns that each takes at a time: 0 for an equal share.
SCHEDULES = tuple((threads, chunk) for threads in (1, 2, 3, 4) for chunk in (0, 1, 3))
ONE_THREAD = {"threads": 1, "chunk": 0}


def is_compiled(points: int, cases: Cases, **settings: Any) -> Property:
    """Require the right value of a function that Numba compiles.

    Parameters
    ----------
    points : int
    cases : strategy of dict
    **settings : Any
        What the decorator must say.
    """

    def check(trial: Trial) -> None:
        value = trial.call()
        problem = KernelSource(trial.source, trial.name).why_not_compiled(NJIT, **settings)
        if problem:
            trial.fail_in_all_cases(problem)
        trial.must_be_right(value, also=True)

    said = "".join(f", with {name}={value}" for name, value in settings.items())
    return Property(f"be compiled by Numba{said}", points, cases, check, examples=1, shrink=False)


def on_one_thread(prop: Property) -> Property:
    """Ask a property of a parallel function that has a single thread, so that a race shows elsewhere."""
    return replace(prop, check=lambda trial: prop.check(trial.asked("scheduled", ONE_THREAD)))


def in_plain_python(prop: Property) -> Property:
    """Ask a property of the Python that a function is compiled from: where no index is checked, it may do anything."""
    return replace(prop, check=lambda trial: prop.check(trial.asked("plain", {})))


def turns_do_not_meet(points: int, cases: Cases, examples: int = 20) -> Property:
    """Require that no two turns of a prange loop write to one place, and none reads what another writes.

    Parameters
    ----------
    points : int
    cases : strategy of dict
    examples : int
    """

    def check(trial: Trial) -> None:
        _must_not_meet(trial, {})

    return Property("let no turn of prange write where another writes or reads", points, cases, check, examples)


def _must_not_meet(trial: Trial, changes: Mapping[str, Any]) -> None:
    sums = KernelSource(trial.source, trial.name).sums
    match trial.call(way="at_once", settings={"sums": sums}, **changes):
        case {"turns": int(0)}:
            trial.fail_in_all_cases("no loop with prange was run: there is nothing to share out among threads")
        case {"meeting": [str(name), list(place), int(first), int(second), bool(returned)]}:
            where = f"{name}[{', '.join(map(str, place))}]"
            out = "share out what has outputs of its own, such as images, filters or rows"
            way_out = out if returned else f"make {name} inside the loop, so that each turn has its own"
            trial.fail(
                f"a race: the turns {first} and {second} of the prange loop both write to {where}. Two threads may do "
                f"that at the same time, and then it is chance what comes out: {way_out}"
            )
        case {"value": value}:
            problem = difference(trial.reference(**changes), value)
            if problem and not difference(trial.reference(**changes), trial.call(**changes)):
                trial.fail(
                    "a race: a turn of the prange loop reads what another one writes. One after the other they come "
                    f"out right; all at the same time, {problem}",
                    expected=trial.reference(**changes),
                    got=value,
                )
            trial.compare(trial.reference(**changes), value, also=True)
        case _:
            trial.fail(SENSELESS)


def same_for_any_threads(points: int, layer: Mapping[str, Any]) -> Property:
    """Require the same bits, however many threads there are and however turns are shared out among them.

    Parameters
    ----------
    points : int
    layer : mapping
        The arguments, with so much to compute that threads do run at the same time.
    """

    def check(trial: Trial) -> None:
        # A race does not show every time; this does.
        _must_not_meet(trial, layer)
        first = trial.call(way="scheduled", settings=ONE_THREAD, **layer)
        trial.compare(trial.reference(**layer), first, also=True)
        for threads, chunk in SCHEDULES:
            value = trial.call(way="scheduled", settings={"threads": threads, "chunk": chunk}, **layer)
            if isinstance(value, np.ndarray) and value.tobytes() == first.tobytes():
                continue
            much = difference(first, value)
            why = (
                "the result is another one: a variable goes on from turn to turn, a count perhaps, and each thread has "
                "one of its own. Work out from the turn's own number what belongs to it"
                if much
                else "the last digits are others: a sum is cut into parts, one for each thread, and each is rounded. "
                "Let one turn do the whole sum"
            )
            trial.fail_in_all_cases(f"with {threads} threads {why}")

    name = "give the same bits with any number of threads"
    return Property(name, points, st.just({}), check, examples=1, shrink=False)
