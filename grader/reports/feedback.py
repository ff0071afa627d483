"""What a student of a class is told, as plain text: the report that ``grade`` prints, without what comes next."""

import io
from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console
from rich.text import Text

from grader.report import Report
from grader.reports.grids import plain
from grader.reports.terminal import print_verdicts
from grader.reports.text import WIDTH
from grader.verdict import ExerciseVerdict, Status


def render_feedback(student: str, verdicts: Sequence[ExerciseVerdict], notes: Sequence[str]) -> str:
    """Return a student's report.

    Parameters
    ----------
    student : str
    verdicts : sequence of ExerciseVerdict
    notes : sequence of str
        What is odd about what was handed in.

    Examples
    --------
    >>> print(render_feedback("jane", (), ["no file has the name of an exercise"]), end="")
    jane: 0 of 0 points
    no file has the name of an exercise
    """
    console = Console(file=io.StringIO(), width=WIDTH, color_system=None, highlight=False, legacy_windows=False)
    report = Report(student, 0, "", tuple(_for_the_student(verdict) for verdict in verdicts))
    console.print(Text(plain(f"{student}: {report.points} of {report.max_points} points")), soft_wrap=True)
    for note in notes:
        console.print(Text(plain(note)), soft_wrap=True)
    print_verdicts(report, console)
    file = console.file
    text = file.getvalue() if isinstance(file, io.StringIO) else ""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def _for_the_student(verdict: ExerciseVerdict) -> ExerciseVerdict:
    if verdict.status is Status.GRADER_ERROR:
        # Its message is a traceback of the grader's, which is for the instructor.
        return replace(verdict, message="the grader failed at this; it costs you nothing")
    # Leave it at "not started" in the overview where there is no file: a whole course may be missing.
    missing = verdict.status is Status.NOT_STARTED and not verdict.properties
    return replace(verdict, message="") if missing else verdict
