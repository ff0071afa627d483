"""Draws cases, asks the worker, judges, scores."""

import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis.errors import Flaky

from grader.catalog import Entry
from grader.diagnosis import diagnose
from grader.exercise import Property
from grader.fence import Limits, RefusedError, read_submission
from grader.process import WorkerCrashError, WorkerProcess, WorkerTimeoutError, walls_here
from grader.sheet import is_part, student_named_in
from grader.simplify import simplify
from grader.trial import FalsifiedError, NotStartedError, Trial, what_was_raised
from grader.verdict import Counterexample, ExerciseVerdict, PropertyVerdict, Status, overall

# Calls spent on making a counterexample smaller. Counted before they are timed (Limits.shrinking), so that reports of
# all but slow functions are the same on every machine.
SHRINK_CALLS = 400
# Cases drawn for a property that failed, to see what the failures have in common.
MORE_CASES = 20


@dataclass(frozen=True)
class Grading:
    """How to grade.

    Attributes
    ----------
    seed : int
        Draws the cases; the same seed gives the same report.
    limits : Limits
    shrink : bool
        Whether to look for smaller counterexamples.
    student : str or None
        Whose numbers hand sheets have; empty for the lecture's, None for those of whom a sheet names.
    """

    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    shrink: bool = True
    student: str | None = None


class _Interrupted(BaseException):
    """Ends drawing at once. Not an Exception: Hypothesis would go on and shrink."""

    def __init__(self, status: Status, message: str, case: Mapping[str, Any] | None = None) -> None:
        self.status = status
        self.message = message
        self.case = case


def grade_file(entry: Entry, path: Path, grading: Grading) -> ExerciseVerdict:
    """Grade one student file.

    Parameters
    ----------
    entry : Entry
    path : Path
        The file; it may be missing, or be anything else.
    grading : Grading

    Returns
    -------
    ExerciseVerdict
        Whatever happens: a defect of the grader is a verdict too.
    """
    try:
        source = read_submission(path)
    except RefusedError as error:
        return _unjudged(entry, Status.REFUSED, str(error))
    if source is None:
        return _unjudged(entry, Status.NOT_STARTED, f"there is no file {path}")
    return grade_source(entry, source, grading)


def grade_source(entry: Entry, source: bytes, grading: Grading) -> ExerciseVerdict:
    """Grade the contents of a student file; see :func:`grade_file`."""
    entry, whose = _personal(entry, source, grading)
    session = _Session(entry, source, grading)
    try:
        message = session.load()
        if message is not None:
            return replace(_unjudged(entry, message.status, message.message), printed=session.printed)
        verdicts = tuple(session.judge(prop) for prop in entry.exercise.properties)
        session.close()
        status = overall(verdicts)
        about = "" if status is Status.PASSED else whose
        return replace(_unjudged(entry, status, about), properties=verdicts, printed=session.printed)
    except Exception:
        return _unjudged(entry, Status.GRADER_ERROR, traceback.format_exc())
    finally:
        session.close()


def _personal(entry: Entry, source: bytes, grading: Grading) -> tuple[Entry, str]:
    """Return the exercise with the student's numbers, and what is to be said if the sheet names somebody else."""
    if entry.exercise.for_student is None:
        return entry, ""
    named = student_named_in(source)
    student = named if grading.student is None or is_part(named, grading.student) else grading.student
    if named == student:
        return entry.of(student), ""
    theirs = [f"the numbers of {name}" if name else "the lecture's numbers" for name in (named, student)]
    return entry.of(student), f"the sheet has {theirs[0]}, and is graded by {theirs[1]}"


def replay_source(
    entry: Entry, source: bytes, prop: Property, case: Mapping[str, Any], grading: Grading
) -> PropertyVerdict:
    """Try one case of one property.

    Parameters
    ----------
    entry : Entry
    source : bytes
        The student's file.
    prop : Property
    case : mapping
        Arguments by name.
    grading : Grading

    Returns
    -------
    PropertyVerdict
        Passed if the property holds for this case; no points are at stake.
    """
    entry, _ = _personal(entry, source, grading)
    session = _Session(entry, source, grading)
    verdict = PropertyVerdict(prop.name, Status.PASSED, 0, 0, cases=1)
    try:
        stop = session.load()
        if stop is not None:
            return replace(verdict, status=stop.status, message=stop.message)
        prop.check(session.trial(case))
    except FalsifiedError as error:
        shown = replace(error.counterexample, diagnosis=diagnose(entry, [error.counterexample]))
        return replace(verdict, status=Status.FAILED, message=shown.message, counterexample=shown)
    except NotStartedError:
        return replace(verdict, status=Status.NOT_STARTED, message="it raises NotImplementedError")
    except _Interrupted as stop:
        return replace(
            verdict, status=stop.status, message=stop.message, counterexample=Counterexample(case, stop.message)
        )
    finally:
        session.close()
    return verdict


def _unjudged(entry: Entry, status: Status, message: str) -> ExerciseVerdict:
    exercise = entry.exercise
    return ExerciseVerdict(entry.name, entry.unit, exercise.title, status, exercise.points, (), message)


class _Clock:
    """What is left of an exercise's time. Making a failing case smaller has a time of its own.

    Else a slow function that fails one property would have no time left for those it has.
    """

    def __init__(self, limits: Limits) -> None:
        self._end = time.monotonic() + limits.exercise
        self._spare = limits.shrinking
        self._since: float | None = None

    @property
    def left(self) -> float:
        """Seconds left for what is being done."""
        return self._end - time.monotonic() if self._since is None else self._since + self._spare - time.monotonic()

    def start_shrinking(self) -> None:
        """Let the other time run."""
        self._since = time.monotonic()

    def stop_shrinking(self) -> None:
        """Let the exercise's time run again, if it does not."""
        if self._since is not None:
            spent = time.monotonic() - self._since
            self._spare -= spent
            self._end += spent
            self._since = None


class _Session:
    """A worker with one file, restarted after a crash or a time-out."""

    def __init__(self, entry: Entry, source: bytes, grading: Grading) -> None:
        self.entry = entry
        self.source = source
        self.grading = grading
        self.printed = ""
        self._worker: WorkerProcess | None = None
        self._clock = _Clock(grading.limits)

    def close(self) -> None:
        """End the worker."""
        if self._worker is not None:
            self.printed = self._worker.printed
            self._worker.close()
            self._worker = None

    def load(self) -> _Interrupted | None:
        """Start a worker and load the file; returns why not, or None."""
        self._worker = WorkerProcess(self.source, self.entry.name, self.grading.limits)
        if self._worker.walls != walls_here():
            raise RuntimeError(f"a worker has {self._worker.walls}, but {walls_here()} is what the report says")
        try:
            reply = self._ask({"do": "load"}, self.grading.limits.first_call)
        except _Interrupted as stop:
            return _Interrupted(stop.status, f"while loading the file: {stop.message}")
        if reply.get("status") == "returned":
            return None
        return _Interrupted(Status.FAILED, f"the file cannot be loaded: {what_was_raised(reply)}")

    def _ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        if self._worker is None:
            stop = self.load()
            if stop is not None:
                raise stop
        if self._worker is None:
            raise RuntimeError("the worker could not be started")
        left = self._clock.left
        if left <= 0:
            self.close()
            limit = self.grading.limits.exercise
            raise _Interrupted(Status.TIMED_OUT, f"the exercise took longer than {limit:.0f} s in all")
        try:
            return self._worker.ask(request, min(seconds, left))
        except WorkerTimeoutError:
            self.close()
            raise _Interrupted(Status.TIMED_OUT, f"no answer within {min(seconds, left):.0f} s") from None
        except WorkerCrashError as error:
            self.close()
            raise _Interrupted(Status.CRASHED, f"no answer: {error}") from None

    def trial(self, case: Mapping[str, Any]) -> Trial:
        """Return what a property's check is given: the student's function, for this case."""
        return Trial(
            self.entry.name,
            self.entry.exercise.outputs,
            self.entry.exercise.reference,
            case,
            lambda request: self._ask(request, self.grading.limits.call),
        )

    def judge(self, prop: Property) -> PropertyVerdict:
        """Draw cases for a property until one fails or enough have passed."""
        try:
            return self._judge(prop)
        finally:
            self._clock.stop_shrinking()

    def _judge(self, prop: Property) -> PropertyVerdict:
        verdict = PropertyVerdict(prop.name, Status.PASSED, prop.points, prop.points)
        falsified: list[Counterexample] = []
        calls = calls_at_first = 0
        case: Mapping[str, Any] = {}

        def attempt(drawn: dict[str, Any]) -> None:
            nonlocal calls, calls_at_first, case
            if falsified and (calls - calls_at_first > SHRINK_CALLS or self._clock.left <= 0):
                return
            calls += 1
            case = drawn
            try:
                prop.check(self.trial(drawn))
            except FalsifiedError as error:
                if not falsified:
                    calls_at_first = calls
                    self._clock.start_shrinking()
                falsified.append(error.counterexample)
                raise
            except NotStartedError:
                if calls > 1:
                    message = "it still raises NotImplementedError for some arguments"
                    falsified.append(Counterexample(drawn, message))
                    raise FalsifiedError(falsified[-1]) from None
                raise _Interrupted(Status.NOT_STARTED, "") from None

        try:
            self._draw(prop, attempt)
        except (FalsifiedError, Flaky, ExceptionGroup):
            if not falsified:
                raise
        except _Interrupted as stop:
            if not falsified:
                shown = Counterexample(case, stop.message) if case and stop.status is not Status.NOT_STARTED else None
                return replace(
                    verdict,
                    status=stop.status,
                    points=0,
                    message=stop.message,
                    counterexample=shown,
                    cases=calls,
                )
        if calls == 0:
            raise RuntimeError(f"no case was drawn for '{prop.name}'")
        if not falsified:
            return replace(verdict, cases=calls)
        smallest = min(reversed(falsified), key=_size)
        if prop.simplify and self.grading.shrink:
            smallest = self._simplified(prop, smallest)
        shown = replace(smallest, diagnosis=diagnose(self.entry, [*self._more_failures(prop), *falsified]))
        return replace(
            verdict, status=Status.FAILED, points=0, message=shown.message, counterexample=shown, cases=calls
        )

    def _more_failures(self, prop: Property) -> list[Counterexample]:
        """Draw some cases more: the first that failed may be too small to show what is wrong."""
        found: list[Counterexample] = []

        def attempt(drawn: dict[str, Any]) -> None:
            if self._clock.left <= 0:
                return
            try:
                prop.check(self.trial(drawn))
            except FalsifiedError as error:
                found.append(error.counterexample)

        if self.grading.shrink:
            with suppress(_Interrupted, NotStartedError):
                self._draw(replace(prop, examples=MORE_CASES), attempt)
        return found

    def _draw(self, prop: Property, attempt: Any) -> None:
        phases = [Phase.generate, Phase.shrink] if self.grading.shrink else [Phase.generate]
        drawing = settings(
            max_examples=prop.examples,
            database=None,
            deadline=None,
            derandomize=False,
            phases=phases,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            print_blob=False,
            verbosity=Verbosity.quiet,
            stateful_step_count=1,
        )
        number = crc32(f"{self.entry.name}/{prop.name}/{self.grading.seed}".encode())
        hypothesis_seed(number)(drawing(given(prop.cases)(attempt)))()

    def _simplified(self, prop: Property, smallest: Counterexample) -> Counterexample:
        found = [smallest]

        def fails(case: Mapping[str, Any]) -> bool:
            if self._clock.left <= 0:
                return False
            try:
                prop.check(self.trial(case))
            except FalsifiedError as error:
                found.append(error.counterexample)
                return True
            return False

        try:
            simplify(smallest.case, fails, SHRINK_CALLS)
        except (_Interrupted, NotStartedError):
            # A simpler case that hangs or crashes is another failure; keep the one that is understood.
            return found[-1]
        return found[-1]


def _size(counterexample: Counterexample) -> tuple[float, float]:
    """Fewest elements first, then the simplest numbers."""
    values = [np.asarray(value, dtype=np.float64) for value in counterexample.case.values()]
    return sum(value.size for value in values), float(sum(np.abs(value).sum() for value in values))
