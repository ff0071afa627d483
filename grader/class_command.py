"""``grade --class``: what an instructor sees while a class is graded, and after."""

import sqlite3
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from grader.catalog import Entry
from grader.classroom import DATABASE, GRADES, Assignment, ClassError, ClassReport, grade_class
from grader.cluster import ClusterError
from grader.process import walls_here
from grader.reports.canvas import CanvasError, merge
from grader.session import Grading
from grader.store import Store
from grader.submissions import UnreadableError

SHOWN_DIFFERENCES = 50
CANVAS = "canvas.csv"


def run(options: Namespace, entries: Sequence[Entry], grading: Grading, console: Console) -> int:
    """Grade a class; returns the exit code: 0 done, 2 not as asked, 3 if the grader failed at something.

    Parameters
    ----------
    options : Namespace
        Of the command line.
    entries : sequence of Entry
    grading : Grading
    console : Console
    """
    walls = walls_here()
    if not walls.are_complete and not options.trust_submissions:
        sys.stderr.write(
            f"grade: other people's files are not graded here: {walls.description}.\n"
            "On Linux (x86-64, kernel 6.2 or newer) they are walled in; --trust-submissions grades them all the same.\n"
        )
        return 2
    out = Path(options.out)
    assignment = Assignment(
        Path(options.class_folder),
        out,
        entries,
        grading,
        options.jobs,
        options.resume,
        options.regrade,
        options.only_student,
        options.cluster,
        options.own_numbers,
    )
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("grading", total=None)
            report = grade_class(assignment, lambda done, all_: progress.update(task, completed=done, total=all_))
        _print(report, out, console)
        if options.canvas is not None:
            _write_canvas(Path(options.canvas), out, options.assignment, entries, console)
    except (ClassError, ClusterError, UnreadableError, CanvasError) as error:
        sys.stderr.write(f"grade: {error}\n")
        return 2
    except sqlite3.DatabaseError as error:
        sys.stderr.write(f"grade: {out / DATABASE} cannot be used: {error}; move it away, or name another --out\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"grade: {error.filename}: {error.strerror}\n")
        return 2
    return 3 if report.errors else 0


def _write_canvas(export: Path, out: Path, assignment: str, entries: Sequence[Entry], console: Console) -> None:
    with Store(out / DATABASE) as store:
        points: dict[str, int] = {}
        for row in store.rows():
            points[row.student] = points.get(row.student, 0) + row.points
    most = sum(entry.exercise.points for entry in entries)
    table, missing = merge(export.read_text(encoding="utf-8-sig"), points, assignment, most)
    (out / CANVAS).write_text(table, encoding="utf-8")
    console.print(f"grades for Canvas in {out / CANVAS}", soft_wrap=True)
    if missing:
        console.print(Text(f"not in {export}: {', '.join(missing)}", style="yellow"))


def _print(report: ClassReport, out: Path, console: Console) -> None:
    console.print(
        f"{report.students} students; {report.graded} exercises graded, {report.standing} stood already",
        soft_wrap=True,
    )
    if report.differences:
        table = Table("student", "exercise", "before", "now", title="what the regrade changed", title_justify="left")
        for change in report.differences[:SHOWN_DIFFERENCES]:
            before, after = f"{change.before}, {change.points_before}", f"{change.after}, {change.points_after}"
            table.add_row(Text(change.student), change.exercise, before, after)
        console.print(table)
        if len(report.differences) > SHOWN_DIFFERENCES:
            console.print(f"and {len(report.differences) - SHOWN_DIFFERENCES} more")
    if report.errors:
        console.print(Text(f"{report.errors} exercises could not be judged: a defect of the grader", style="red"))
    console.print(f"grades in {out / GRADES}, all that was found in {out}", soft_wrap=True)
