"""Grades one file: reads it, has it judged by a session, and says how it ended."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.catalog import Entry
from grader.compare import NOTHING
from grader.diagnosis import diagnose
from grader.exercise import Property, Sheet
from grader.fence import RefusedError, read_submission
from grader.session import Grading, InterruptedGrading, Session
from grader.sheet import is_part, student_named_in
from grader.stubs import render_stub
from grader.trial import FalsifiedError, NotStartedError
from grader.verdict import Counterexample, ExerciseVerdict, PropertyVerdict, Status, overall


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
    if b"\0" in source:
        return _unjudged(entry, Status.REFUSED, "the file is no text in UTF-8: save it again, as UTF-8")
    if source.lstrip().startswith(b"{") and b'"cells"' in source:
        what = f"the file is a notebook: copy the function into a plain Python file {entry.name}.py"
        return _unjudged(entry, Status.REFUSED, what)
    entry, whose = _personal(entry, source, grading)
    if _is_untouched(entry, source):
        return replace(_unjudged(entry, Status.NOT_STARTED, ""), properties=_not_started(entry))
    session = Session(entry, source, grading)
    try:
        message = session.load()
        if message is not None:
            return replace(_unjudged(entry, message.status, message.message), printed=session.printed)
        verdicts = session.explained(_judged(entry, session, grading))
        session.close()
        status = overall(verdicts)
        about = "" if status is Status.PASSED else whose or _what_is_left(entry, status, verdicts, session)
        return replace(_unjudged(entry, status, about), properties=verdicts, printed=session.printed)
    except Exception:
        return _unjudged(entry, Status.GRADER_ERROR, traceback.format_exc())
    finally:
        session.close()


def _judged(entry: Entry, session: Session, grading: Grading) -> list[PropertyVerdict]:
    verdicts: list[PropertyVerdict] = []
    for prop in entry.exercise.properties:
        verdicts.append(session.judge(prop))
        if grading.until_failure and verdicts[-1].points < prop.points:
            break
    return verdicts


def _is_untouched(entry: Entry, source: bytes) -> bool:
    """Whether a file is the stub as it was given out: it says what running it would, and needs no worker."""
    return source.decode(errors="replace").split() == render_stub(entry).split()


def _not_started(entry: Entry) -> tuple[PropertyVerdict, ...]:
    return tuple(PropertyVerdict(prop.name, Status.NOT_STARTED, 0, prop.points) for prop in entry.exercise.properties)


def _what_is_left(entry: Entry, status: Status, verdicts: Sequence[PropertyVerdict], session: Session) -> str:
    """Say what to do of a file that looks finished, and is not."""
    if status in (Status.NOT_STARTED, Status.UNFINISHED) and isinstance(entry.exercise.stub, Sheet):
        which = "its answers" if status is Status.NOT_STARTED else "some of its answers"
        return f"{which} are still ...: replace them, one by one"
    if status in (Status.NOT_STARTED, Status.UNFINISHED):
        return "it still comes to raise NotImplementedError: take that line out"
    if session.printed.strip() and any(verdict.message.endswith(NOTHING) for verdict in verdicts):
        return "your function prints, and returns nothing: who calls it gets what it returns, not what it prints"
    return ""


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
    session = Session(entry, source, grading)
    verdict = PropertyVerdict(prop.name, Status.PASSED, 0, 0, cases=1)
    try:
        stop = session.load()
        if stop is not None:
            return replace(verdict, status=stop.status, message=stop.message)
        verdict = replace(verdict, message=prop.check(session.trial(case)) or "")
    except FalsifiedError as error:
        seen = error.counterexample
        shown = replace(seen, diagnosis=diagnose(session.misconceptions, [seen], seen))
        return replace(verdict, status=Status.FAILED, message=shown.message, counterexample=shown)
    except NotStartedError:
        return replace(verdict, status=Status.NOT_STARTED, message="it raises NotImplementedError")
    except InterruptedGrading as stop:
        return replace(
            verdict, status=stop.status, message=stop.message, counterexample=Counterexample(case, stop.message)
        )
    finally:
        session.close()
    return verdict


def _unjudged(entry: Entry, status: Status, message: str) -> ExerciseVerdict:
    exercise = entry.exercise
    return ExerciseVerdict(entry.name, entry.unit, exercise.title, status, exercise.points, (), message)
