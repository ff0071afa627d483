"""Properties of CUDA kernels, as far as the simulator and what is known of it can tell."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from grader.exercise import Property
from grader.kernel_source import KernelSource
from grader.numba_errors import thread_of_block
from grader.properties import Cases
from grader.replies import SENSELESS
from grader.trial import FalsifiedError, Trial

# A launch's case begins with blocks and threads; then come the kernel's own arguments.
LAUNCH = 2
# More elements are never read in so little time.
MOST = 1 << 60


def fits_a_card(points: int, cases: Cases, *uses: str, waits: str = "") -> Property:
    """Require a kernel that is right, and has nothing in it that the simulator lets pass and a card does not.

    Parameters
    ----------
    points : int
    cases : strategy of dict
    *uses : str
        Of these names of ``cuda`` it must use one, as how it is to be done.
    waits : str
        "once", if its threads must wait for one another, or "in a loop"; then all must come by.
    """

    def check(trial: Trial) -> None:
        value = trial.call()
        source = KernelSource(trial.source, trial.name)
        problem = source.why_not_compiled(("numba.cuda.jit",)) or source.why_not_for_a_card()
        if not problem and not source.uses(*(f"numba.cuda.{name}" for name in uses)):
            problem = f"it does not use cuda.{' or cuda.'.join(uses)}"
        if not problem and waits:
            problem = source.why_threads_do_not_wait(in_a_loop=waits == "in a loop")
        if problem:
            trial.fail_in_all_cases(problem)
        trial.must_be_right(value, also=True)

    return Property(f"be a kernel for a card, with cuda.{uses[0]}", points, cases, check, examples=1, shrink=False)


def or_says_race(prop: Property) -> Property:
    """Look for a race where a property does not hold: it says more than values that are chance."""

    def check(trial: Trial) -> str | None:
        try:
            return prop.check(trial)
        except FalsifiedError as error:
            if error.counterexample.got is not None:
                _must_not_meet(trial)
            raise

    return replace(prop, check=check)


def threads_do_not_meet(points: int, cases: Cases, examples: int = 8) -> Property:
    """Require that no thread writes where another one writes or reads, unless all wait between the two.

    Parameters
    ----------
    points : int
    cases : strategy of dict
    examples : int
    """

    def check(trial: Trial) -> None:
        trial.must_be_right(_must_not_meet(trial), also=True)

    return Property("have no two threads meet at one place", points, cases, check, examples)


def fetches_few(name: str, points: int, cases: Cases, most: Callable[..., int], examples: int = 5) -> Property:
    """Require that few elements are read from the kernel's arguments, because its threads share them.

    Parameters
    ----------
    name : str
    points : int
    cases : strategy of dict
    most : callable
        Takes the case by name, returns how many.
    examples : int
    """

    def check(trial: Trial) -> None:
        reply = _watched(trial)
        trial.must_be_right(reply["value"][0], also=True)
        fetched, enough = sum(reply["reads"]), most(**trial.case)
        if fetched > enough:
            arrays = " and ".join(list(trial.case)[LAUNCH + len(trial.outputs) :])
            trial.fail(f"the threads read {fetched} elements of {arrays}, and {enough} are enough if they share them")

    return Property(name, points, cases, check, examples)


def _watched(trial: Trial) -> Mapping[str, Any]:
    reply = trial.call(way="watched")
    match reply:
        case {"value": [_, *_], "reads": [*reads], "meeting": list()} if all(
            isinstance(n, int) and n < MOST for n in reads
        ):
            return dict(reply)
    trial.fail(SENSELESS)
    return {}


def _must_not_meet(trial: Trial) -> Any:
    """Raise FalsifiedError if two threads meet; else return the output."""
    reply = _watched(trial)
    if reply["meeting"]:
        with trial.reading():
            what = _what_meets(trial, reply["meeting"])
        trial.fail(f"a race: {what}" if what else SENSELESS)
    return reply["value"][0]


def _what_meets(trial: Trial, meeting: Any) -> str:
    match meeting:
        case [
            int(label),
            list(place),
            list(block),
            list(thread),
            list(other_block),
            list(other),
            bool(both),
            bool(earlier),
        ] if all(_three_numbers(numbers) for numbers in (block, thread, other_block, other)):
            where = f"{_array(trial, label)}[{', '.join(map(str, place))}]"
            axes = np.size(trial.case["threads"])
            first, second = thread_of_block(thread, block, axes), thread_of_block(other, other_block, axes)
            what = f"{first} writes to {where}, and {second} {'does, too' if both else 'reads it'}"
            if block != other_block:
                return f"{what}. Blocks run in any order, and do not wait for one another"
            if earlier and not both:
                what = f"{second} reads {where}, and {first} writes there what is to be read next"
            return f"{what}, with no cuda.syncthreads() between. Which of them is first, is chance"
    return ""


def _three_numbers(numbers: Any) -> bool:
    return len(numbers) == 3 and all(isinstance(number, int) for number in numbers)


def _array(trial: Trial, label: int) -> str:
    """Name an argument by its number, or a shared array by the negative number of its line."""
    if label >= 0:
        return list(trial.case)[LAUNCH:][label]
    lines = trial.source.decode(errors="replace").splitlines()
    found = re.match(r"\s*(\w+)\s*[:=]", lines[-label - 1]) if -label <= len(lines) else None
    return found[1] if found else "the shared array"
