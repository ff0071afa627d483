"""How fast a student's function is, beside the engine's own kernel on the same machine.

Both are measured by the time for which their processes computed, as the system counts it and the grader's own process
is told: what else runs on the machine takes no part of that. Nothing that a worker says does, either: every call is
asked for by itself, with other images, and its answer looked at, so that none can be left out. To send these back and
forth is counted, too; it takes some hundredths of what plain loops take.
"""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Property
from grader.kernel_cases import convolve, layer
from grader.kernel_properties import NJIT
from grader.kernel_source import KernelSource
from grader.trial import Trial

# A worker's time is counted in hundredths of a second.
LEAST_SECONDS = 0.25
MOST_CALLS = 1 << 12
ENGINE_CALLS = 100
ROUNDS = 4
# So much more than is asked for is no accident.
CLEARLY = 2.0
# Tells that a function is wrong before compiled code runs over the end of its arrays.
SMALL = layer(2, 2, 3, size=(4, 6), kernel=(2, 3), padding=1)


def is_as_fast(name: str, points: int, times: float, arguments: Mapping[str, Any]) -> Property:
    """Require the right values of a layer in at most so many times the time of the engine's kernel, on one thread.

    Parameters
    ----------
    name : str
    points : int
    times : float
    arguments : mapping
        Of a convolution.
    """

    def check(trial: Trial) -> str:
        problem = KernelSource(trial.source, trial.name).why_not_compiled(NJIT)
        if problem:
            trial.fail_in_all_cases(problem)
        trial.compare(convolve(**SMALL).astype(np.float64), trial.call(way="plain", **SMALL), also=True)
        # This call compiles, too.
        trial.compare(convolve(**arguments).astype(np.float64), trial.call(**arguments), also=True)
        ratio = _ratio(trial, times, arguments)
        # To one digit: more of them would differ from run to run.
        about = float(f"{ratio:.0e}")
        if ratio > times:
            trial.fail_in_all_cases(
                f"the values are right, but it takes about {about:g} times as long as the engine's kernel on this "
                f"machine; at most {times:g} times is asked for. What does the innermost loop do?"
            )
        return f"about {about:g} times the engine's time"

    return Property(name, points, st.just({}), check, examples=1, shrink=False, of_compiled=True)


def _ratio(trial: Trial, enough: float, arguments: Mapping[str, Any]) -> float:
    """Return the ratio of the two shortest times of several rounds; of fewer, if it is clear by then."""
    theirs = engines = np.inf
    calls, rng = 1, np.random.default_rng(0)
    for _ in range(ROUNDS):
        engines = min(engines, _seconds_of_engine(arguments))
        seconds = _seconds_of_student(trial, calls, arguments, rng)
        while seconds < LEAST_SECONDS and calls < MOST_CALLS:
            calls *= 4
            seconds = _seconds_of_student(trial, calls, arguments, rng)
        theirs = min(theirs, seconds / calls)
        if not enough * engines < theirs < CLEARLY * enough * engines:
            break
    return float(theirs / engines)


def _seconds_of_student(trial: Trial, calls: int, arguments: Mapping[str, Any], rng: np.random.Generator) -> float:
    start = trial.processor_seconds()
    for _ in range(calls):
        asked = {**arguments, "x": rng.standard_normal(arguments["x"].shape, np.float32)}
        trial.compare(convolve(**asked).astype(np.float64), trial.call(**asked), also=True)
    return trial.processor_seconds() - start


def _seconds_of_engine(arguments: Mapping[str, Any]) -> float:
    threads = engine.get_num_threads()
    engine.set_num_threads(1)
    try:
        with engine.use_kernels("cpu"):
            start = time.process_time()
            for _ in range(ENGINE_CALLS):
                convolve(**arguments)
            return (time.process_time() - start) / ENGINE_CALLS
    finally:
        engine.set_num_threads(threads)
