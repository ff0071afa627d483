"""A worker with one student's file: asks it, draws cases for a property, judges, and makes a failing case small."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis.errors import Flaky
from hypothesis.internal.conjecture import providers

from grader.catalog import Entry
from grader.diagnosis import diagnose, misconception
from grader.exercise import Property, Sheet
from grader.fence import Limits
from grader.mutants import Misconceptions
from grader.process import WorkerCrashError, WorkerProcess, WorkerTimeoutError, walls_here
from grader.replies import shortened
from grader.simplify import simplify
from grader.training import GLYPHS
from grader.trial import FalsifiedError, NotStartedError, Trial, what_was_raised
from grader.verdict import Counterexample, PropertyVerdict, Status
from grader.wire import parts


def _never_local(path: str) -> bool:
    """Take no module for one that is being tested; see below."""
    return False


# Now and then Hypothesis draws a number that stands in the source of a module that is loaded and not installed. Which
# are, depends on the installation and on what was graded before; the same seed must draw the same cases everywhere.
vars(providers)["is_local_module_file"] = _never_local

ENDLESS = "is there a loop that never ends, or more work than there need be?"
# Calls spent on making a counterexample smaller: that of the first property that fails, which is the one that is drawn,
# and of each after it. Counted before they are timed (Limits.shrinking), so that reports of all but slow functions are
# the same on every machine, however busy.
SHRINK_CALLS, LATER_SHRINK_CALLS = 400, 100
# Cases drawn for a property that failed, to see what the failures have in common; and how many of its failures are
# compared with those of other properties.
MORE_CASES, FAILURES_OF_EACH = 20, 5


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
    data : str
        What networks are trained on: "glyphs", drawn digits; another data set's name; or where one lies.
    compiled : bool
        Whether what students give to Numba is compiled; without, many small changes are graded in less time.
    until_failure : bool
        Whether to end with the first property that loses points, where only that it does is asked, and not why.
    """

    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    shrink: bool = True
    student: str | None = None
    data: str = GLYPHS
    compiled: bool = True
    until_failure: bool = False


class InterruptedGrading(BaseException):
    """Ends drawing at once. Not an Exception: Hypothesis would go on and shrink."""

    def __init__(self, status: Status, message: str, case: Mapping[str, Any] | None = None) -> None:
        self.status = status
        self.message = message
        self.case = case


class Clock:
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


class Session:
    """A worker with one file, restarted after a crash or a time-out."""

    def __init__(self, entry: Entry, source: bytes, grading: Grading) -> None:
        self.entry = entry
        self.source = source
        self.grading = grading
        self.printed = ""
        self.misconceptions = Misconceptions(entry)
        self._worker: WorkerProcess | None = None
        workplace = entry.exercise.workplace
        self._workplace = workplace if grading.compiled else workplace.interpreted()
        self._workplace.make_ready()
        self._limits = self._workplace.within(grading.limits)
        self._call_limit = self._limits.call
        self._clock = Clock(self._limits)
        self._shrink_calls = SHRINK_CALLS
        self._memory: dict[str, Any] = {}
        self._failures: dict[str, list[Counterexample]] = {}

    def close(self) -> None:
        """End the worker, and that of the misconceptions."""
        self._end_worker()
        self.misconceptions.close()

    def _end_worker(self) -> None:
        if self._worker is not None:
            self.printed = self._worker.printed
            self._worker.close()
            self._worker = None

    def load(self) -> InterruptedGrading | None:
        """Start a worker and load the file; returns why not, or None."""
        self._worker = WorkerProcess(self.source, self.entry.name, self._limits, self._workplace)
        if self._worker.walls != walls_here():
            raise RuntimeError(f"a worker has {self._worker.walls}, but {walls_here()} is what the report says")
        try:
            reply = self._ask({"do": "load", "function": self.entry.name}, self._limits.first_call)
        except InterruptedGrading as stop:
            return InterruptedGrading(stop.status, f"while loading the file: {stop.message}")
        if reply.get("status") != "returned":
            return InterruptedGrading(
                Status.FAILED, f"the file cannot be loaded: {what_was_raised(reply, self.source)}"
            )
        if reply.get("callable") is True or isinstance(self.entry.exercise.stub, Sheet):
            return None
        own = reply.get("own")
        names = [name for name in own if isinstance(name, str)] if isinstance(own, list) else []
        found = f"; what there is, is called {', '.join(names)}" if names else ""
        message = f"there is no function '{self.entry.name}' in the file{found}"
        return InterruptedGrading(Status.FAILED, shortened(message))

    def _ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        if self._worker is None:
            stop = self.load()
            if stop is not None:
                raise stop
        if self._worker is None:
            raise RuntimeError("the worker could not be started")
        left = self._clock.left
        if left <= 0:
            self._end_worker()
            limit = self._limits.exercise
            raise InterruptedGrading(Status.TIMED_OUT, f"the exercise took longer than {limit:.0f} s in all")
        try:
            return self._worker.ask(request, min(seconds, left))
        except WorkerTimeoutError:
            self._end_worker()
            # Who waits for an endless loop shall not wait as long for each property; a function that takes longer
            # than this has no time for all its cases anyway.
            self._call_limit = min(self._call_limit, self._limits.later_call)
            raise InterruptedGrading(
                Status.TIMED_OUT, f"no answer within {min(seconds, left):.0f} s: {ENDLESS}"
            ) from None
        except WorkerCrashError as error:
            self._end_worker()
            raise InterruptedGrading(Status.CRASHED, f"no answer: {error}") from None

    def trial(self, case: Mapping[str, Any]) -> Trial:
        """Return what a property's check is given: the student's function, for this case."""
        if self._workplace.trains:
            # Not drawn, but said by whoever grades.
            case = {**case, "data": self.grading.data}
        return Trial(
            self.entry.name,
            self.entry.exercise.outputs,
            self.entry.exercise.reference,
            case,
            lambda request: self._ask(request, self._call_limit),
            way=self._workplace.ask,
            source=self.source,
            expand=self.entry.exercise.expand,
            memory=self._memory,
            processor_seconds=self._processor_seconds,
        )

    def _processor_seconds(self) -> float:
        return 0.0 if self._worker is None else self._worker.processor_seconds()

    def judge(self, prop: Property) -> PropertyVerdict:
        """Draw cases for a property until one fails or enough have passed."""
        try:
            return self._judge(prop)
        finally:
            self._clock.stop_shrinking()

    def _judge(self, prop: Property) -> PropertyVerdict:
        verdict = PropertyVerdict(prop.name, Status.PASSED, prop.points, prop.points)
        if prop.of_compiled and not self.grading.compiled:
            return verdict
        falsified: list[Counterexample] = []
        calls = calls_at_first = 0
        case: Mapping[str, Any] = {}
        remark = ""

        def attempt(drawn: dict[str, Any]) -> None:
            nonlocal calls, calls_at_first, case, remark
            if falsified and (calls - calls_at_first > self._shrink_calls or self._clock.left <= 0):
                return
            calls += 1
            case = drawn
            try:
                remark = prop.check(self.trial(drawn)) or ""
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
                raise InterruptedGrading(Status.NOT_STARTED, "") from None

        try:
            self._draw(prop, attempt)
        except (FalsifiedError, Flaky, ExceptionGroup):
            if not falsified:
                raise
        except InterruptedGrading as stop:
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
            return replace(verdict, message=remark, cases=calls)
        smallest = min(reversed(falsified), key=_size)
        if prop.simplify and prop.shrink and self.grading.shrink:
            smallest = self._simplified(prop, smallest)
        self._shrink_calls = LATER_SHRINK_CALLS
        failures = [*self._more_failures(prop), *falsified]
        self._failures[prop.name] = failures[:FAILURES_OF_EACH]
        why = "" if self.grading.until_failure else diagnose(self.misconceptions, failures, smallest)
        shown = replace(smallest, diagnosis=why)
        return replace(
            verdict, status=Status.FAILED, points=0, message=shown.message, counterexample=shown, cases=calls
        )

    def explained(self, verdicts: Sequence[PropertyVerdict]) -> tuple[PropertyVerdict, ...]:
        """Prefer a misconception that explains every property that failed to one that explains a single one.

        Where a filter has one row, to turn its columns alone is to turn it by half a turn: only other cases tell.
        """
        by_hand = isinstance(self.entry.exercise.stub, Sheet)
        if by_hand or len(self._failures) < 2:
            return tuple(verdicts)
        common = misconception(self.misconceptions, [seen for failures in self._failures.values() for seen in failures])
        return tuple(
            replace(verdict, counterexample=replace(verdict.counterexample, diagnosis=common))
            if common and verdict.counterexample is not None and verdict.name in self._failures
            else verdict
            for verdict in verdicts
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

        if prop.shrink and self.grading.shrink:
            with suppress(InterruptedGrading, NotStartedError):
                self._draw(replace(prop, examples=MORE_CASES), attempt)
        return found

    def _draw(self, prop: Property, attempt: Any) -> None:
        phases = [Phase.generate, Phase.shrink] if prop.shrink and self.grading.shrink else [Phase.generate]
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
        # Where a kernel writes to, what was there before shows what it has left out.
        inputs = {name: value for name, value in smallest.case.items() if name not in self.entry.exercise.outputs}

        def fails(changed: Mapping[str, Any]) -> bool:
            if self._clock.left <= 0:
                return False
            try:
                prop.check(self.trial({**smallest.case, **changed}))
            except FalsifiedError as error:
                found.append(error.counterexample)
                return True
            return False

        try:
            simplify(inputs, fails, self._shrink_calls)
        except (InterruptedGrading, NotStartedError):
            # A simpler case that hangs or crashes is another failure; keep the one that is understood.
            return found[-1]
        return found[-1]


def _size(counterexample: Counterexample) -> tuple[float, float]:
    """Fewest elements first, then the simplest numbers."""
    found = [part for value in counterexample.case.values() for part in parts(value)]
    numbers = [np.asarray(part, dtype=np.float64) for part in found if not isinstance(part, str)]
    words = len(found) - len(numbers)
    return words + sum(part.size for part in numbers), float(sum(np.abs(part).sum() for part in numbers))
